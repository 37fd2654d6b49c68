#!/usr/bin/env python3
"""Links that are cut, slow, garbled, half-open: the models are those of quiet ones, or it is said.

What strikes goes by the bytes an edge has carried, not by a clock, and the proxy counts it.
--minute: links that flap at random for about a minute, under the default grace.
"""

import json
import re
import subprocess
import sys
import unittest

from harness import ROOT, Cluster, heart, programs
from proxied import FaultProxy

NODES, STEPS = 8, 60
# What a run comes to that loses a node or a link for longer than its grace: everyone exits with
# this, naming what was lost.
AFTER_A_LOSS = 4


def disturbed(**more) -> dict:
    # Bits are at stake, not deadlines: a loaded machine is no death.
    return heart(NODES, **{"shared.stop.steps": STEPS, "local.grace": 30.0, **more})


class Disturbed(unittest.TestCase):
    quiet: dict[tuple, list[bytes]] = {}  # what undisturbed processes compute, by configuration

    def expected(self, config: dict) -> list[bytes]:
        key = tuple((k, v) for k, v in sorted(config.items()) if k.startswith("shared"))
        if key not in self.quiet:
            cluster = Cluster(self, config).start().finish()
            self.quiet[key] = [cluster.model_bytes(i) for i in range(NODES)]
            self.assertEqual(len(set(self.quiet[key])), NODES, "they have not met")
        return self.quiet[key]

    def through(self, faults: str, config: dict | None = None, seconds: float = 120):
        """Runs it through the proxy, holds it to the bytes; the report's total and the drops."""
        config = config or disturbed()
        expected = self.expected(config)
        cluster = Cluster(self, config)
        proxy = FaultProxy(self, cluster, faults)
        cluster.start().finish(seconds)
        report = proxy.report()
        for i in range(NODES):
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}")
        drops: dict[str, int] = {}
        for i in range(NODES):
            for reason, count in cluster.summary(i)["dropped_frames"].items():
                drops[reason] = drops.get(reason, 0) + count
        done = {name: count for name, count in report["total"].items() if count}
        print(f"{faults}: {report['seconds']:.1f} s, {done}, dropped: {drops}", flush=True)
        self.assertEqual(len(report["edges"]), NODES, "every edge of the ring goes through")
        return report, drops

    def held_to_cuts(self, report: dict, least: int) -> None:
        total = report["total"]
        self.assertGreaterEqual(total["cuts"] + total["resets"], least)
        self.assertGreater(total["connections"], NODES + total["ended"] // 2, "they came back")
        for name, count in report["edges"].items():
            self.assertGreater(count["ended"], 0, f"edge {name} was never cut")


class SameBytes(Disturbed):
    def test_links_that_flap_change_no_bit(self):
        report, _ = self.through("every 60kB all cut 0..0.3")
        self.held_to_cuts(report, 20)

    def test_connections_closed_politely_or_reset_amid_everything_change_no_bit(self):
        report, _ = self.through("every 60kB all reset; every 60kB all cut 0..0.02 fin")
        self.held_to_cuts(report, 30)

    def test_delay_and_jitter_change_no_bit(self):
        report, drops = self.through("all delay 0..3ms")
        self.assertEqual((report["total"]["ended"], drops), (0, {}))

    def test_a_slow_link_changes_no_bit(self):
        report, drops = self.through("all rate 1MB/s; edge 2-3 rate 100kB/s")
        self.assertEqual((report["total"]["ended"], drops), (0, {}))

    def test_links_half_open_for_less_than_the_grace_change_no_bit(self):
        report, drops = self.through("every 100kB all half-open 0..0.3")
        self.assertGreaterEqual(report["total"]["half_opens"], 10)
        self.assertEqual((report["total"]["ended"], drops), (0, {}))

    def test_flipped_bits_are_found_counted_and_change_no_bit_of_a_model(self):
        # A bit of ZeroMQ's own framing may stall a connection until it counts as silent.
        report, drops = self.through("all flip 20kB", disturbed(**{"local.grace": 5.0}))
        self.assertGreaterEqual(report["total"]["flips"], 50)
        found = drops.get("a session ended: a bad checksum", 0)
        self.assertGreaterEqual(found, 20, drops)
        self.assertGreater(report["total"]["connections"], NODES + found // 2, "sessions resumed")

    def test_greetings_said_again_by_a_stranger_are_refused_and_end_no_session(self):
        config = disturbed(**{"shared.stop.steps": 5 * STEPS})
        report, drops = self.through("every 20kB all replay", config)
        self.assertGreaterEqual(report["total"]["replays"], 100)
        # Not each is said in the turns ZeroMQ wants; those that are get no further.
        self.assertGreaterEqual(drops.get("a HELLO said before", 0), 10, drops)
        self.assertEqual(report["total"]["connections"], NODES + report["total"]["unreachable"])


class Loss(unittest.TestCase):
    """Half-open for ever: silence is noticed although no connection ends."""

    def test_a_leaf_behind_a_half_open_link_is_named_by_all_and_names_the_hub(self):
        for link in ("0-4", "0>4", "4>0"):
            with self.subTest(link):
                cluster = Cluster(self, heart(5, "star"))
                proxy = FaultProxy(self, cluster, f"after 20kB edge {link} half-open 3600")
                codes = cluster.start().wait(60)
                self.assertEqual(proxy.report()["total"]["half_opens"], 1)
                self.assertEqual(set(codes.values()), {AFTER_A_LOSS}, cluster.words())
                for i in range(4):
                    said = r"lost node 4 at step \d+: (silent|connection closed|lost the cluster)"
                    self.assertRegex(cluster.nodes[i].errors(), said)
                self.assertRegex(cluster.nodes[4].errors(), r"lost node 0 at step \d+: ")


class ClusterScript(unittest.TestCase):
    def test_one_flag_puts_the_proxy_between_the_nodes(self):
        cluster = Cluster(self, disturbed())
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools/cluster"), "--config", str(cluster.config_file)]
            + ["--out", str(cluster.out), "--bin", str(programs())]
            + ["--faults", "every 60kB all reset; seed 3"],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads((cluster.out / "faults/report.json").read_text("utf-8"))
        self.assertGreater(report["total"]["resets"], 10)
        said = re.search(r"^faults +(\d+) resets$", done.stdout, re.MULTILINE)
        self.assertEqual(int(said.group(1)), report["total"]["resets"])


class AMinute(Disturbed):
    def test_links_that_flap_for_a_minute_change_no_bit_under_the_default_grace(self):
        config = disturbed(**{"shared.stop.steps": 300, "local.grace": 1.0})
        # The delay makes the run a minute long and leaves the machine to the proxy: one that does
        # not come to accept for a second is a second of silence, too.
        report, _ = self.through("all delay 10ms; every 1s all cut 0..0.3", config, 600)
        self.held_to_cuts(report, 200)


if __name__ == "__main__":
    minute = "--minute" in sys.argv
    if minute:
        sys.argv.remove("--minute")
    unittest.main(defaultTest=["AMinute"] if minute else ["SameBytes", "Loss", "ClusterScript"])
