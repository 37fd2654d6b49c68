#!/usr/bin/env python3
"""What must not start does not: one clear line, the right exit code, in bounded time."""

import gzip
import json
import pathlib
import signal
import time
import unittest

from harness import DATA, Cluster, heart, programs, until

SOON = 20.0  # seconds; each of these ends by itself in one or two on an idle machine


class StartCase(unittest.TestCase):
    def one_line(self, node) -> str:
        lines = [line for line in node.errors().splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, node.errors())
        return lines[0]

    def refused(self, config: dict, code: int = 2) -> str:
        """One node of it alone, which ends before it speaks to anyone; its one line."""
        cluster = Cluster(self, config).start([0])
        self.assertEqual(cluster.wait(SOON), {0: code}, cluster.words())
        return self.one_line(cluster.nodes[0])


class Configurations(StartCase):
    def differ(self, kind: str, nodes: int, odd: int, key: str, value, both) -> None:
        cluster = Cluster(self, heart(nodes, kind))
        text = value if isinstance(value, str) else json.dumps(value)
        # Who differs comes last: a node that starts after the others have ended meets nobody, and
        # what it then says is the business of start_limit.
        others = [i for i in range(nodes) if i != odd]
        cluster.start(others)
        listening(cluster, others)
        began = time.monotonic()
        cluster.start([odd], options={odd: ("--set", f"{key}={text}")})
        codes = cluster.wait(SOON)
        print(f"{key} differs: all ended after {time.monotonic() - began:.2f} s", flush=True)
        self.assertEqual(set(codes.values()), {2}, f"{codes}\n{cluster.words()}")
        for node in cluster.nodes.values():
            line = self.one_line(node)
            for part in (key, *both, f"on node {odd}"):
                self.assertIn(part, line)

    def test_a_value_that_differs_on_one_node_ends_all_naming_key_and_both_values(self):
        self.differ("ring", 5, 3, "shared.objective.l2", 2e-3, ("0.001", "0.002"))

    def test_a_value_that_differs_on_the_hub_is_named_by_all(self):
        both = ("gradient_tracking", "extra")
        self.differ("star", 5, 0, "shared.algorithm.kind", "extra", both)

    def test_a_value_that_differs_on_a_leaf_reaches_the_other_leaves(self):
        self.differ("star", 5, 4, "shared.seed", 7, (" 7 on node 4", " 1 on node "))

    def test_a_data_file_of_other_content_is_a_difference_and_of_another_path_is_none(self):
        cluster = Cluster(self, heart(3, **{"shared.stop.steps": 30}))
        content = (DATA / "heart_scale.libsvm").read_bytes()
        same, other = cluster.folder / "same.libsvm", cluster.folder / "other.libsvm"
        same.write_bytes(content)
        other.write_bytes(content.replace(b"0.25", b"0.26", 1))
        cluster.start(options={1: ("--set", f"shared.objective.data={same}")}).finish(SOON)
        second = Cluster(self, cluster.config)
        second.start(options={1: ("--set", f"shared.objective.data={other}")})
        self.assertEqual(set(second.wait(SOON).values()), {2}, second.words())
        for node in second.nodes.values():
            self.assertIn("shared.objective.data", self.one_line(node))


class Files(StartCase):
    def test_a_truncated_data_file_is_refused_before_the_network(self):
        cluster = Cluster(self, heart(5))
        whole = gzip.compress((DATA / "heart_scale.libsvm").read_bytes(), mtime=0)
        path = cluster.folder / "cut.libsvm.gz"
        for length in (len(whole) // 2, len(whole) - 4, 12):
            with self.subTest(length=length):
                path.write_bytes(whole[:length])
                line = self.refused({**cluster.config, "shared.objective.data": str(path)})
                self.assertIn("cut.libsvm.gz", line)

    def test_a_data_file_that_is_absent_is_named(self):
        config = heart(5, **{"shared.objective.data": "/nowhere/no-such.libsvm"})
        self.assertIn("no-such.libsvm", self.refused(config))

    def test_a_run_folder_that_cannot_be_made_is_named(self):
        cluster = Cluster(self, heart(3))
        cluster.out.write_text("a file in the way", "utf-8")
        cluster.start([0])
        self.assertEqual(cluster.wait(SOON), {0: 1}, cluster.words())
        self.assertIn(str(cluster.out), self.one_line(cluster.nodes[0]))


class Addresses(StartCase):
    def test_an_address_off_loopback_without_keys_is_refused(self):
        for address in ("tcp://0.0.0.0:7000", "tcp://192.0.2.1:7000", "tcp://[2001:db8::1]:7000"):
            cluster = Cluster(self, heart(3))
            for place in (0, 2):  # its own, or one it would dial
                with self.subTest(address=address, place=place):
                    book = [*cluster.addresses]
                    book[place] = address
                    config = cluster.write_config("open.toml", book)
                    node = cluster.intrude(0, config)
                    self.assertEqual(cluster.wait(SOON, [node]), {0: 2}, cluster.words())
                    line = self.one_line(node)
                    self.assertIn(address, line)
                    self.assertIn('security = "none"', line)

    def test_an_id_that_is_not_in_the_address_book_is_refused(self):
        cluster = Cluster(self, heart(3))
        node = cluster.intrude(3, cluster.config_file)
        self.assertEqual(cluster.wait(SOON, [node]), {3: 2}, cluster.words())
        self.assertIn("id", self.one_line(node))

    def test_a_port_that_is_taken_is_named_and_the_run_goes_on(self):
        cluster = Cluster(self, heart(5)).start()
        cluster.reach(20)
        node = cluster.intrude(2, cluster.config_file)
        code = cluster.wait(SOON, [node])[2]
        self.assertIn(code, (1, 2), cluster.words())
        line = self.one_line(node)
        self.assertIn(cluster.addresses[2], line)
        self.assertRegex(line, "in use")
        self.goes_on(cluster)

    def goes_on(self, cluster: Cluster) -> None:
        """Twenty more steps on every node, then an agreed stop."""
        cluster.reach(max(node.step() for node in cluster.nodes.values()) + 20)
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish(SOON)

    def twice(self, kind: str, nodes: int, double: int) -> None:
        cluster = Cluster(self, heart(nodes, kind)).start()
        cluster.reach(20)
        book = [*cluster.addresses]
        book[double] = cluster.fresh_addresses(1)[0]
        began = time.monotonic()
        node = cluster.intrude(double, cluster.write_config("double.toml", book))
        self.assertEqual(cluster.wait(SOON, [node]), {double: 2}, cluster.words())
        print(f"second process of node {double} ended after {time.monotonic() - began:.2f} s")
        self.assertIn("started twice?", self.one_line(node))
        self.assertIn(f"node {double} ", self.one_line(node))
        self.goes_on(cluster)

    def test_a_second_process_of_an_id_that_dials_is_refused_and_the_run_goes_on(self):
        self.twice("ring", 5, 1)

    def test_a_second_hub_is_refused_and_the_run_goes_on(self):
        self.twice("star", 5, 0)

    def test_a_second_process_of_the_highest_id_is_refused_and_the_run_goes_on(self):
        self.twice("ring", 5, 4)

    def test_a_second_process_before_the_start_is_refused_and_the_run_still_starts(self):
        cluster = Cluster(self, heart(5, **{"shared.stop.steps": 30})).start([0, 1, 2, 3])
        # Node 1 is dialled by node 0 and dials node 2; each connection shows both its ends.
        until(lambda: len(established(cluster.port(1))) >= 2, SOON, "node 0 has dialled node 1")
        until(lambda: len(established(cluster.port(2))) >= 2, SOON, "node 1 has dialled node 2")
        book = [*cluster.addresses]
        book[1] = cluster.fresh_addresses(1)[0]
        node = cluster.intrude(1, cluster.write_config("double.toml", book))
        self.assertEqual(cluster.wait(SOON, [node]), {1: 2}, cluster.words())
        self.assertIn("started twice?", self.one_line(node))
        cluster.nodes[4] = cluster.launch(4)
        cluster.finish(SOON)


def listening(cluster: Cluster, nodes: list[int]) -> None:
    """Waits until these nodes do."""

    def listens(node: int) -> bool:
        log = cluster.node_folder(node) / "log.txt"
        return log.is_file() and "listening on" in cluster.log(node)

    for i in nodes:
        until(lambda i=i: listens(i), SOON, f"node {i} listens\n{cluster.words()}")


def established(port: int) -> list[str]:
    """Connections that stand, seen from either end, with this local or remote port."""
    lines = pathlib.Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    ends = f":{port:04X}"
    fields = (line.split() for line in lines)
    return [f[1] for f in fields if f[3] == "01" and (f[1].endswith(ends) or f[2].endswith(ends))]


class MissingNodes(StartCase):
    def missing(self, kind: str, nodes: int, absent: list[int], words: str) -> None:
        limit = 2.5
        cluster = Cluster(self, heart(nodes, kind, **{"local.start_limit": limit}))
        began = time.monotonic()
        cluster.start([i for i in range(nodes) if i not in absent])
        codes = cluster.wait(SOON)
        print(f"missing {absent}: all ended after {time.monotonic() - began:.2f} s", flush=True)
        self.assertEqual(set(codes.values()), {4}, f"{codes}\n{cluster.words()}")
        for node in cluster.nodes.values():
            self.assertRegex(self.one_line(node), words)
        # The first to give up tells the others, who may have begun later.
        first = min(node.ended for node in cluster.nodes.values())
        self.assertGreaterEqual(first - min(node.began for node in cluster.nodes.values()), limit)

    def test_start_limit_names_the_missing_node(self):
        self.missing("ring", 5, [2], r"start_limit.*node 2 is missing")

    def test_start_limit_names_all_missing_nodes(self):
        self.missing("torus", 6, [1, 5], r"start_limit.*nodes 1, 5 are missing")

    def test_start_limit_without_the_hub_names_it_on_every_leaf(self):
        self.missing("star", 4, [0], r"start_limit.*node.* 0")

    def test_a_node_that_comes_late_is_waited_for(self):
        cluster = Cluster(self, heart(5, **{"shared.stop.steps": 30})).start([0, 1, 3, 4])
        listening(cluster, [4])
        cluster.nodes[2] = cluster.launch(2)
        cluster.finish(SOON)
        self.assertEqual({cluster.summary(i)["steps"] for i in range(5)}, {30})

    def test_one_node_alone_needs_nobody(self):
        cluster = Cluster(self, heart(1, "complete", **{"shared.stop.steps": 30})).start()
        cluster.finish(SOON)
        self.assertEqual(cluster.summary(0)["steps"], 30)


class CommandLine(StartCase):
    def test_every_mistake_is_one_line_and_code_2(self):
        cluster = Cluster(self, heart(3))
        mistakes = {
            "shared.algorithm.kind=gradient_trackin": "gradient_tracking",
            "shared.objective.l3=1": "l2",
            "shared.stop.steps=-1": "shared.stop.steps",
            "shared.topology.nodes=0": "shared.topology.nodes",
            "local.grace=0": "local.grace",
        }
        for mistake, named in mistakes.items():
            with self.subTest(mistake=mistake):
                node = cluster.launch(0, "mistaken", options=("--set", mistake))
                cluster.extra.append(node)
                self.assertEqual(cluster.wait(SOON, [node]), {0: 2}, cluster.words())
                self.assertIn(named, self.one_line(node))


if __name__ == "__main__":
    assert programs().is_dir(), f"no programs in {programs()}"
    unittest.main()
