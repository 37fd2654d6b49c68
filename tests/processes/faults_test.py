#!/usr/bin/env python3
"""Where all are needed a node that dies or falls silent ends the run: every other names it.

They exit 4: on_death is "wait" and hold_limit 0 (views_test.py: they go on). grace is 1 s.
"""

import json
import re
import resource
import signal
import subprocess
import sys
import time
import unittest

from harness import ROOT, Cluster, heart, log_times, programs, until

EXIT_WITHIN = 5.0  # seconds from the fault to the last exit
NAMED_WITHIN = 2.0  # grace + 1 s
LOADED = 1.5  # seconds a busy machine may add to a naming


class Faults(unittest.TestCase):
    def others(self, cluster: Cluster, lost: int):
        return [node for node in cluster.nodes.values() if node.id != lost]

    def lost_at(self, cluster: Cluster, lost: int, cause: str) -> list[int]:
        """The step each other node says it stood at; every one names the lost and the cause."""
        steps = []
        for node in self.others(cluster, lost):
            pattern = rf"lost node {lost} at step (\d+): {cause}"
            for text in (node.errors(), cluster.log(node.id)):
                self.assertRegex(text, pattern, f"node {node.id}\n{cluster.words()}")
            lines = [line for line in node.errors().splitlines() if "lost" in line]
            self.assertEqual(len(lines), 1, f"one clear line\n{node.errors()}")
            steps.append(int(re.search(pattern, node.errors()).group(1)))
        return steps

    def hold_to_limits(self, cluster: Cluster, lost: int, cause: str, began: float, wall: float):
        """began, wall: the fault on the monotonic and on the wall clock."""
        others = self.others(cluster, lost)
        codes = cluster.wait(EXIT_WITHIN + 10, others)
        self.assertEqual(set(codes.values()), {4}, f"{codes}\n{cluster.words()}")
        exits = [node.ended - began for node in others]
        named = [log_times(cluster.log(n.id), f"lost node {lost}")[0] - wall for n in others]
        print(
            f"{self.id().rsplit('.', 1)[1]}: named after {min(named):.2f} .. {max(named):.2f} s, "
            f"last exit after {max(exits):.2f} s",
            flush=True,
        )
        self.lost_at(cluster, lost, cause)
        self.assertLess(max(exits), EXIT_WITHIN)
        self.assertLess(max(named), NAMED_WITHIN + LOADED)

    # --- killed -------------------------------------------------------------------------------

    def killed(self, kind: str, nodes: int, lost: int, step: int) -> None:
        cluster = Cluster(self, heart(nodes, kind))
        cluster.start(options={lost: ("--kill-at", str(step))})
        codes = cluster.wait(60, [cluster.nodes[lost]])
        began, wall = time.monotonic(), time.time()
        self.assertEqual(codes[lost], 128 + signal.SIGKILL)
        self.hold_to_limits(cluster, lost, "connection closed", began, wall)
        for said in self.lost_at(cluster, lost, "connection closed"):
            self.assertTrue(step - 2 <= said <= step + 1, f"step {said}, killed at {step}")
        for node in self.others(cluster, lost):
            summary = cluster.summary(node.id)
            self.assertEqual((summary["status"], summary["exit_code"]), ("failed", 4))
            self.assertIn(f"lost node {lost}", summary["reason"])
            self.assertFalse((cluster.node_folder(node.id) / "model.safetensors").exists())

    def test_a_node_killed_on_a_ring_is_named_by_all(self):
        self.killed("ring", 8, 5, 120)

    def test_a_node_killed_on_a_torus_is_named_by_all(self):
        self.killed("torus", 6, 2, 40)

    def test_a_hub_killed_is_named_by_every_leaf(self):
        self.killed("star", 6, 0, 60)

    def test_a_leaf_killed_is_named_through_the_hub(self):
        self.killed("star", 6, 4, 60)

    # Whoever hears nothing of it for rounds has a connection to it all the same.
    def test_a_node_killed_on_a_base_graph_is_named_by_all(self):
        self.killed("base_graph", 7, 3, 60)

    def test_a_node_killed_amid_random_matchings_is_named_by_all(self):
        self.killed("random_matching", 6, 2, 60)

    def test_a_node_killed_at_its_first_step_is_named(self):
        self.killed("ring", 5, 1, 0)

    def test_a_node_killed_amid_large_vectors_is_named(self):
        config = heart(4, "complete")
        for key in ("data", "l2", "partition"):
            del config[f"shared.objective.{key}"]
        config |= {"shared.objective.kind": "vectors", "shared.objective.random": 1_000_003}
        config |= {"shared.algorithm.kind": "average"}
        cluster = Cluster(self, config).start(options={1: ("--kill-at", "7")})
        cluster.wait(60, [cluster.nodes[1]])
        self.hold_to_limits(cluster, 1, "connection closed", time.monotonic(), time.time())

    def test_two_nodes_killed_at_once_are_both_named_or_one_after_the_other(self):
        cluster = Cluster(self, heart(8, "torus")).start()
        cluster.reach(20)
        began = time.monotonic()
        for lost in (2, 5):
            cluster.nodes[lost].signal(signal.SIGKILL)
        others = [node for node in cluster.nodes.values() if node.id not in (2, 5)]
        codes = cluster.wait(EXIT_WITHIN + 10, others)
        self.assertEqual(set(codes.values()), {4}, f"{codes}\n{cluster.words()}")
        for node in others:
            named = r"lost nodes? (2|5)(, 5)? at step \d+: connection closed"
            self.assertRegex(node.errors(), named)
        self.assertLess(max(node.ended for node in others) - began, EXIT_WITHIN)

    def test_a_node_that_dies_before_the_start_is_missing_and_may_come_back(self):
        for back in (False, True):
            with self.subTest(comes_back=back):
                more = {"local.start_limit": 6.0, "shared.stop.steps": 30}
                cluster = Cluster(self, heart(5, **more)).start([0, 1, 2, 3])
                log = cluster.node_folder(2) / "log.txt"
                until(lambda: log.is_file() and "listening on" in cluster.log(2), 30, "listening")
                first = cluster.nodes.pop(2)
                first.signal(signal.SIGKILL)
                cluster.extra.append(first)
                if back:
                    cluster.nodes[2] = cluster.launch(2, "node-2-again")
                    cluster.nodes[4] = cluster.launch(4)
                    cluster.finish(30)
                    continue
                cluster.nodes[4] = cluster.launch(4)
                codes = cluster.wait(30)
                self.assertEqual(set(codes.values()), {4}, cluster.words())
                for node in cluster.nodes.values():
                    self.assertIn("node 2 is missing", node.errors())

    def test_a_node_started_again_amid_the_run_is_taken_in_with_a_neighbors_model(self):
        cluster = Cluster(self, heart(5, **{"local.hold_limit": 30.0})).start()
        cluster.reach(20)
        first = cluster.nodes.pop(2)
        cluster.extra.append(first)
        first.signal(signal.SIGKILL)
        cluster.wait(10, [first])
        cluster.nodes[2] = cluster.launch(2, "node-2-again")
        joined = r"joining with a neighbor's model of step \d+(.|\n)*running: nodes=5"
        until(lambda: re.search(joined, cluster.log(2)), 30, "node 2 in a view of all")
        cluster.nodes[2].signal(signal.SIGINT)
        cluster.finish(30)
        self.assertEqual(len({cluster.summary(i)["steps"] for i in range(5)}), 1)

    # --- silent -------------------------------------------------------------------------------

    def stopped(self, kind: str, nodes: int, lost: int) -> None:
        cluster = Cluster(self, heart(nodes, kind)).start()
        cluster.reach(20)
        stopped = cluster.nodes[lost]
        began, wall = time.monotonic(), time.time()
        stopped.signal(signal.SIGSTOP)
        self.addCleanup(stopped.signal, signal.SIGCONT)
        self.hold_to_limits(cluster, lost, "silent", began, wall)
        # Woken, it finds itself alone: it may not go on, and may not hang.
        stopped.signal(signal.SIGCONT)
        codes = cluster.wait(EXIT_WITHIN + 10, [stopped])
        self.assertEqual(codes[lost], 4, cluster.words())

    def test_a_stopped_node_is_named_silent_by_all_on_a_ring(self):
        self.stopped("ring", 8, 3)

    def test_a_stopped_hub_is_named_silent_by_every_leaf(self):
        self.stopped("star", 5, 0)

    # --- disk full ----------------------------------------------------------------------------

    def out_of_space(self, cluster: Cluster, node: int, cause: str) -> None:
        codes = cluster.wait(60)
        expected = {i: 4 for i in range(cluster.size)} | {node: 1}
        self.assertEqual(codes, expected, cluster.words())
        path = re.escape(str(cluster.node_folder(node)))
        self.assertRegex(cluster.nodes[node].errors(), rf"{path}/\S+: .*{cause}")
        for other in self.others(cluster, node):
            self.assertRegex(other.errors(), rf"lost node {node} at step \d+: .*{cause}")
        spread = max(n.ended for n in cluster.nodes.values()) - cluster.nodes[node].ended
        print(f"disk full: the others ended {spread:.2f} s after it", flush=True)
        self.assertLess(spread, EXIT_WITHIN)

    def test_a_full_disk_under_one_nodes_folder_ends_the_run_with_its_path(self):
        cluster = Cluster(self, heart(5))
        folder = cluster.node_folder(2)
        folder.mkdir(parents=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "starling-test", str(folder)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode != 0:
            self.skipTest("no right to mount; a file size limit stands in, in the next test")
        self.addCleanup(subprocess.run, ["umount", str(folder)], check=True)
        self.addCleanup(cluster.close)
        cluster.start()
        self.out_of_space(cluster, 2, "No space left on device")

    def test_a_file_size_limit_on_one_node_ends_the_run_with_its_path(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))

        cluster = Cluster(self, heart(5)).start(prepare={3: limit})
        self.out_of_space(cluster, 3, "File too large")

    def test_a_model_that_cannot_be_written_fails_that_node_alone_with_its_path(self):
        cluster = Cluster(self, heart(5, **{"shared.stop.steps": 50}))
        (cluster.node_folder(1) / "model.safetensors").mkdir(parents=True)
        (cluster.node_folder(1) / "model.safetensors" / "in-the-way").touch()
        cluster.start()
        codes = cluster.wait(60)
        self.assertEqual(codes[1], 1, cluster.words())
        self.assertIn("model.safetensors", cluster.nodes[1].errors())
        self.assertTrue({codes[i] for i in (0, 2, 3, 4)} <= {0, 4}, codes)


class Pauses(unittest.TestCase):
    """Cuts shorter than the grace lose nothing, and a woken node judges nobody by its own sleep."""

    def models(self, paused: list[int], seconds: float) -> list[bytes]:
        cluster = Cluster(self, heart(5, **{"shared.stop.steps": 1500})).start()
        cluster.reach(100)
        for i in paused:
            cluster.nodes[i].signal(signal.SIGSTOP)
        if paused:
            time.sleep(seconds)  # the disturbance itself
        for i in paused:
            cluster.nodes[i].signal(signal.SIGCONT)
        cluster.finish(60)
        return [cluster.model_bytes(i) for i in range(5)]

    def test_a_short_pause_of_one_node_or_a_long_one_of_all_changes_no_bit(self):
        quiet = self.models([], 0)
        self.assertEqual(self.models([3], 0.4), quiet)
        self.assertEqual(self.models([0, 1, 2, 3, 4], 2.5), quiet)


class Stop(unittest.TestCase):
    def held_to_one_step(self, cluster: Cluster) -> None:
        summaries = [cluster.summary(i) for i in range(cluster.size)]
        self.assertEqual({s["status"] for s in summaries}, {"stopped"})
        self.assertEqual(len({s["steps"] for s in summaries}), 1, [s["steps"] for s in summaries])
        for i in range(cluster.size):
            self.assertTrue(cluster.model_bytes(i))

    def test_an_interrupt_of_one_node_stops_all_at_the_same_step(self):
        cluster = Cluster(self, heart(5)).start()
        cluster.reach(20)
        cluster.nodes[3].signal(signal.SIGINT)
        cluster.finish(20)
        self.held_to_one_step(cluster)

    def test_an_interrupt_of_all_nodes_stops_them_at_the_same_step(self):
        cluster = Cluster(self, heart(8, "torus")).start()
        cluster.reach(20)
        for node in cluster.nodes.values():
            node.signal(signal.SIGINT)
        cluster.finish(20)
        self.held_to_one_step(cluster)

    def test_a_terminate_signal_stops_all_where_none_can_be_spared(self):
        cluster = Cluster(self, heart(5, "star")).start()
        cluster.reach(20)
        cluster.nodes[2].signal(signal.SIGTERM)
        cluster.finish(20)
        self.held_to_one_step(cluster)

    def test_an_interrupt_of_the_cluster_script_stops_all_and_merges_their_results(self):
        cluster = Cluster(self, heart(5))
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tools/cluster"), "--config", str(cluster.config_file)]
            + ["--out", str(cluster.out), "--bin", str(programs())],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        metrics = [cluster.node_folder(i) / "metrics.jsonl" for i in range(5)]
        running = lambda: all(path.is_file() and path.stat().st_size > 2000 for path in metrics)
        until(running, 30, "metrics of every node")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn("stopped", output)
        self.held_to_one_step(cluster)
        merged = json.loads((cluster.out / "summary.json").read_text("utf-8"))
        self.assertEqual(merged["status"], "stopped")
        self.assertEqual(merged["steps"], cluster.summary(0)["steps"])

    def test_a_second_interrupt_ends_a_node_at_once_and_the_others_lose_it(self):
        cluster = Cluster(self, heart(5)).start()
        cluster.reach(20)
        held = cluster.nodes[0]
        held.signal(signal.SIGSTOP)  # so that both are pending when it wakes
        held.signal(signal.SIGINT)
        held.signal(signal.SIGTERM)
        held.signal(signal.SIGCONT)
        codes = cluster.wait(20)
        self.assertIn(codes[0], (128 + signal.SIGINT, 128 + signal.SIGTERM), cluster.words())
        self.assertTrue({codes[i] for i in range(1, 5)} <= {0, 4}, codes)

    def test_an_interrupt_before_the_start_ends_a_waiting_node(self):
        cluster = Cluster(self, heart(3)).start([0])
        log = cluster.node_folder(0) / "log.txt"
        until(lambda: log.is_file() and "listening on" in cluster.log(0), 30, "node 0 listens")
        cluster.nodes[0].signal(signal.SIGINT)
        codes = cluster.wait(10)
        self.assertEqual(codes[0], 128 + signal.SIGINT, cluster.words())


if __name__ == "__main__":
    unittest.main()
