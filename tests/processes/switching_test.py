#!/usr/bin/env python3
"""A running cluster changes its graph and its weights, and stays exact.

Requests are files that one node reads; that a switch was made is read from logs, and which
connections are open from the kernel's tables.
"""

import os
import pathlib
import random
import re
import signal
import time
import unittest

import oracles
from contraction_test import write_npy
from harness import Cluster, heart, scratch, until
from optimum_test import check_optimum, configuration, problem

NAMED_WITHIN = 2.0 + 1.5  # grace + 1 s, and what a busy machine may add
EXIT_WITHIN = 5.0
STEP_SIZE = 0.6  # 2207 steps to the optimum: amid them at every switch
PREPARING, SWITCHED, REFUSED = "preparing to switch", "switched at step", "switch refused"


def request(mixing=None, **topology) -> str:
    lines = ["[shared.topology]"] + [f"{key} = {value!r}" for key, value in topology.items()]
    lines += ["[shared.mixing]"] + [f"{key} = {value!r}" for key, value in (mixing or {}).items()]
    return "\n".join(lines).replace("'", '"') + "\n"


def edges_of(kind: str, nodes: int) -> set[tuple[int, int]]:
    around = oracles.neighbors_of(kind, nodes)
    return {(i, j) for i in range(nodes) for j in around[i] if i < j}


def write_graph(path: pathlib.Path, kind: str, nodes: int, weight: float) -> str:
    lines = ["# starling topology 1", f"# nodes {nodes}", "# directed false"]
    lines += [f"{i} {j} {weight!r}" for i, j in sorted(edges_of(kind, nodes))]
    path.write_text("\n".join(lines) + "\n", "ascii")
    return str(path)


class Switching(Cluster):
    """A cluster of which every node has a switch file of its own, not there at first."""

    def start(self, **more) -> "Switching":
        files = {i: ("--set", f"local.switch_file={self.file(i)}") for i in range(self.size)}
        return super().start(options=files, **more)

    def file(self, node: int) -> pathlib.Path:
        return self.folder / f"switch-{node}.toml"

    def ask(self, node: int, text: str) -> None:
        whole = self.folder / f"whole-{node}.toml"
        whole.write_text(text, "utf-8")
        os.replace(whole, self.file(node))  # at once: no node reads half of it

    def said(self, node: int, words: str) -> int:
        log = self.node_folder(node) / "log.txt"
        return self.log(node).count(words) if log.is_file() else 0

    def until_said(self, words: str, times: int = 1, nodes=None, seconds: float = 60) -> None:
        awaited = range(self.size) if nodes is None else nodes

        def there():
            for i in awaited:
                if self.nodes[i].poll() is not None:
                    raise AssertionError(f"node {i} ended early\n{self.words()}\n{self.log(i)}")
            return all(self.said(i, words) >= times for i in awaited)

        until(there, seconds, f'"{words}" {times} times in the logs of {list(awaited)}')

    def goes_on(self, seconds: float = 60) -> None:
        """Every node makes steps beyond the furthest of now."""
        self.reach(max(node.step() for node in self.nodes.values()) + 5, seconds)

    def open_edges(self) -> set[tuple[int, int]]:
        """(i, j): process i has an established connection to the port that process j listens on."""
        ports = {self.port(j): j for j in range(self.size)}
        target = {}  # of each socket, by its inode
        for line in pathlib.Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            remote = int(fields[2].rsplit(":", 1)[1], 16)
            if fields[3] == "01" and remote in ports:
                target[f"socket:[{fields[9]}]"] = ports[remote]
        found = set()
        for i, node in self.nodes.items():
            for name in os.listdir(f"/proc/{node.pid}/fd"):
                try:
                    what = os.readlink(f"/proc/{node.pid}/fd/{name}")
                except FileNotFoundError:
                    continue  # closed meanwhile
                if what in target:
                    found.add((i, target[what]))
        return found

    def until_connected_as(self, kind: str) -> None:
        wanted = edges_of(kind, self.size)
        try:
            until(lambda: self.open_edges() == wanted, 20, f"the connections of a {kind}")
        except AssertionError as error:
            raise AssertionError(f"{error}: open are {sorted(self.open_edges())}") from None

    def hold_to_switches(self, wanted: list[str]) -> list[int]:
        """Every node tells of these, at the same steps, which are returned."""
        told = [self.summary(i)["switches"] for i in range(self.size)]
        self.case.assertTrue(all(made == told[0] for made in told), told)
        self.case.assertEqual([made["to"] for made in told[0]], wanted)
        steps = [made["step"] for made in told[0]]
        self.case.assertEqual(steps, sorted(set(steps)))
        return steps


class Optimum(unittest.TestCase):
    def through(self, nodes: int, start: str, requests, **more) -> None:
        data = problem(self, "heart_scale")
        config = configuration(data, start, nodes, "gradient_tracking", **more)
        config["shared.algorithm.step_size"] = STEP_SIZE
        cluster = Switching(self, config).start()
        for n, topology in enumerate(requests, 1):
            cluster.ask(n % nodes, request(**topology))
            cluster.until_said(SWITCHED, n)
            cluster.until_connected_as(topology["kind"])
        cluster.finish(300)
        figures = check_optimum(data, cluster.out, nodes, "ring")
        steps = cluster.hold_to_switches(
            [f"kind = {t['kind']}, weights = {t['weights']}" for t in requests]
        )
        told = cluster.summarize()["contraction"]
        self.assertLessEqual(told["measured"], told["predicted"] * (1 + 1e-6))
        print(
            f"n={nodes}: switched at {steps}, done at {cluster.summary(0)['steps']}: gap "
            f"{figures['gap']:.1e}, consensus error {figures['consensus_error']:.1e}, {told}",
            flush=True,
        )

    def test_ring_to_torus_to_the_fastest_weights(self):
        metropolis = {"shared.topology.weights": "metropolis"}
        torus = {"kind": "torus", "weights": "metropolis"}
        self.through(9, "ring", [torus, {"kind": "torus", "weights": "fdla"}], **metropolis)

    def test_to_a_torus_and_back_with_shards_of_unequal_size(self):
        requests = [{"kind": "torus", "weights": "fdla"}, {"kind": "ring", "weights": "fdla"}]
        self.through(8, "ring", requests)

    def test_to_a_schedule_and_back(self):
        schedule = {"kind": "base_graph", "weights": "auto"}
        data = problem(self, "heart_scale")
        config = configuration(data, "ring", 9, "gradient_tracking")
        config["shared.algorithm.step_size"] = STEP_SIZE
        cluster = Switching(self, config).start()
        for n, topology in enumerate((schedule, {"kind": "ring", "weights": "fdla"}), 1):
            cluster.ask(4, request(**topology))
            cluster.until_said(SWITCHED, n)
        cluster.finish(300)
        check_optimum(data, cluster.out, 9, "path")
        cluster.hold_to_switches(
            ["kind = base_graph, weights = auto", "kind = ring, weights = fdla"]
        )


SLOW = 5e-4  # the weight of every edge: rounds enough for anything to be made amid them
PLAIN = {"acceleration": "none", "steps": 1}


class Average(unittest.TestCase):
    """On 3 x 3 the Laplacian of the torus has the eigenvalues 0, 3 and 6."""

    def average(self, requests):
        """(merged summary, largest deviation of the mean, of any model)."""
        chance = random.Random(9)
        inputs = [[chance.uniform(-1, 1) for _ in range(20)] for _ in range(9)]
        folder = scratch(self)
        write_npy(folder / "inputs.npy", inputs)
        config = {
            "shared.name": "average",
            "shared.objective.kind": "vectors",
            "shared.objective.data": str(folder / "inputs.npy"),
            "shared.objective.partition": "contiguous",
            "shared.topology.file": write_graph(folder / "ring.edges", "ring", 9, SLOW),
            "shared.topology.nodes": 9,
            "shared.topology.weights": "file",
            "shared.mixing.acceleration": "none",
            "shared.mixing.steps": 1,
            "shared.algorithm.kind": "average",
            "shared.stop.steps": 1_000_000_000,
        }
        cluster = Switching(self, config).start()
        for n, topology in enumerate(requests, 1):
            cluster.ask(0, request(PLAIN, **topology))
            cluster.until_said(SWITCHED, n)
        cluster.goes_on()
        cluster.reach(max(node.step() for node in cluster.nodes.values()) + 60)
        cluster.nodes[8].signal(signal.SIGINT)
        cluster.finish(60)
        mean, models = oracles.mean_of(inputs, [1.0] * 9), cluster.models()
        drift = max(abs(a - b) for a, b in zip(oracles.mean_of(models, [1.0] * 9), mean))
        error = max(abs(a - b) for x in models for a, b in zip(x, mean))
        self.assertEqual(len(cluster.summary(0)["switches"]), len(requests))
        return cluster.summarize(), drift, error

    def requests(self):
        torus = write_graph(scratch(self) / "torus.edges", "torus", 9, SLOW)
        return [{"file": torus, "weights": "file"}, {"kind": "torus", "weights": "fdla"}]

    def test_one_switch_keeps_the_mean_and_contracts_as_the_torus_promises(self):
        summary, drift, error = self.average(self.requests()[:1])
        told = summary["contraction"]
        print(f"slow torus: {told}, mean moved by {drift:.1e}", flush=True)
        self.assertLess(drift, 1e-12)
        self.assertGreater(error, 1e-6, "stopped amid the way")
        self.assertAlmostEqual(told["predicted"], 1 - 3 * SLOW, delta=1e-12)
        self.assertLessEqual(told["measured"], told["predicted"] + 1e-10)
        self.assertGreaterEqual(told["measured"], 1 - 6 * SLOW - 1e-10)

    def test_two_switches_keep_the_mean_and_contract_as_the_fastest_weights_promise(self):
        summary, drift, error = self.average(self.requests())
        told = summary["contraction"]
        print(f"fdla torus: {told}, mean moved by {drift:.1e}, error {error:.1e}", flush=True)
        self.assertLess(drift, 1e-12)
        self.assertLess(error, 1e-12)
        # The best weight is 2 / (3 + 6): every mode shrinks by exactly 1/3.
        self.assertAlmostEqual(told["predicted"], 1 / 3, delta=1e-7)
        self.assertAlmostEqual(told["measured"], 1 / 3, delta=1e-6)


class Lost(unittest.TestCase):
    def named_by_all(self, cluster: Switching, lost: int) -> None:
        """Kills a node: each other names it, and it alone, and exits 4 in time."""
        began = time.monotonic()
        cluster.nodes[lost].signal(signal.SIGKILL)
        others = [node for node in cluster.nodes.values() if node.id != lost]
        codes = cluster.wait(EXIT_WITHIN + 10, others)
        took = max(node.ended for node in others) - began
        self.assertEqual(set(codes.values()), {4}, f"{codes}\n{cluster.words()}")
        for node in others:
            pattern = rf"lost node {lost} at step \d+: connection closed$"
            self.assertRegex(node.errors().strip(), re.compile(pattern, re.MULTILINE))
        print(f"{self.id().rsplit('.', 1)[1]}: last exit after {took:.2f} s", flush=True)
        self.assertLess(took, EXIT_WITHIN)

    def switched(self, start: str, *kinds: str) -> Switching:
        cluster = Switching(self, heart(9, start)).start()
        for n, kind in enumerate(kinds, 1):
            cluster.ask(0, request(kind=kind))
            cluster.until_said(SWITCHED, n)
        return cluster

    def test_killed_as_soon_as_all_have_switched(self):
        self.named_by_all(self.switched("ring", "torus"), 4)

    def test_killed_when_the_old_connections_are_closed(self):
        cluster = self.switched("torus", "ring")
        cluster.until_connected_as("ring")
        self.named_by_all(cluster, 4)

    def test_killed_after_a_graph_that_was_used_before_is_used_again(self):
        cluster = self.switched("ring", "torus", "star", "ring")
        cluster.until_connected_as("ring")
        self.named_by_all(cluster, 7)

    def test_killed_while_all_are_connected_and_wait_for_the_step(self):
        cluster = Switching(self, heart(9, "ring")).start()
        cluster.ask(0, request(kind="torus", from_step=1_000_000_000))
        cluster.until_said(PREPARING)
        both = edges_of("ring", 9) | edges_of("torus", 9)
        until(lambda: cluster.open_edges() == both, 20, "the connections of both graphs")
        self.named_by_all(cluster, 4)
        self.assertEqual(cluster.said(0, SWITCHED), 0)

    def test_killed_amid_a_preparation_that_cannot_end(self):
        cluster = start_with_file_missing(self, missing_on=3)
        cluster.until_said(PREPARING, nodes=[i for i in range(9) if i != 3])
        self.named_by_all(cluster, 6)


def start_with_file_missing(case: unittest.TestCase, missing_on: int) -> Switching:
    """A ring of 9, asked for a file that all but one node find in their current folder."""
    cluster = Switching(case, heart(9, "ring"))
    folders = {i: scratch(case) for i in range(9)}
    for i, folder in folders.items():
        if i != missing_on:
            write_graph(folder / "wanted.edges", "torus", 9, 0.2)
    cluster.start(prepare={i: lambda f=f: os.chdir(f) for i, f in folders.items()})
    cluster.ask(0, request(file="wanted.edges", weights="file"))
    return cluster


class Refused(unittest.TestCase):
    def hold_to_a_later_request(self, cluster: Switching, asked: int) -> None:
        """The run is undisturbed, and what can be run is still run."""
        cluster.goes_on()
        for i in range(9):
            self.assertEqual(cluster.said(i, SWITCHED), 0)
        self.assertTrue(cluster.open_edges() >= edges_of("ring", 9))
        cluster.ask(asked, request(kind="star", weights="metropolis"))
        cluster.until_said(SWITCHED)
        cluster.until_connected_as("star")
        cluster.nodes[2].signal(signal.SIGINT)
        cluster.finish(30)
        cluster.hold_to_switches(["kind = star, weights = metropolis"])

    def refused(self, text: str, pattern: str) -> None:
        cluster = Switching(self, heart(9, "ring")).start()
        cluster.ask(5, text)
        cluster.until_said(REFUSED, nodes=[5])
        self.assertRegex(cluster.log(5), REFUSED + ".*" + pattern)
        for i in range(9):
            self.assertEqual(cluster.said(i, PREPARING), 0)
        self.hold_to_a_later_request(cluster, 5)

    def test_an_unknown_kind(self):
        self.refused(request(kind="torsu"), r'torsu.*torus')

    def test_a_key_that_cannot_change(self):
        text = "[shared.algorithm]\nstep_size = 0.1\n"
        self.refused(text, r"shared\.algorithm\.step_size.*shared\.topology and shared\.mixing")

    def test_another_number_of_nodes(self):
        self.refused(request(kind="ring", nodes=8), r"shared\.topology\.nodes")

    def test_no_toml(self):
        self.refused("[shared.topology\n", r"switch file:1: .*expected")

    def test_a_file_that_one_other_node_lacks(self):
        cluster = start_with_file_missing(self, missing_on=3)
        cluster.until_said(REFUSED, nodes=[3])
        self.assertRegex(cluster.log(3), REFUSED + r".*wanted\.edges")
        cluster.until_said(PREPARING, nodes=[i for i in range(9) if i != 3])
        self.hold_to_a_later_request(cluster, 0)


class Requests(unittest.TestCase):
    def test_an_interrupt_right_after_a_switch_stops_all_at_the_same_step(self):
        cluster = Switching(self, heart(9, "ring")).start()
        cluster.ask(0, request(kind="torus"))
        cluster.until_said(SWITCHED, nodes=[6])
        cluster.nodes[6].signal(signal.SIGINT)
        cluster.finish(30)
        summaries = [cluster.summary(i) for i in range(9)]
        self.assertEqual({s["status"] for s in summaries}, {"stopped"})
        self.assertEqual(len({s["steps"] for s in summaries}), 1)
        cluster.hold_to_switches(["kind = torus, weights = auto"])

    def test_one_file_read_by_all_nodes_is_one_request(self):
        cluster = Switching(self, heart(9, "ring"))
        cluster.file = lambda node: cluster.folder / "switch.toml"
        cluster.start()
        for n, kind in enumerate(("torus", "star", "torus"), 1):
            cluster.ask(0, request(kind=kind))
            cluster.until_said(SWITCHED, n)
        cluster.goes_on()
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish(30)
        cluster.hold_to_switches(
            [f"kind = {k}, weights = auto" for k in ("torus", "star", "torus")]
        )

    def test_of_requests_in_quick_succession_the_last_stays(self):
        """A request is later than those its reader knows of: so each waits for the one before."""
        cluster = Switching(self, heart(9, "ring")).start()
        asked = [(kind, "metropolis") for kind in ("torus", "star", "path", "complete", "ring")]
        for n, (kind, weights) in enumerate(asked + [("star", "auto"), ("torus", "auto")]):
            reader, next_reader = (5 * n) % 9, (5 * n + 5) % 9
            cluster.ask(reader, request(kind=kind, weights=weights))
            words = f"{PREPARING} to kind = {kind}, weights = {weights}"
            cluster.until_said(words, nodes=[reader, next_reader])
        cluster.until_connected_as("torus")
        cluster.goes_on()
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish(30)
        told = [cluster.summary(i)["switches"] for i in range(9)]
        self.assertTrue(all(made == told[0] for made in told), told)
        self.assertEqual(told[0][-1]["to"], "kind = torus, weights = auto")


if __name__ == "__main__":
    unittest.main()
