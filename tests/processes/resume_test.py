#!/usr/bin/env python3
"""A cluster that was killed goes on from its checkpoints: the same bytes as one left alone.

Every node is a process; all are killed (SIGKILL), started again with the same command line, and
their models compared with those of a run that nothing befell.
"""

import pathlib
import re
import signal
import time
import unittest

from harness import Cluster, heart
from optimum_test import check_optimum, configuration, problem

NODES = 8
EVERY = 40


def endless(**more) -> dict:
    """One of 1200 steps with checkpoints."""
    return heart(
        NODES,
        **{
            "shared.stop.steps": 1200,
            "shared.membership.checkpoint_every": EVERY,
            "shared.membership.resume": "exact",
            **more,
        },
    )


class Resume(unittest.TestCase):
    def killed_at(self, step: int, config: dict, pause: float = 0) -> Cluster:
        """A cluster of which all nodes are dead, the last `pause` seconds after the first."""
        cluster = Cluster(self, config).start()
        cluster.reach(step)
        for node in cluster.nodes.values():
            node.signal(signal.SIGKILL)
            time.sleep(pause / (NODES - 1))
        cluster.wait(10)
        return cluster

    def again(self, cluster: Cluster) -> str:
        """Starts it again; what each node's log says on how it began, the same on all."""
        cluster.start().finish(120)
        said = {re.search(r"resuming at step (\d+), exactly", cluster.log(i)) for i in range(NODES)}
        self.assertNotIn(None, said, cluster.log(0))
        steps = {int(match.group(1)) for match in said}
        self.assertEqual(len(steps), 1)
        return steps.pop()

    def held(self, cluster: Cluster, node: int) -> list[pathlib.Path]:
        files = (cluster.node_folder(node) / "checkpoints").glob("step-*.safetensors")
        return sorted(files, key=lambda path: int(path.stem[5:]))

    def same_bytes(self, **more) -> None:
        alone = Cluster(self, endless(**more), "alone").start().finish(120)
        cluster = self.killed_at(200, endless(**more))
        step = self.again(cluster)
        self.assertGreaterEqual(step, 200 - 2 * EVERY)
        for i in range(NODES):
            self.assertTrue(cluster.model_bytes(i) == alone.model_bytes(i), f"node {i}")
        print(f"{self.id().rsplit('.', 1)[1]}: resumed at step {step}", flush=True)

    def test_a_killed_cluster_resumes_to_the_same_bytes(self):
        self.same_bytes()

    def test_with_a_target_it_converges_at_the_same_step_with_the_same_bytes(self):
        self.same_bytes(
            **{
                "shared.algorithm.kind": "exact_diffusion",
                "shared.stop.gradient_norm": 1e-4,
                "shared.stop.steps": 100_000,
            }
        )

    def test_on_a_graph_that_changes_every_round_to_the_same_bytes(self):
        self.same_bytes(**{"shared.topology.kind": "base_graph", "shared.topology.nodes": NODES})

    def test_killed_over_two_seconds_it_reaches_the_same_optimum(self):
        data = problem(self, "heart_scale")
        config = configuration(
            data,
            "ring",
            NODES,
            "gradient_tracking",
            **{
                "shared.membership.checkpoint_every": EVERY,
                "shared.membership.on_death": "drop",
                "local.hold_limit": 30.0,
                "shared.stop.gradient_norm": 1e-6,
            },
        )
        cluster = self.killed_at(60, config, pause=2)
        for i in range(NODES):
            self.assertFalse((cluster.node_folder(i) / "model.safetensors").exists(), "still runs")
        cluster.start().finish(120)
        check_optimum(data, cluster.out, NODES, "ring")

    def test_a_garbled_checkpoint_is_refused_and_an_older_one_common_to_all_resumed(self):
        alone = Cluster(self, endless(), "alone").start().finish(120)
        cluster = self.killed_at(300, endless())
        newest = [self.held(cluster, i)[-1] for i in range(NODES)]
        common = min(int(path.stem[5:]) for path in newest)
        garbled = cluster.node_folder(3) / "checkpoints" / f"step-{common}.safetensors"
        content = bytearray(garbled.read_bytes())
        content[-5] ^= 4
        garbled.write_bytes(content)
        self.assertLess(self.again(cluster), common)
        self.assertRegex(
            cluster.nodes[3].errors(), rf"checkpoint \S*step-{common}\S* refused: a bad checksum"
        )
        for i in range(NODES):
            self.assertTrue(cluster.model_bytes(i) == alone.model_bytes(i), f"node {i}")

    def test_without_one_common_to_all_exact_is_refused_by_all_and_warm_goes_on(self):
        cluster = self.killed_at(200, endless())
        for path in self.held(cluster, 3):
            path.unlink()
        cluster.start()
        self.assertEqual(set(cluster.wait(60).values()), {4}, cluster.words())
        for node in cluster.nodes.values():
            said = r"no checkpoint is common to all nodes: node 0 has \d.*, node 3 has none, "
            self.assertRegex(node.errors(), said)
        cluster.config["shared.membership.resume"] = "warm"
        cluster.config_file = cluster.write_config("warm.toml", cluster.addresses)
        cluster.start().finish(120)
        self.assertRegex(cluster.log(0), r"beginning at step \d+ with this node's model of step")

    def test_a_checkpoint_of_another_configuration_is_refused(self):
        cluster = self.killed_at(200, endless())
        cluster.config["shared.objective.l2"] = 2e-3
        cluster.config_file = cluster.write_config("other.toml", cluster.addresses)
        cluster.start().finish(120)
        for node in cluster.nodes.values():
            self.assertIn("refused: it is of another configuration", node.errors())


if __name__ == "__main__":
    unittest.main()
