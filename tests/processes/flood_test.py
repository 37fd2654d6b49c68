#!/usr/bin/env python3
"""Floods at every port of a cluster: bounded memory, counted, and the same bytes of every model.

Options   --megabytes M   how much of each kind of garbage is poured (default 64)
          --table         no tests: the table of docs/security.md
"""

import itertools
import random
import struct
import sys
import unittest

import intruder
from harness import Cluster, heart, until

NODES = 5
STEPS = 1500
MEMORY = 24 << 20  # bytes a node may need more for all the floods; each pours far more
SOON = 60
CURVE = intruder.GREETING.replace(b"NULL\0", b"CURVE")


class Floods:
    """Kinds of garbage, each poured at all ports in turn until this many bytes were taken of it."""

    def __init__(self, ports: list[int], megabytes: int, seed: int):
        self._ports, self._bytes = itertools.cycle(ports), megabytes << 20
        self._connections = 4 * megabytes  # where each is hung up on at its first words
        self._crowded = ports[0]
        self._chance = random.Random(seed)
        self._held = []

    def _random(self, size: int) -> bytes:
        return self._chance.randbytes(size)

    def _until_enough(self, talk) -> str:
        taken, connections = 0, 0
        while taken < self._bytes and connections < self._connections:
            taken += talk(next(self._ports))
            connections += 1
        return f"{taken / 2**20:.0f} MB over {connections} connections"

    def garbage(self) -> str:
        chunk = self._random(1 << 20)
        return self._until_enough(lambda port: intruder.pour(port, [chunk] * 16))

    def garbage_after_a_handshake(self) -> str:
        start = intruder.GREETING + intruder.ready()
        chunk = intruder.message(self._random(200_000)) * 5
        return self._until_enough(lambda port: intruder.pour(port, [chunk] * 32, start))

    def garbage_after_a_curve_greeting(self) -> str:
        chunk = self._random(1 << 20)
        return self._until_enough(lambda port: intruder.pour(port, [chunk] * 16, CURVE))

    def a_frame_of_2_to_the_60(self) -> str:
        claim = b"\2" + struct.pack(">Q", 1 << 60)
        for start in (intruder.GREETING + intruder.ready() + claim, CURVE + claim):
            for _ in range(20):
                intruder.pour(next(self._ports), [self._random(100_000)], start)
        return "40 claims"

    def slow_connections(self) -> str:
        """More than one node keeps at once, each with half a greeting; they stay open."""
        for greeting in (intruder.GREETING, CURVE):
            for said in range(300):
                link = intruder.connect(self._crowded)
                link.sendall(greeting[: said % 60])
                self._held.append(link)
        return f"{len(self._held)} connections"

    def close(self) -> None:
        for link in self._held:
            link.close()

    KINDS = (
        garbage,
        garbage_after_a_handshake,
        garbage_after_a_curve_greeting,
        a_frame_of_2_to_the_60,
        slow_connections,
    )


class Flooded(unittest.TestCase):
    def run_of(self) -> dict:
        # Both cores are busy with the flood: nobody is to be taken for dead because of that.
        return heart(NODES, **{"shared.stop.steps": STEPS, "local.grace": 10.0})

    def flooded(self, keys: bool, seed: int) -> tuple[Cluster, list]:
        """A cluster that waits for node 0 through all floods, and runs through one more.

        Node 0 dials its neighbors, and node 1 is by then crowded with slow connections.
        """
        cluster = Cluster(self, self.run_of(), keys=keys).start(range(1, NODES))
        waiting = list(cluster.nodes.values())
        for node in waiting:
            log = cluster.node_folder(node.id) / "log.txt"
            until(lambda log=log: log.is_file() and "listening" in log.read_text("utf-8"), SOON,
                  "every node listens")
        floods = Floods([cluster.port(i) for i in range(1, NODES)], MEGABYTES, seed)
        self.addCleanup(floods.close)
        rows = [("undisturbed", "", self.peaks(waiting))]
        for kind in Floods.KINDS:
            poured = kind(floods)
            rows.append((kind.__name__.replace("_", " "), poured, self.peaks(waiting)))
        cluster.nodes[0] = cluster.launch(0)
        with intruder.Vandal([cluster.port(i) for i in range(NODES)], seed):
            cluster.finish(SOON)
        return cluster, rows

    @staticmethod
    def peaks(nodes) -> int:
        """The most bytes any of them ever had in memory."""
        return max(node.memory_peak() for node in nodes)

    def holds(self, keys: bool) -> None:
        quiet = Cluster(self, self.run_of(), keys=keys).start().finish()
        cluster, rows = self.flooded(keys, seed=1)
        for what, poured, peak in rows:
            print(f"{what:32} {poured:36} {peak / 2**20:6.1f} MiB", flush=True)
        self.assertLess(rows[-1][2] - rows[0][2], MEMORY)
        for i in range(1, NODES):
            drops = cluster.summary(i)["dropped_frames"]
            self.assertGreater(drops.get("a connection ended: no handshake", 0), 0, drops)
            self.assertGreater(drops.get("a connection ended: it never had a session", 0), 0, drops)
        crowded_out = "a connection ended: the eldest of too many strangers"
        self.assertGreater(cluster.summary(1)["dropped_frames"].get(crowded_out, 0), 0)
        for i in range(NODES):
            self.assertEqual(cluster.model_bytes(i), quiet.model_bytes(i), f"node {i}")

    def test_a_cluster_in_the_clear_stands_it(self):
        self.holds(keys=False)

    def test_a_cluster_with_keys_stands_it(self):
        self.holds(keys=True)


def table() -> None:
    """What was poured, and the most memory that any node took until then."""
    case = Flooded()
    print("| what | in the clear | peak memory | with keys | peak memory |")
    print("|---|---|---:|---|---:|")
    rows = [case.flooded(keys, seed=1)[1] for keys in (False, True)]
    for (what, *clear), (_, *keyed) in zip(*rows):
        cells = (f"{poured} | {peak / 2**20:.1f} MiB" for poured, peak in (clear, keyed))
        print(f"| {what} | {' | '.join(cells)} |")
    case.doCleanups()


if __name__ == "__main__":
    MEGABYTES = 64
    if "--megabytes" in sys.argv:
        at = sys.argv.index("--megabytes")
        MEGABYTES = int(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    if "--table" in sys.argv:
        table()
    else:
        unittest.main()
