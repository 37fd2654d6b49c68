#!/usr/bin/env python3
"""Survivors go on to the optimum of their samples; who comes back is taken in again.

Everything is recomputed here from models and samples: at the mean of the members' models the
gradient over the members' rows is so small that, f being l2-strongly convex, f is within 1e-9 of
its least value. Times are printed, and only held to far larger limits.
"""

import math
import re
import signal
import time
import unittest

import oracles
from harness import Cluster, log_times, until
from optimum_test import Problem, check_optimum, configuration, problem, samples_of
from proxied import FaultProxy

from cluster_lib.arguments import Partition  # harness.py puts the path first

GRACE = 1.0
GOES_ON = {"shared.membership.on_death": "drop", "local.hold_limit": 20.0}


class Views(unittest.TestCase):
    def cluster(self, kind: str, nodes: int = 8, **more) -> tuple[Problem, Cluster]:
        data = problem(self, "heart_scale")
        config = configuration(data, kind, nodes, "gradient_tracking", **(GOES_ON | more))
        return data, Cluster(self, config)

    def check_members(self, data: Problem, cluster: Cluster, members: list[int]) -> None:
        """The members stand at the optimum of their own rows, together."""
        rows, labels, models, weights = [], [], [], []
        for i in members:
            shard = samples_of(cluster.node_folder(i))
            rows += [data.rows[k] for k in shard]
            labels += [data.labels[k] for k in shard]
            weights.append(float(len(shard)))
            models.append(oracles.read_model(cluster.node_folder(i) / "model.safetensors"))
            summary = cluster.summary(i)
            self.assertEqual(summary["status"], "converged", summary["reason"])
            self.assertEqual(summary["views"][-1]["members"], members)
        mean = oracles.mean_of(models, weights)
        gradient = oracles.logistic_gradient(rows, labels, data.l2, mean)
        gap = sum(g * g for g in gradient) / (2 * data.l2)
        error = oracles.disagreement(models, weights)
        self.assertLess(gap, 1e-9)
        self.assertLess(error, 1e-6)
        merged = cluster.summarize()
        self.assertEqual(merged["members"], members)
        value = oracles.logistic(rows, labels, data.l2, mean)
        self.assertTrue(math.isclose(merged["objective"], value, rel_tol=1e-12), merged)
        print(f"{self.id().rsplit('.', 1)[1]}: gap at most {gap:.1e}, consensus error {error:.1e}")

    def kill_and_restart(self, cluster: Cluster) -> None:
        """Node 5 dies at step 60; before step 200 the others wait for it. All end well."""
        options = {i: ("--await", "5@200") for i in range(8)}
        options[5] += ("--kill-at", "60")
        cluster.start(options=options)
        cluster.wait(60, [cluster.nodes[5]])
        cluster.extra.append(cluster.nodes[5])
        cluster.nodes[5] = cluster.launch(5, "again")
        cluster.finish(120)

    def codes(self, cluster: Cluster, members: list[int]) -> None:
        nodes = [cluster.nodes[i] for i in members]
        self.assertEqual(set(cluster.wait(120, nodes).values()), {0}, cluster.words())

    def survivors_go_on(self, kind: str, kills: dict[int, int], nodes: int = 8) -> Cluster:
        data, cluster = self.cluster(kind, nodes)
        cluster.start(options={i: ("--kill-at", str(step)) for i, step in kills.items()})
        members = [i for i in range(nodes) if i not in kills]
        cluster.wait(60, [cluster.nodes[i] for i in kills])
        self.codes(cluster, members)
        for i, step in kills.items():
            self.assertEqual(cluster.nodes[i].poll(), 128 + signal.SIGKILL)
            for member in members:
                self.assertLess(step, cluster.summary(member)["steps"])
        self.check_members(data, cluster, members)
        return cluster

    def test_one_node_dies_on_a_ring(self):
        cluster = self.survivors_go_on("ring", {5: 60})
        self.print_recovery(cluster, 5, cluster.nodes[5].ended)

    def print_recovery(self, cluster: Cluster, lost: int, died: float) -> None:
        """From the death to the first step of the view without the node."""
        wall = time.time() - time.monotonic()
        pattern = rf"from step \d+: .*without node {lost}\b"
        began = [
            log_times(cluster.log(i), pattern)[0] - wall - died
            for i in range(cluster.size)
            if i != lost
        ]
        print(f"from the death to progress: {max(began):.2f} s (grace + 2 s is {GRACE + 2:g} s)")
        self.assertLess(max(began), 10 * (GRACE + 2))

    # The two leave two parts with no edge between them: a heal edge joins them.
    def test_two_nodes_die_one_after_the_other_and_cut_a_ring_in_two(self):
        cluster = self.survivors_go_on("ring", {2: 40, 5: 60})
        self.assertGreaterEqual(len(cluster.summary(0)["views"]), 2)

    def test_the_hub_of_a_star_dies(self):
        self.survivors_go_on("star", {0: 60})

    def test_a_node_dies_at_its_first_step(self):
        self.survivors_go_on("torus", {3: 0})

    def test_half_of_the_nodes_and_the_lowest_go_on(self):
        self.survivors_go_on("complete", {3: 30, 5: 30, 6: 31})

    def test_a_minority_ends_naming_the_lost_and_not_at_an_optimum_of_its_own(self):
        endless = {"shared.stop.gradient_norm": 0.0, "shared.stop.steps": 10**9}
        _, cluster = self.cluster("complete", 5, **{"local.hold_limit": 2.0}, **endless)
        cluster.start().reach(20)
        for i in (0, 2, 4):
            cluster.nodes[i].signal(signal.SIGKILL)
        codes = cluster.wait(60)
        self.assertEqual([codes[i] for i in (1, 3)], [4, 4], cluster.words())
        for i in (1, 3):
            named = r"lost nodes 0, 2, 4 at step \d+: connection closed"
            self.assertRegex(cluster.nodes[i].errors(), named)
            self.assertFalse((cluster.node_folder(i) / "model.safetensors").exists())

    # --- adopting the data of the lost ------------------------------------------------------

    def check_all_rows(self, data: Problem, cluster: Cluster, members: list[int]) -> None:
        rows = sorted(k for i in members for k in samples_of(cluster.node_folder(i)))
        self.assertEqual(rows, list(range(len(data.rows))), "every row exactly once")
        self.check_members(data, cluster, members)

    def test_survivors_that_adopt_reach_the_optimum_of_all_samples(self):
        more = {"shared.membership.on_death": "adopt"}
        data, cluster = self.cluster("ring", **more)
        cluster.start(options={2: ("--kill-at", "40"), 5: ("--kill-at", "60")})
        cluster.wait(60, [cluster.nodes[i] for i in (2, 5)])
        members = [0, 1, 3, 4, 6, 7]
        self.codes(cluster, members)
        self.check_all_rows(data, cluster, members)

    def test_who_comes_back_has_its_own_samples_again(self):
        more = {"shared.membership.on_death": "adopt"}
        data, cluster = self.cluster("ring", **more)
        self.kill_and_restart(cluster)
        check_optimum(data, cluster.out, 8, "ring")

    # --- leaving ----------------------------------------------------------------------------

    def leave(self, cluster: Cluster, step: int, leavers: list[int]) -> list[int]:
        """Once all have done this step; the others."""
        cluster.reach(step)
        for i in leavers:
            cluster.nodes[i].signal(signal.SIGTERM)
        self.codes(cluster, leavers)
        for i in leavers:
            self.assertEqual(cluster.summary(i)["status"], "left")
            self.assertTrue(cluster.model_bytes(i))
        return [i for i in range(cluster.size) if i not in leavers]

    # Killed, it would be found wherever each of the others happens to stand.
    def test_a_node_that_leaves_does_so_at_a_laps_end_and_the_others_go_on(self):
        for kind, leaver in (("ring", 5), ("star", 0)):
            data, cluster = self.cluster(kind, **{"shared.algorithm.step_size": 0.6})
            others = self.leave(cluster.start(), 20, [leaver])
            self.codes(cluster, others)
            self.check_members(data, cluster, others)
            for i in others:
                view = cluster.summary(i)["views"][-1]
                self.assertEqual(view["step"], cluster.summary(leaver)["steps"], kind)

    def test_a_node_that_left_is_taken_in_again(self):
        endless = {"shared.stop.gradient_norm": 0.0, "shared.stop.steps": 10**9}
        _, cluster = self.cluster("ring", **endless)
        self.leave(cluster.start(), 20, [2])
        cluster.extra.append(cluster.nodes[2])
        cluster.nodes[2] = cluster.launch(2, "again")
        joined = r"joining with a neighbor's model of step \d+(.|\n)*running: nodes=8"
        until(lambda: re.search(joined, cluster.log(2)), 30, "node 2 in a view of all")
        cluster.nodes[2].signal(signal.SIGINT)
        cluster.finish(60)
        for i in range(8):
            self.assertEqual(cluster.summary(i)["views"][-1]["members"], list(range(8)))

    def test_where_too_few_would_stay_all_stop_together(self):
        _, cluster = self.cluster("ring", **{"shared.membership.min_nodes": 8})
        cluster.start().reach(20)
        cluster.nodes[6].signal(signal.SIGTERM)
        cluster.finish(60)
        summaries = [cluster.summary(i) for i in range(8)]
        self.assertEqual({s["status"] for s in summaries}, {"stopped"})
        self.assertEqual(len({s["steps"] for s in summaries}), 1)

    # --- coming back --------------------------------------------------------------------------

    def come_back(self, kind: str, lost: int) -> None:
        """Killed, gone on without, started again from nothing: the optimum of all."""
        more = {"shared.stop.gradient_norm": 0.0, "shared.stop.steps": 10**9}
        data, cluster = self.cluster(kind, **more)
        cluster.start(options={lost: ("--kill-at", "60")})
        others = [node for node in cluster.nodes.values() if node.id != lost]
        without = rf"without node {lost}\b|7 of 8"
        gone_on = lambda: all(re.search(without, cluster.log(node.id)) for node in others)
        until(gone_on, 30, f"a view without node {lost}")
        cluster.extra.append(cluster.nodes[lost])
        cluster.nodes[lost] = cluster.launch(lost, "again")
        joined = r"joining with a neighbor's model of step \d+(.|\n)*running: nodes=8"
        until(lambda: re.search(joined, cluster.log(lost)), 30, f"node {lost} in a view of all")
        cluster.nodes[lost].signal(signal.SIGINT)  # all stop at one step, in one view
        cluster.finish(60)
        steps = {cluster.summary(i)["steps"] for i in range(8)}
        self.assertEqual(len(steps), 1)
        for i in range(8):
            self.assertEqual(cluster.summary(i)["views"][-1]["members"], list(range(8)))
        self.assertGreater(len(data.rows), 0)

    def test_a_node_that_died_is_taken_in_again(self):
        self.come_back("ring", 5)

    def test_the_hub_that_died_is_taken_in_again(self):
        self.come_back("star", 0)

    def test_a_node_killed_and_restarted_in_time_all_reach_the_optimum_of_all(self):
        data, cluster = self.cluster("ring", 8)
        self.kill_and_restart(cluster)
        figures = check_optimum(data, cluster.out, 8, "ring")
        print(f"killed and restarted: gap {figures['gap']:.1e}")

    # It slept through its own loss; awake, it has a model, and is taken in as it is.
    def test_a_node_that_slept_too_long_is_taken_in_again(self):
        data, cluster = self.cluster("ring", 8, **{"shared.algorithm.step_size": 0.6})
        cluster.start()
        cluster.reach(20)
        sleeper = cluster.nodes[3]
        sleeper.signal(signal.SIGSTOP)
        self.addCleanup(sleeper.signal, signal.SIGCONT)
        others = [i for i in range(8) if i != 3]
        until(
            lambda: all("without node 3" in cluster.log(i) for i in others), 30, "a view without it"
        )
        sleeper.signal(signal.SIGCONT)
        cluster.finish(120)
        figures = check_optimum(data, cluster.out, 8, "ring")
        print(f"slept: gap {figures['gap']:.1e}, views {len(cluster.summary(0)['views'])}")

    # Both ways across a ring are cut once they have carried so much, and no other is let through.
    # Each gossip step takes a millisecond at least: no part is done before they meet again.
    def test_after_a_partition_the_half_that_held_and_the_half_that_went_on_become_one_again(self):
        data = problem(self, "heart_scale")
        cluster = Cluster(self, configuration(data, "ring", 8, "mudag", **GOES_ON))
        ways = {(3, 4), (0, 7)}
        across = {(i, j) for i in range(4) for j in range(4, 8)} - ways
        faults = ["all delay 1ms"]
        faults += [f"edge {i}-{j} refuse 600" for i, j in sorted(across)]
        faults += [f"after 60kB edge {i}-{j} cut 4" for i, j in sorted(ways)]
        FaultProxy(self, cluster, "; ".join(faults))
        cluster.start().finish(120)
        sizes = {i: [len(v["members"]) for v in cluster.summary(i)["views"]] for i in range(8)}
        for i in range(8):
            self.assertEqual((sizes[i][0], sizes[i][-1]), (8, 8), sizes)
            self.assertEqual(4 in sizes[i], i < 4, "the half with node 0 goes on, the other holds")
        figures = check_optimum(data, cluster.out, 8, "ring")
        steps = [v["step"] for v in cluster.summary(0)["views"]]
        print(f"partition: views of {sizes[0]} from steps {steps}, gap {figures['gap']:.1e}")

    def test_a_partition_between_two_steps_heals_when_the_side_that_goes_on_is_there(self):
        data, cluster = self.cluster("ring", 8)
        side = Partition((frozenset(range(4)), frozenset(range(4, 8))), 40, 120)
        cluster.start(options={i: side.apart(i) for i in range(8)}).finish(120)
        views = {i: cluster.summary(i)["views"] for i in range(8)}
        for i in range(8):
            sizes = [len(view["members"]) for view in views[i]]
            self.assertEqual((sizes[0], sizes[-1], 4 in sizes), (8, 8, i < 4), views)
            self.assertGreaterEqual(views[i][-1]["step"], 120, views)
        check_optimum(data, cluster.out, 8, "ring")


if __name__ == "__main__":
    unittest.main()
