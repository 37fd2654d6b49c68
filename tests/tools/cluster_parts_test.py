#!/usr/bin/env python3
"""The parts of tools/cluster that a whole run cannot show: limits, ports, display, charts."""

import io
import pathlib
import socket
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_lib.arguments import Partition, parse  # noqa: E402
from cluster_lib.charts import line_chart  # noqa: E402
from cluster_lib.children import Children  # noqa: E402
from cluster_lib.display import Display  # noqa: E402
from cluster_lib.endpoints import TcpEndpoints  # noqa: E402
from cluster_lib.errors import UsageError  # noqa: E402
from cluster_lib.outcome import describe, worst_code  # noqa: E402
from cluster_lib.run_folder import without_address_book  # noqa: E402
from cluster_lib.watch import Limits, Watch  # noqa: E402

FAILS = "import sys; sys.exit('out of luck')"
HANGS = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"step": %d}', flush=True)
while True:
    signal.pause()
"""


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watch(programs, limits):
    """Runs small programs as nodes under these limits."""
    display = Display(None, stream=io.StringIO(), quiet=True)
    children = Children(display.say)
    try:
        with Watch(children, display, limits) as watching:
            for i, text in enumerate(programs):
                children.start(i, [sys.executable, "-c", text], None)
            watching.run()
    finally:
        children.close()
    return children.all, watching.reason


class Partitions(unittest.TestCase):
    CONFIG = str(ROOT / "configs/quickstart.toml")

    def of(self, text):
        return parse(["--config", self.CONFIG, "--partition", text]).partition

    def test_the_larger_side_refuses_the_other_and_of_equal_ones_that_with_the_lowest_node(self):
        self.assertEqual(self.of("0-1|2,4-5@3..9").apart(4), ["--apart", "0,1@3..9"])
        self.assertEqual(self.of("0-1|2,4-5@3..9").apart(0), [])
        self.assertEqual(self.of("2-3|0,1@3..9").apart(1), ["--apart", "2,3@3..9"])
        self.assertEqual(self.of("2-3|0,1@3..9").apart(7), [])

    def test_what_is_no_partition_is_refused(self):
        for text in ("0-3", "0-3|4", "0|0-2@1..2", "|1@1..2", "0|1@5..5", "0|x@1..2", "1-0|2@1..2"):
            with self.assertRaisesRegex(UsageError, "is not A"):
                self.of(text)


class LimitsHold(unittest.TestCase):
    def test_a_failure_before_the_start_ends_even_nodes_that_ignore_sigterm(self):
        nodes, reason = watch(
            [FAILS, HANGS % 0], Limits(before_start=0.1, no_progress=600, to_end=0.1)
        )
        self.assertEqual([node.code for node in nodes], [1, 137])
        self.assertEqual(worst_code(nodes), 1)
        self.assertEqual(
            describe(nodes, reason),
            [
                "node 0: exit 1 (failed): out of luck",
                "node 1: ended: another node failed before the run began",
            ],
        )

    def test_after_the_start_a_silent_survivor_is_ended_for_its_silence(self):
        nodes, reason = watch(
            [HANGS % 7, "import time; time.sleep(0.5); " + FAILS],
            Limits(before_start=600, no_progress=0.1, to_end=0.1),
        )
        self.assertEqual(nodes[0].code, 137)
        self.assertIn("no progress", reason)

    def test_without_a_failure_no_limit_applies(self):
        nodes, reason = watch(
            ["pass", "import time; time.sleep(0.3)"],
            Limits(before_start=0, no_progress=0, to_end=0),
        )
        self.assertEqual(([node.code for node in nodes], reason), ([0, 0], ""))


class Ports(unittest.TestCase):
    def test_held_ports_are_distinct_taken_and_free_after_release(self):
        first, second = TcpEndpoints(20), TcpEndpoints(20)
        ports = [int(address.rsplit(":", 1)[1]) for address in first.addresses + second.addresses]
        self.assertEqual(len(set(ports)), 40)
        with socket.socket() as probe, self.assertRaises(OSError):
            probe.bind(("127.0.0.1", ports[0]))
        first.release()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", ports[0]))
        second.close()

    def test_ports_lie_outside_those_of_outgoing_connections(self):
        range_file = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
        if not range_file.exists():
            self.skipTest("no /proc/sys/net here")
        low = int(range_file.read_text("ascii").split()[0])
        if low <= 12000:
            self.skipTest("outgoing connections may use almost every port here")
        held = TcpEndpoints(50)
        self.assertTrue(all(int(address.rsplit(":", 1)[1]) < low for address in held.addresses))
        held.close()


class Configuration(unittest.TestCase):
    def test_address_book_is_cut_out_wherever_it_stands(self):
        text = "[shared]\nseed = 1\n[[node]]\nid = 0\n[[ node ]]\nid = 1\n[local]\nthreads = 2\n"
        self.assertEqual(without_address_book(text), "[shared]\nseed = 1\n[local]\nthreads = 2\n")


class Shown(unittest.TestCase):
    def nodes(self):
        nodes, _ = watch(
            ['print(\'{"step": 5, "objective": 0.25, "waiting_for": 1}\')', "pass"], Limits()
        )
        return nodes

    def test_terminal_shows_a_line_per_node_and_draws_over_it(self):
        stream = Terminal()
        display = Display(10, stream=stream)
        nodes = self.nodes()
        display._shown_at = 0
        display.show(nodes)
        drawn = stream.getvalue()
        self.assertEqual(len(drawn.splitlines()), 3)
        self.assertRegex(drawn, r"node +0  step +5  objective +0\.25 ")
        self.assertRegex(drawn, r"\[#*\.*\] step 0 of at most 10")
        display.finish()
        self.assertEqual(stream.getvalue(), drawn + "\x1b[3F\x1b[J")

    def test_elsewhere_no_escape_sequence_and_no_bar(self):
        stream = io.StringIO()
        display = Display(10, stream=stream)
        display.say(0, "lost node 1")
        display.say(1, "lost node 1")
        display._shown_at = -100
        display.show(self.nodes())
        display.finish()
        self.assertEqual(stream.getvalue().count("lost node 1"), 1)
        self.assertIn("step 0, objective 0.25", stream.getvalue())
        self.assertNotIn("\x1b", stream.getvalue())
        self.assertNotIn("[#", stream.getvalue())


class Charts(unittest.TestCase):
    def test_decades_become_a_logarithmic_axis_with_its_points_evenly_spaced(self):
        chart = line_chart("error", [("a", [(k, 10.0**-k) for k in range(5)])])
        self.assertIn(">1e-4<", chart)
        points = [
            tuple(map(float, p.split(",")))
            for p in chart.split('points="')[1].split('"')[0].split()
        ]
        gaps = [b[1] - a[1] for a, b in zip(points, points[1:])]
        self.assertTrue(all(abs(gap - gaps[0]) < 0.11 for gap in gaps), gaps)

    def test_a_constant_a_single_point_and_nothing_at_all_are_drawn_or_left_out(self):
        self.assertIn("<polyline", line_chart("constant", [("a", [(0, 2.0), (9, 2.0)])]))
        self.assertIn("<polyline", line_chart("zero", [("a", [(0, 0.0)])]))
        self.assertEqual(line_chart("nothing", [("a", [])]), "")

    def test_many_points_are_thinned_and_keep_both_ends(self):
        chart = line_chart("long", [("a", [(k, float(k)) for k in range(100_000)])])
        points = chart.split('points="')[1].split('"')[0].split()
        self.assertLess(len(points), 700)
        self.assertEqual((points[0].split(",")[0], points[-1].split(",")[0]), ("84.0", "626.0"))


if __name__ == "__main__":
    unittest.main()
