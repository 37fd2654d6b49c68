#!/usr/bin/env python3
"""Processes under a robust rule: a liar is withstood on real data, and nobody is left behind."""

import signal
import unittest

from harness import DATA, Cluster, heart

RULE = {
    "shared.topology.kind": "watts_strogatz",
    "shared.topology.degree": 6,
    "shared.topology.probability": 0.0,
    "shared.algorithm.kind": "dgd_atc",
    "shared.mixing.aggregator": "centered_clipping",
}
LIAR = 3


def attacked(**more) -> dict:
    return RULE | {
        "shared.name": "robust",
        "shared.objective.kind": "logistic",
        "shared.objective.data": str(DATA / "breast_cancer.libsvm.gz"),
        "shared.objective.scale": "standardize",
        "shared.objective.l2": 1e-3,
        "shared.topology.nodes": 8,
        "shared.attack.kind": "sign_flip",
        "shared.attack.nodes": str(LIAR),
        "shared.stop.steps": 100,
        "local.grace": 30.0,  # bits are at stake, not deadlines
        **more,
    }


class Robust(unittest.TestCase):
    def test_with_a_liar_processes_give_the_bytes_of_lockstep_and_count_it(self):
        cluster = Cluster(self, attacked())
        expected = cluster.lockstep(0)
        cluster.start().finish()
        for i in range(cluster.size):
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}")
        summary = cluster.summarize()
        self.assertEqual(summary["attack"], {"kind": "sign_flip", "nodes": [LIAR]})
        counts = summary["aggregation"]["nodes"]
        self.assertEqual([node["steps"] for node in counts], [600] * 8)
        self.assertGreater(counts[LIAR]["clipped"], 590)
        self.assertGreater(summary["accuracy"]["train"], 0.96)

    def test_a_node_that_dies_is_waited_for_whatever_on_death_says(self):
        cluster = Cluster(self, heart(8, **RULE) | {"shared.membership.on_death": "drop"})
        cluster.start(options={5: ("--kill-at", "40")})
        codes = cluster.wait(60)
        self.assertEqual(codes.pop(5), 128 + signal.SIGKILL)
        self.assertEqual(set(codes.values()), {4}, f"{codes}\n{cluster.words()}")
        for i in codes:
            self.assertIn("lost node 5", cluster.nodes[i].errors())

    def test_a_node_that_is_started_again_is_taken_in_and_the_rule_goes_on(self):
        config = heart(8, **RULE) | {"shared.stop.steps": 200, "local.hold_limit": 30.0}
        cluster = Cluster(self, config)
        cluster.start(options={5: ("--kill-at", "40")})
        cluster.wait(60, [cluster.nodes[5]])
        cluster.nodes[5] = cluster.launch(5, "node-5-again")
        cluster.finish()
        everyone = list(range(8))
        for i in everyone:
            summary = cluster.summary(i)
            self.assertEqual(summary["steps"], 200)
            self.assertEqual(summary["views"][-1]["members"], everyone)
            # All six. A node that comes back and finds nobody within the grace calls the others in
            # turn (Membership::heal), and an edge so made stays: it may only lead from or to 5.
            neighbors = {n["id"] for n in summary["mixing"]["aggregation"]["neighbors"]}
            configured = {(i + hop) % 8 for hop in (-3, -2, -1, 1, 2, 3)}
            self.assertLessEqual(configured, neighbors)
            if i != 5:
                self.assertLessEqual(neighbors - configured, {5})


if __name__ == "__main__":
    unittest.main()
