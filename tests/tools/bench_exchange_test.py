#!/usr/bin/env python3
"""The exchange benchmark: its oracle, its refusal of wrong averages, and a tiny run of every peer.

Argument: the folder of the built programs.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from bench.exchange_lib import graphs, oracle, report  # noqa: E402 (after the path is set)
from bench.exchange_lib.main import PEER_KEYS, peers_in  # noqa: E402
from bench.exchange_lib.peers import Measured, RawTcp  # noqa: E402
from bench.exchange_lib.processes import PeerError, WrongAverages, run_together  # noqa: E402
from bench.exchange_lib.starling import Starling  # noqa: E402

RING4 = graphs.LAYOUTS[0]


def task_of(values=50, rounds=3, layout=RING4):
    return graphs.make_task(layout, values, rounds, False)


def honest_report(task):
    """What a peer prints that does its work."""
    first, last = (oracle.expected(task, steps, oracle.peer_input)
                   for steps in (1, task.warm_up + task.rounds))
    times = {"min": 1e-4, "median": 2e-4, "p99": 3e-4}
    return {"nodes": [{"round_seconds": times, "first": first[i], "last": last[i]}
                      for i in range(task.layout.nodes)]}


class Graphs(unittest.TestCase):
    def test_the_layouts_are_regular_graphs_of_degree_2_2_and_5(self):
        for layout, degree in zip(graphs.LAYOUTS, (2, 2, 5)):
            ends = [node for edge in layout.edges() for node in edge]
            self.assertEqual([ends.count(i) for i in range(layout.nodes)], [degree] * layout.nodes)

    def test_they_are_the_graphs_starling_generates(self):
        program = PROGRAMS / "starling-topology"
        if not program.is_file():
            self.skipTest("starling-topology is not built")
        for layout in graphs.LAYOUTS:
            done = subprocess.run([program, "generate", layout.kind, "--nodes", str(layout.nodes)],
                                  capture_output=True, text=True, check=True, timeout=60)
            lines = [line.split() for line in done.stdout.splitlines() if not line.startswith("#")]
            self.assertEqual(sorted((int(a), int(b)) for a, b, *_ in lines), layout.edges())


class Oracle(unittest.TestCase):
    def test_philox_gives_the_known_answers_of_random123(self):
        ones = 0xFFFFFFFF
        self.assertEqual(oracle._philox([0] * 4, [0] * 2),
                         [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8])
        self.assertEqual(oracle._philox([ones] * 4, [ones] * 2),
                         [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD])

    def test_gossip_on_a_ring_of_four_contracts_a_third_per_step_and_keeps_the_mean(self):
        # W = (I + A) / 3 has the eigenvalues 1, 1/3, 1/3, -1/3: (1, 0, -1, 0) is multiplied by 1/3.
        rows = oracle.power(oracle.mixing_matrix(4, RING4.edges()), 3)
        column = [sum(w * x for w, x in zip(row, (6, 5, 4, 5))) for row in rows]
        for measured, wanted in zip(column, (5 + 1 / 27, 5, 5 - 1 / 27, 5)):
            self.assertAlmostEqual(measured, wanted, places=14)

    def test_something_missing_or_not_a_number_is_infinitely_wrong(self):
        self.assertEqual(oracle.worst_error([[1.0]], [[1.0, 2.0]]), float("inf"))
        self.assertEqual(oracle.worst_error([[float("nan")]], [[1.0]]), float("inf"))
        self.assertEqual(oracle.worst_error([[1.0], [2.5]], [[1.0], [2.0]]), 0.5)


class Honesty(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def stand_in(self, script):
        path = self.folder / "starling-bench-raw-tcp"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return RawTcp(self.folder)

    def run_reporting(self, found, task):
        (self.folder / "report").write_text(json.dumps(found), encoding="utf-8")
        return self.stand_in(f"cat '{self.folder}/report'").run(task, 20)

    def test_right_averages_are_taken_and_the_worst_node_counts(self):
        task = task_of()
        found = honest_report(task)
        found["nodes"][2]["round_seconds"] = {"min": 1e-4, "median": 5e-4, "p99": 6e-4}
        measured = self.run_reporting(found, task)
        self.assertEqual((measured.min, measured.median, measured.p99), (1e-4, 5e-4, 6e-4))
        self.assertLess(measured.error, 1e-12)

    def test_a_peer_that_mixed_nothing_or_swapped_or_forgot_a_value_has_no_time(self):
        task = task_of()
        untouched = oracle.expected(task, 0, oracle.peer_input)

        def idle(nodes):
            for node, values in zip(nodes, untouched):
                node["first"] = node["last"] = values

        def only_the_end(nodes):
            nodes[1]["first"] = nodes[1]["last"]

        def swapped(nodes):
            nodes[0]["last"][3], nodes[0]["last"][4] = nodes[0]["last"][4], nodes[0]["last"][3]

        def one_missing(nodes):
            nodes[3]["last"].pop()

        def one_node_missing(nodes):
            nodes.pop()

        for spoil in (idle, only_the_end, swapped, one_missing, one_node_missing):
            found = honest_report(task)
            spoil(found["nodes"])
            with self.subTest(spoil.__name__), self.assertRaises(PeerError):
                self.run_reporting(found, task)

    def test_a_failing_peer_is_quoted_and_a_silent_one_ended_at_the_deadline(self):
        with self.assertRaisesRegex(PeerError, "exit code 3: no socket today"):
            self.stand_in("echo no socket today >&2; exit 3").run(task_of(), 20)
        pid = self.folder / "pid"
        before = time.monotonic()
        with self.assertRaisesRegex(PeerError, "not done after 1 s"):
            run_together([["sh", "-c", f"echo $$ > '{pid}'; exec sleep 600"]], 1)
        self.assertLess(time.monotonic() - before, 30)
        self.assertFalse(pathlib.Path("/proc", pid.read_text(encoding="ascii").strip()).exists())


class Report(unittest.TestCase):
    def results(self, folder="/nowhere"):
        peers = peers_in(pathlib.Path(folder))
        results = report.Results([task_of(1000)], peers, "starling-bench exchange")
        results.absent = dict.fromkeys(PEER_KEYS)
        return results, {peer.key: peer for peer in peers}

    def test_ratios_are_speeds_of_the_best_passes(self):
        results, peers = self.results()
        for key, medians in (("raw-tcp", (3e-3, 1e-3)), ("openmpi-tcp", (2e-3, 2.5e-3)),
                             ("starling-tcp", (5e-3, 4e-3))):
            for median in medians:
                results.add(results.tasks[0], peers[key], Measured(median, median, median, 0))
        text = report.markdown(results)
        self.assertIn("| Starling, tcp | 4 (0.25; 0.50) |", text)
        self.assertIn("| OpenMPI, isend/irecv over TCP | 2 (0.50; 1.00) |", text)
        self.assertIn("| ring4 d=1000 | Starling, tcp | 2.00 x openmpi-tcp | 2.00 | met |", text)

    def test_another_build_is_compared_pass_by_pass(self):
        results, peers = self.results()
        other = Starling(pathlib.Path("/elsewhere"), "tcp", "payload", before=True)
        results.passes[results.tasks[0].title, other.key] = []
        self.assertNotIn("other build", report.markdown(results))
        for now, then in ((3e-3, 2e-3), (2e-3, 4e-3), (3e-3, 3e-3)):
            results.add(results.tasks[0], peers["starling-tcp"], Measured(now, now, now, 0))
            results.add(results.tasks[0], other, Measured(then, then, then, 0))
        text = report.markdown(results)
        self.assertIn("| ring4 d=1000 | 1.00 | 0.50 1.00 1.50 |", text)

    def test_a_peer_that_failed_in_one_pass_is_marked_and_says_why(self):
        results, peers = self.results()
        results.add(results.tasks[0], peers["gloo"], Measured(1e-3, 1e-3, 1e-3, 0))
        results.fail(results.tasks[0], peers["gloo"], PeerError("not done after 9 s"))
        text = report.markdown(results)
        self.assertIn("| Gloo, torch isend/irecv | 1* (-; -) |", text)
        self.assertIn("- Gloo, torch isend/irecv, ring4 d=1000: failed: not done after 9 s\n", text)

    def test_a_peer_that_was_wrong_in_one_pass_has_no_figure(self):
        results, peers = self.results()
        results.add(results.tasks[0], peers["gloo"], Measured(1, 1, 1, 0))
        results.fail(results.tasks[0], peers["gloo"], WrongAverages("wrong averages: off by 1"))
        text = report.markdown(results)
        self.assertIn("| Gloo, torch isend/irecv | failed |", text)
        self.assertIn("- Gloo, torch isend/irecv, ring4 d=1000: failed: wrong averages: off by 1\n",
                      text)


class Run(unittest.TestCase):
    def bench(self, *options):
        return subprocess.run([PROGRAMS / "starling-bench", "exchange", *options], text=True,
                              capture_output=True, check=False, timeout=280)

    def test_every_peer_is_a_row_and_those_that_are_there_average_rightly(self):
        # 57: less than any chunk. 140,001: in chunks, the last one odd.
        done = self.bench("--layouts", "ring4", "--values", "57,140001", "--rounds", "3",
                          "--passes", "1", "--deadline", "200", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        rows = json.loads(done.stdout)["rows"]
        self.assertEqual({(row["peer"], row["values"]) for row in rows},
                         {(key, values) for key in PEER_KEYS for values in (57, 140_001)})
        built = {"raw-tcp": "starling-bench-raw-tcp", "openmpi-tcp": "starling-bench-mpi"}
        for row in rows:
            with self.subTest(peer=row["peer"], values=row["values"]):
                if row["absent"]:
                    program = built.get(row["peer"], "starling-node")
                    here = row["peer"] != "gloo" and (PROGRAMS / program).is_file()
                    self.assertFalse(here and "built" in row["absent"], row["absent"])
                    continue
                self.assertIsNone(row["failed"])
                times = row["round_seconds"]
                self.assertTrue(0 < times["min"] <= times["median"] <= times["p99"] < 60, times)
                self.assertLess(times["error"], 1e-4)
        self.assertFalse(rows[0]["absent"], "raw TCP is always built")

    def test_eight_nodes_of_degree_five_average_rightly(self):
        done = self.bench("--layouts", "exponential8", "--values", "70001", "--rounds", "2",
                          "--passes", "1", "--only", "raw-tcp,openmpi-tcp")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\| raw TCP \(own program\) \| [0-9.e-]+ \(1\.00; ")

    def test_where_nothing_is_built_every_row_says_so(self):
        with tempfile.TemporaryDirectory() as empty:
            done = self.bench("--bin", empty, "--values", "57", "--passes", "1",
                              "--only", "raw-tcp,openmpi-tcp,starling-tcp,starling-ipc")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count("| absent |"), 4 * len(graphs.LAYOUTS))
        self.assertIn("- Starling, tcp: absent: starling-node is not built", done.stdout)

    def test_stopped_in_the_middle_it_leaves_no_process_and_no_file(self):
        with tempfile.TemporaryDirectory() as scratch:
            process = subprocess.Popen(
                [PROGRAMS / "starling-bench", "exchange", "--layouts", "ring4", "--values",
                 "57,1e6", "--rounds", "1000000", "--only", "raw-tcp"], text=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env={**os.environ, "TMPDIR": scratch})
            self.addCleanup(process.kill)
            children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
            while not (found := children.read_text(encoding="ascii").split()):
                self.assertIsNone(process.poll(), "it ended without starting a peer")
            process.terminate()
            errors = process.communicate(timeout=60)[1]
            self.assertEqual((process.returncode, errors),
                             (143, "starling-bench exchange: stopped\n"))
            self.assertEqual(list(pathlib.Path(scratch).iterdir()), [])
            self.assertFalse(any(pathlib.Path("/proc", child).exists() for child in found))

    def test_a_bad_option_is_one_line_and_code_2(self):
        for options, said in ((("--only", "raw"), "no peer 'raw'; allowed: raw-tcp openmpi-tcp"),
                              (("--values", "1e3,many"), "no list of lengths"),
                              (("--rounds", "0"), "not a number from 1"),
                              (("--layouts", "cube"), "no layout 'cube'; allowed: ring4")):
            done = self.bench(*options)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
