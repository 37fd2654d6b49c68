#!/usr/bin/env python3
"""Nonsense at a node's port changes nothing: the same bytes of every model, bounded memory."""

import contextlib
import random
import unittest

import intruder
from harness import Cluster, heart, until

MEMORY = 48 << 20  # bytes a node may need more than an undisturbed one


class Nonsense(unittest.TestCase):
    def run_of(self, steps: int) -> dict:
        return heart(5, **{"shared.stop.steps": steps})

    def peak(self, cluster: Cluster, peaks: dict) -> None:
        for node in cluster.nodes.values():
            peaks[node.id] = max(peaks.get(node.id, 0), node.memory_peak())

    def test_garbage_at_every_port_changes_no_bit_of_any_model_and_takes_no_memory(self):
        quiet = Cluster(self, self.run_of(6000)).start()
        quiet_peaks, peaks = {}, {}
        quiet.reach(100)
        self.peak(quiet, quiet_peaks)
        quiet.finish(120)

        disturbed = Cluster(self, self.run_of(6000)).start()
        ports = [disturbed.port(i) for i in range(5)]
        with intruder.Vandal(ports, seed=1) as vandal:
            disturbed.reach(5000, 120)
            rounds = vandal.rounds
            self.peak(disturbed, peaks)
        disturbed.finish(120)
        more = max(peaks[i] - quiet_peaks[i] for i in range(5))
        drops = [disturbed.summary(i)["dropped_frames"] for i in range(5)]
        print(f"{rounds} rounds of nonsense; at most {more / 2**20:.1f} MiB more; drops {drops[0]}")
        self.assertGreaterEqual(rounds, 5, "every port was tried")
        self.assertTrue(all(vandal.answers.values()), f"strangers were heard: {vandal.answers}")
        self.assertTrue(all(sum(counts.values()) > 0 for counts in drops), drops)
        self.assertLess(more, MEMORY)
        for i in range(5):
            self.assertEqual(disturbed.model_bytes(i), quiet.model_bytes(i), f"node {i}")

    def test_garbage_before_the_start_does_not_keep_the_run_from_starting(self):
        cluster = Cluster(self, self.run_of(200)).start([0, 1, 2, 3])
        with intruder.Vandal([cluster.port(i) for i in range(4)], seed=2) as vandal:
            until(lambda: all(vandal.answers.values()), 30, "every waiting node hears strangers")
            cluster.nodes[4] = cluster.launch(4)
            cluster.finish(60)
        self.assertEqual({cluster.summary(i)["steps"] for i in range(5)}, {200})

    def test_strangers_of_an_older_protocol_are_hung_up_on(self):
        cluster = Cluster(self, self.run_of(200)).start([3])
        log = cluster.node_folder(3) / "log.txt"
        until(lambda: log.is_file() and "listening on" in cluster.log(3), 30, "node 3 listens")
        signature = intruder.GREETING[:10]
        dialects = {
            "1.0, unversioned": b"\1\0\1\0",
            "1.0": signature + b"\0\5\1\0",
            "2.0": signature + b"\1\5\0\0",
        }
        for name, greeting in dialects.items():
            with self.subTest(version=name), intruder.connect(cluster.port(3)) as link:
                link.sendall(greeting)
                link.settimeout(2)
                heard = b""
                with contextlib.suppress(ConnectionResetError):
                    while more := link.recv(1 << 16):
                        heard += more  # its own greeting, then the end
                self.assertLessEqual(len(heard), len(intruder.GREETING))

    def test_many_half_open_strangers_do_not_keep_neighbors_out(self):
        cluster = Cluster(self, self.run_of(200)).start([0, 1, 3, 4])
        chance = random.Random(3)
        links = []
        self.addCleanup(lambda: [link.close() for link in links])
        log = cluster.node_folder(3) / "log.txt"
        until(lambda: log.is_file() and "listening on" in cluster.log(3), 30, "node 3 listens")
        for _ in range(200):
            link = intruder.connect(cluster.port(3))
            link.sendall((intruder.GREETING + intruder.ready())[: chance.randrange(100)])
            links.append(link)
        cluster.nodes[2] = cluster.launch(2)  # dials node 3
        cluster.finish(60)


if __name__ == "__main__":
    unittest.main()
