#!/usr/bin/env python3
"""What starling-topology plan says of a run, held against processes: bytes to the last one."""

import json
import subprocess
import unittest

from harness import Cluster, programs, scratch


def plan(nodes: int, dimension: int, **options) -> dict:
    """The whole report of plan; options by name, _ for -."""
    command = [str(programs() / "starling-topology"), "plan", "--json"]
    given = {"latency": "50us", "bandwidth": "10Gbit", "compute_time": "1ms", "kappa": 10}
    given |= {"nodes": nodes, "parameters": dimension} | options
    for name, value in given.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Bytes(unittest.TestCase):
    def predicted(self, mixing: tuple[str, int], **options) -> dict:
        """The one entry with this mixer and K (0: what auto picks)."""
        found = [
            entry
            for entry in plan(**options)["ranking"]
            if entry["mixer"] == mixing[0]
            and (entry["mixing_steps"] == mixing[1] or entry["mixing_steps_auto"] and not mixing[1])
        ]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def config(self, entry: dict, nodes: int, dimension: int, **more) -> dict:
        kind, _, degree = entry["topology"].partition(":")
        config = {
            "shared.name": "plan",
            "shared.objective.kind": "reference_quadratic",
            "shared.objective.dimension": dimension,
            "shared.objective.kappa": 10,
            "shared.topology.kind": kind,
            "shared.topology.nodes": nodes,
            "shared.topology.weights": entry["weights"],
            "shared.mixing.acceleration": {"plain": "none"}.get(entry["mixer"], entry["mixer"]),
            "shared.mixing.steps": entry["mixing_steps"],
            "shared.algorithm.kind": entry["algorithm"],
            **more,
        }
        return config | ({"shared.topology.degree": int(degree)} if degree else {})

    def sent(self, config: dict) -> tuple[int, int]:
        """All nodes' bytes, and the steps."""
        cluster = Cluster(self, config).start().finish(120)
        nodes = [cluster.summary(i) for i in range(cluster.size)]
        return sum(node["bytes_sent"] for node in nodes), nodes[0]["steps"]

    def of_steps(self, mixing, nodes: int, dimension: int, steps: int, topology, algorithm, **more):
        options = {key.rpartition(".")[2]: value for key, value in more.items()}
        entry = self.predicted(
            mixing,
            nodes=nodes,
            dimension=dimension,
            steps=steps,
            topologies=topology,
            algorithms=algorithm,
            weights="metropolis",
            **options,
        )
        config = self.config(entry, nodes, dimension, **{"shared.stop.steps": steps}, **more)
        self.assertEqual(self.sent(config), (entry["bytes"], steps), (entry, config))

    def test_of_a_ring_of_whole_vectors(self):
        self.of_steps(("plain", 1), 5, 1000, 37, "ring", "exact_diffusion")

    def test_of_two_vectors_a_step_and_several_gossip_steps_on_a_star(self):
        self.of_steps(("chebyshev", 0), 5, 100, 13, "star", "gradient_tracking")

    def of_schedule(self, topology: str, nodes: int, steps: int, **more) -> None:
        options = {key.rpartition(".")[2]: value for key, value in more.items()}
        entry = self.predicted(
            ("plain", 0),
            nodes=nodes,
            dimension=300,
            steps=steps,
            topologies=topology,
            algorithms="gradient_tracking",
            **options,
        )
        config = self.config(entry, nodes, 300, **{"shared.stop.steps": steps}, **more)
        self.assertEqual(self.sent(config), (entry["bytes"], steps), (entry, config))

    def test_of_schedules_only_the_links_of_each_round_carry(self):
        self.of_schedule("base_graph:1", 7, 19)
        self.of_schedule("base_graph:2", 5, 19, **{"shared.precision": "float32"})
        self.of_schedule("one_peer_exponential", 8, 19, **{"shared.chunk": 512})

    def test_of_a_schedule_watched_until_it_converges(self):
        entry = self.predicted(
            ("plain", 0),
            nodes=6,
            dimension=50,
            topologies="base_graph:1",
            algorithms="gradient_tracking",
        )
        self.assertEqual(entry["lap_steps"], 1)
        config = self.config(entry, 6, 50, **{"shared.stop.gradient_norm": 1e-6})
        sent, steps = self.sent(config | {"shared.stop.steps": 100_000})
        made = steps + 1
        self.assertEqual(sent, made * (entry["bytes_per_step"] + entry["bytes_per_look"]))

    def test_a_written_schedule_runs(self):
        folder = scratch(self) / "plan"
        plan(5, 20, output=folder, accuracy=1e-3, topologies="base_graph:1")
        self.assertIn("# round 1", (folder / "topology.edges").read_text("utf-8"))
        done = subprocess.run(
            [str(programs() / "starling-sim"), "--config", str(folder / "config.toml"), "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = json.loads(done.stdout)
        self.assertEqual(summary["status"], "converged")
        self.assertEqual(summary["schedule"]["exact_after"], summary["mixing_steps"])

    def test_of_vectors_in_chunks_of_floats(self):
        more = {"shared.precision": "float32", "shared.chunk": 1024}
        self.of_steps(("chebyshev", 0), 4, 5001, 11, "ring", "mudag", **more)

    def test_of_a_run_that_watches_for_its_target_and_converges(self):
        # A ring of 6: a lap of three plain steps, one look of two mixes each.
        entry = self.predicted(
            ("plain", 1),
            nodes=6,
            dimension=50,
            topologies="ring",
            algorithms="extra",
            weights="metropolis",
        )
        self.assertEqual(entry["lap_steps"], 3)
        config = self.config(entry, 6, 50, **{"shared.stop.gradient_norm": 1e-6})
        sent, steps = self.sent(config | {"shared.stop.steps": 100_000})
        made = steps + entry["lap_steps"]  # the vote is known to all a lap later
        looks = -(-made // entry["lap_steps"])
        self.assertEqual(sent, made * entry["bytes_per_step"] + looks * entry["bytes_per_look"])

    def test_the_written_configuration_runs(self):
        folder = scratch(self) / "plan"
        report = plan(4, 20, output=folder, accuracy=1e-3)
        config = folder / "config.toml"
        self.assertIn(report["ranking"][0]["algorithm"], config.read_text("utf-8"))
        done = subprocess.run(
            [str(programs() / "starling-sim"), "--config", str(config), "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["status"], "converged")


class Facts(unittest.TestCase):
    def test_more_of_everything_takes_longer(self):
        def best(**options) -> float:
            return plan(**({"nodes": 8, "dimension": 10_000} | options))["ranking"][0]["seconds"]

        base = best()
        self.assertGreater(best(latency="10ms"), base)
        self.assertGreater(best(bandwidth="100Mbit"), base)
        self.assertGreater(best(compute_time="20ms"), base)
        self.assertGreater(best(kappa=1000), base)
        self.assertGreater(best(accuracy=1e-9), base)

    def test_mistakes_are_one_line_and_exit_code_2(self):
        for option, part in (
            (("--bandwidth", "10G"), "--bandwidth = '10G'; allowed: bytes per second"),
            (("--latency", "fast"), "--latency = 'fast'; allowed: a time"),
            (("--algorithms", "mudak"), "did you mean 'mudag'?"),
            (("--topologies", "rong"), "did you mean 'ring'?"),
            (("--kappa", "0.5"), "--kappa = '0.5'"),
            (("--degree", "3"), "option --degree is not read by plan"),
        ):
            given = {"--nodes": "4", "--parameters": "10", "--bandwidth": "1e9", "--latency": "1ms"}
            given |= {"--compute-time": "1ms", "--kappa": "10", option[0]: option[1]}
            done = subprocess.run(
                [
                    str(programs() / "starling-topology"),
                    "plan",
                    *(word for pair in given.items() for word in pair),
                ],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            self.assertEqual((done.returncode, done.stdout), (2, ""), option)
            self.assertIn(part, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
