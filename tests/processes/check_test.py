#!/usr/bin/env python3
"""starling-node --check says who can be reached in which direction, and what to change."""

import unittest

from faults_test import heart
from harness import Cluster

DONE, USAGE, LOST = 0, 2, 4


class Check(unittest.TestCase):
    def checked(self, cluster: Cluster, nodes, configs=None, options=None) -> dict[int, str]:
        """What each of these nodes prints, checking at the same time."""
        for i in nodes:
            cluster.nodes[i] = cluster.launch(
                i, f"check-{i}", (configs or {}).get(i), options=("--check", *(options or ()))
            )
        cluster.wait(60, [cluster.nodes[i] for i in nodes])
        return {i: cluster.nodes[i].stdout.read_text("utf-8") for i in nodes}

    def codes(self, cluster: Cluster, expected: dict[int, int]) -> None:
        self.assertEqual({i: cluster.nodes[i].poll() for i in expected}, expected, cluster.words())

    def test_nodes_that_check_together_reach_each_other_both_ways(self):
        for keys in (False, True):
            cluster = Cluster(self, heart(3), keys=keys)
            said = self.checked(cluster, range(3))
            self.codes(cluster, dict.fromkeys(range(3), DONE))
            for i in range(3):
                for j in {0, 1, 2} - {i}:
                    figures = r"reached, checking; round trip [\d.e-]+ ms, at least [\d.e+]+ MB/s"
                    line = rf"node {j} at {cluster.addresses[j]}: {figures}, its clock .* this node"
                    self.assertRegex(said[i], line)

    def test_a_node_beside_a_run_that_waits_for_it_is_heard_by_it(self):
        cluster = Cluster(self, heart(3, **{"shared.stop.steps": 50})).start([0, 2])
        said = self.checked(cluster, [1])
        self.codes(cluster, {1: DONE})
        self.assertEqual(said[1].count("reached, in a run"), 2, said[1])
        self.assertRegex(said[1], r"node 0 at .*it reaches this node")  # it dials, being lower
        cluster.start([1]).finish(60)

    def test_whoever_does_not_answer_is_named_with_what_to_look_at(self):
        cluster = Cluster(self, heart(3, "path"))
        said = self.checked(cluster, [0])
        self.codes(cluster, {0: LOST})
        address = cluster.addresses[1]
        self.assertRegex(said[0], rf"node 1 at {address}: connection refused.*mend listen of \[\[")

    def test_configurations_that_differ_are_told_by_key_and_both_values(self):
        cluster = Cluster(self, heart(2, "path"))
        other = cluster.write_config("other.toml", cluster.addresses, **{"shared.seed": 7})
        said = self.checked(cluster, [0, 1], {1: other})
        self.codes(cluster, {0: USAGE, 1: USAGE})
        self.assertIn("shared.seed is 1 on node 0 and 7 on node 1", said[0])
        self.assertIn("shared.seed is 7 on node 1 and 1 on node 0", said[1])

    def test_a_key_that_is_not_the_neighbors_is_told_from_a_closed_door(self):
        cluster = Cluster(self, heart(2, "path"), keys=True)
        strange = Cluster(self, heart(2, "path"), "strange", keys=True)
        book = [cluster.keys.public[0], strange.keys.public[1]]
        wrong = cluster.write_config("wrong.toml", cluster.addresses, book)
        said = self.checked(cluster, [0, 1], {0: wrong})
        self.assertEqual(cluster.nodes[0].poll(), LOST, cluster.words())
        self.assertRegex(said[0], r"handshake failed.*compare public_key of \[\[node\]\] id = 1")

    # Node 0 dials node 1 in a run: node 1 reaches it, and yet there would be no link.
    def test_a_way_that_only_works_from_the_wrong_end_is_seen_at_both(self):
        cluster = Cluster(self, heart(2, "path"))
        nowhere = [cluster.addresses[0], Cluster.fresh_addresses(1)[0]]
        wrong = cluster.write_config("wrong.toml", nowhere)
        said = self.checked(cluster, [0, 1], {0: wrong})
        self.codes(cluster, {0: LOST, 1: DONE})
        self.assertIn("connection refused", said[0])
        self.assertIn("it reaches this node", said[0])
        self.assertIn("it has not called this node, which it does in a run", said[1])


if __name__ == "__main__":
    unittest.main()
