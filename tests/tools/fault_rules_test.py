#!/usr/bin/env python3
"""tools/fault-proxy: its language, when its rules strike, and the address books it writes."""

import pathlib
import re
import subprocess
import sys
import unittest
import unittest.mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_lib.endpoints import TcpEndpoints  # noqa: E402
from cluster_lib.errors import UsageError  # noqa: E402
from fault_proxy_lib import books, script  # noqa: E402
from fault_proxy_lib.edge import Edge  # noqa: E402


class Language(unittest.TestCase):
    def test_rules_mean_what_they_say(self):
        rule = script.parse_rule("at 2 edge 0-3 cut 0.3 fin")
        self.assertEqual((rule.when, rule.amount, rule.kind), ("at", 2.0, "cut"))
        self.assertEqual((rule.low, rule.high, rule.polite), (0.3, 0.3, True))
        self.assertEqual(rule.ways(0, 3), [(0, 3), (3, 0)])
        self.assertEqual(rule.ways(0, 2), [])
        rule = script.parse_rule("every 50kB all cut 100..300ms")
        self.assertEqual((rule.amount, rule.in_bytes), (50e3, True))
        self.assertEqual((rule.low, rule.high), (0.1, 0.3))
        rule = script.parse_rule("after 1MiB edge 3>0 half-open 5")
        self.assertEqual((rule.when, rule.amount, rule.ways(0, 3)), ("after", 2.0**20, [(3, 0)]))
        rule = script.parse_rule("node 2 rate 200kB/s")
        self.assertEqual((rule.when, rule.amount, rule.low), ("at", 0.0, 200e3))
        self.assertEqual((rule.ways(1, 2), rule.ways(0, 1)), ([(1, 2), (2, 1)], []))

    def test_a_script_has_lines_comments_and_a_seed(self):
        read = script.parse("# nothing\nall delay 1ms; seed 7\n  node 1 reset  # now; or\n")
        self.assertEqual((len(read.rules), read.seed), (2, 7))

    def test_each_mistake_is_one_line_that_quotes_it(self):
        for line, named in {
            "all cut": "how long",
            "all cut 3..1": "ends before",
            "all cut 3h": "'3h'",
            "all flip": "how many bytes",
            "all flip 3": "'3'",
            "all explode": "'explode'",
            "edge 3-3 reset": "'edge 3-3'",
            "edge 3 reset": "'edge 3'",
            "neighbour 3 reset": "'neighbour 3'",
            "at soon all reset": "'soon'",
            "after 3s all reset": "'3s'",
            "every 0 all reset": "more than 0",
            "every 1s all delay 1ms": "at or after",
            "edge 0>3 cut 1": "no direction",
            "all reset now": "'now'",
            "at": "''",
        }.items():
            with self.subTest(line), self.assertRaises(UsageError) as raised:
                script.parse(line)
            self.assertIn(named, str(raised.exception))
            self.assertIn(f"'{line}'", str(raised.exception))
            self.assertNotIn("\n", str(raised.exception))
        with self.assertRaisesRegex(UsageError, "'node 8 reset': the nodes are 0..7"):
            script.check_nodes(script.parse("node 8 reset"), 8)

    def test_every_example_of_the_documents_and_of_help_can_be_read(self):
        page = (ROOT / "docs/faults.md").read_text("utf-8")
        shown = re.findall(r"^```faults\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        self.assertTrue(shown)
        help_text = subprocess.run(
            [ROOT / "tools/fault-proxy", "--help"], capture_output=True, text=True, check=True
        ).stdout
        lines = [re.split(r"\s{3,}", line.strip())[0] for line in help_text.splitlines()]
        shown += [line for line in lines if re.match(r"(every|at|after|all|seed) .*\d", line)]
        rules = [rule for text in shown for rule in script.parse(text).rules]
        self.assertGreater(len(rules), 8)
        kinds = {rule.kind for rule in rules}
        self.assertEqual(kinds, {*script.EVENTS, *script.SETTINGS})


class Hours:
    """Stands for the proxy: its timers, and a clock that jumps from one to the next."""

    def __init__(self, began: float):
        self.began, self.timers = began, []

    def after_begin(self, wait, call):
        self.call_at(self.began + wait, call)

    def call_at(self, when, call):
        self.timers.append((when, call))

    def run(self, until: float):
        for _ in range(10_000):
            when, call = min(self.timers, key=lambda timer: timer[0], default=(until, None))
            if when >= until:
                return
            self.timers.remove((when, call))
            call(when)
        raise AssertionError("more than 10,000 timers")


class Times(unittest.TestCase):
    def struck(self, text: str, seconds: float) -> list[float]:
        """When a rule strikes an edge that always works."""
        hours, times = Hours(1000.0), []
        edge = Edge(hours, 0, 1, seed=3)
        edge.works = lambda: True
        edge.strike = lambda rule, chance, now: times.append(now - hours.began)
        edge.add_rule(0, script.parse_rule(text))
        hours.run(hours.began + seconds)
        return times

    def test_what_strikes_every_second_does_so_at_that_rate_for_an_hour(self):
        times = self.struck("every 1s all cut 0..0.3", 3600)
        for begin in range(0, 3600, 600):
            count = sum(begin <= time < begin + 600 for time in times)
            self.assertLess(abs(count - 600), 5 * 600**0.5, f"from {begin} s on")

    def test_what_strikes_at_a_time_strikes_once(self):
        self.assertEqual(self.struck("at 7 edge 0-1 reset", 100), [7.0])


class Books(unittest.TestCase):
    def test_each_node_keeps_its_own_address_and_all_that_is_not_an_address(self):
        text = (
            '[shared]\nname = "tcp://127.0.0.1:70"\n'
            '[[node]]\nid = 0\nlisten = "tcp://127.0.0.1:7000"\npublic_key = "k"\n'
            "[[node]]\nid = 1\nlisten = 'tcp://127.0.0.1:7001'\n"
        )
        book = books.read_addresses(text, "a.toml")
        self.assertEqual(book, {0: "tcp://127.0.0.1:7000", 1: "tcp://127.0.0.1:7001"})
        through = books.book_for(0, text, book, {1: "tcp://127.0.0.1:9"})
        self.assertEqual(through, text.replace("'tcp://127.0.0.1:7001'", '"tcp://127.0.0.1:9"'))

    def test_a_port_of_a_node_that_does_not_run_yet_is_left_alone(self):
        found = TcpEndpoints(3)
        own = found.addresses[0]
        with unittest.mock.patch.object(books, "TcpEndpoints", lambda count: found):
            ports = books.open_ports(2, {0: own})
        self.assertNotIn(int(own.rpartition(":")[2]), [port.getsockname()[1] for port in ports])
        self.assertEqual(len(ports), 2)
        for port in ports:
            port.close()

    def test_a_file_without_a_book_of_tcp_addresses_is_refused(self):
        for text in ("[shared]\n", "[[node]]\nid = 0\n", "=", '[[node]]\nid=0\nlisten="ipc://a"\n'):
            with self.subTest(text), self.assertRaises(UsageError):
                books.read_addresses(text, "a.toml")


if __name__ == "__main__":
    unittest.main()
