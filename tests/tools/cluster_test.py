#!/usr/bin/env python3
"""tools/cluster against stand-ins for the node and the simulator: processes, codes, files."""

import json
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/tools"
CONFIG = """
[shared]
name = "fake run"
[shared.objective]
kind = "logistic"
data = "data/breast_cancer.libsvm.gz"
scale = "standardize"
l2 = 1e-3
[shared.topology]
kind = "ring"
nodes = 3
[shared.stop]
steps = 20
[[node]]
id = 0
listen = "tcp://10.0.0.1:7000"
"""


class ClusterCase(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.out = self.folder / "run"
        self.config = self.folder / "fake.toml"
        self.config.write_text(CONFIG, encoding="utf-8")
        for program, stand_in in (
            ("starling-node", "fake_node.py"),
            ("starling-sim", "fake_sim.py"),
        ):
            path = self.folder / "bin" / program
            path.parent.mkdir(exist_ok=True)
            path.write_text(
                f'#!/bin/sh\nexec "{sys.executable}" "{HERE / stand_in}" "$@"\n', encoding="utf-8"
            )
            path.chmod(0o755)

    def command(self, *options):
        return [
            sys.executable,
            str(ROOT / "tools/cluster"),
            "--config",
            str(self.config),
            "--out",
            str(self.out),
            "--bin",
            str(self.folder / "bin"),
            *options,
        ]

    def environment(self, behaviours):
        return {**os.environ, "STARLING_FAKE": json.dumps(behaviours)}

    def run_cluster(self, *options, behaviours=None):
        return subprocess.run(
            self.command(*options),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=self.environment(behaviours or {}),
        )

    def start_cluster(self, *options, behaviours):
        process = subprocess.Popen(
            self.command(*options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(behaviours),
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def wait_for_ready(self, process, nodes):
        ready = set()
        while len(ready) < nodes:
            line = process.stderr.readline()
            self.assertTrue(line, "the cluster ended before its nodes were ready")
            ready.update(re.findall(r"ready (\d+)", line))


class Success(ClusterCase):
    def test_every_node_runs_and_the_merged_summary_is_printed(self):
        done = self.run_cluster()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"nodes +3\n")
        self.assertRegex(done.stdout, r"gossip steps +60\n")
        for i in range(3):
            self.assertTrue((self.out / f"node-{i}/summary.json").is_file())

    def test_the_gap_is_shown_where_the_optimum_is_known_and_only_there(self):
        self.assertIn("known optimum f*", self.run_cluster().stdout)
        self.assertNotIn(
            "known optimum f*", self.run_cluster("--set", "shared.objective.scale=none").stdout
        )

    def test_json_prints_the_summary_and_nothing_else_on_stdout(self):
        done = self.run_cluster("--json")
        self.assertEqual(
            json.loads(done.stdout), json.loads((self.out / "summary.json").read_text("utf-8"))
        )

    def test_address_book_of_the_user_is_replaced_by_distinct_loopback_ports(self):
        self.assertEqual(self.run_cluster("--nodes", "5").returncode, 0)
        config = tomllib.loads((self.out / "config.toml").read_text("utf-8"))
        self.assertEqual([node["id"] for node in config["node"]], list(range(5)))
        addresses = [node["listen"] for node in config["node"]]
        self.assertEqual(len(set(addresses)), 5)
        self.assertTrue(
            all(re.fullmatch(r"tcp://127\.0\.0\.1:\d+", address) for address in addresses),
            addresses,
        )

    def test_overrides_stand_in_the_effective_configuration(self):
        self.assertEqual(
            self.run_cluster("--nodes", "2", "--set", "shared.stop.steps=7").returncode, 0
        )
        config = tomllib.loads((self.out / "config.toml").read_text("utf-8"))
        self.assertEqual(
            (config["shared"]["topology"]["nodes"], config["shared"]["stop"]["steps"]), (2, 7)
        )
        self.assertEqual(
            json.loads((self.out / "node-1/summary.json").read_text("utf-8"))["steps"], 7
        )

    def test_ipc_endpoints_fit_a_socket_address_and_are_removed(self):
        self.assertEqual(self.run_cluster("--transport", "ipc").returncode, 0)
        config = tomllib.loads((self.out / "config.toml").read_text("utf-8"))
        for node in config["node"]:
            path = node["listen"].removeprefix("ipc://")
            self.assertLess(len(path), 107)
            self.assertFalse(os.path.exists(os.path.dirname(path)))

    def test_with_faults_each_node_reaches_the_others_through_the_proxy(self):
        done = self.run_cluster("--faults", "all delay 1ms")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"faults +none that ends or alters anything\n")
        own = tomllib.loads((self.out / "config.toml").read_text("utf-8"))["node"]
        for i in range(3):
            book = tomllib.loads((self.out / f"faults/node-{i}.toml").read_text("utf-8"))["node"]
            self.assertEqual(
                [entry == own[j] for j, entry in enumerate(book)], [i == j for j in range(3)]
            )
        report = json.loads((self.out / "faults/report.json").read_text("utf-8"))
        self.assertEqual(report["total"]["connections"], 0)
        self.assertEqual(self.run_cluster().returncode, 0)
        self.assertFalse((self.out / "faults").exists())

    def test_a_second_run_in_the_folder_replaces_the_first_and_touches_nothing_else(self):
        self.assertEqual(self.run_cluster("--nodes", "4").returncode, 0)
        (self.out / "notes.txt").write_text("mine", encoding="utf-8")
        self.assertEqual(self.run_cluster("--nodes", "2").returncode, 0)
        self.assertFalse((self.out / "node-3").exists())
        self.assertTrue((self.out / "notes.txt").exists())

    def test_checkpoints_stay_where_the_run_keeps_them_and_go_where_it_does_not(self):
        for keeps in (True, False):
            held = [self.out / f"node-{i}/checkpoints/step-20.safetensors" for i in (1, 7)]
            for path in held:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("", encoding="utf-8")
            if keeps:
                every = CONFIG + "[shared.membership]\ncheckpoint_every = 20\n"
                self.config.write_text(every, encoding="utf-8")
            else:
                self.config.write_text(CONFIG, encoding="utf-8")
            self.run_cluster()
            self.assertEqual([path.exists() for path in held], [keeps, False])


class Report(ClusterCase):
    def test_report_is_one_file_with_charts_and_no_outside_resource(self):
        self.assertEqual(self.run_cluster("--set", "shared.name=<b>&").returncode, 0)
        page = (self.out / "report.html").read_text("utf-8")
        self.assertEqual(page.count("<svg"), 3)
        self.assertEqual(page.count("<polyline"), 9)
        self.assertIsNone(re.search(r"""(src|href)\s*=|https?://|@import|<script""", page))
        self.assertIn("&lt;b&gt;&amp;", page)
        self.assertNotIn("<b>&", page)


class Failure(ClusterCase):
    def test_a_node_killed_as_asked_is_no_failure_but_losing_it_is(self):
        done = self.run_cluster("--kill", "1@5")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("node 1: killed as asked at step 5", done.stderr)
        self.assertRegex(done.stderr, r"nodes 0, 2: exit 4 \(lost the cluster\): lost node 1")

    def test_only_the_killed_node_ends_badly_then_the_run_is_a_success(self):
        done = self.run_cluster("--nodes", "2", "--kill", "1@5", behaviours={"0": "deaf"})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_kill_the_run_never_reached_is_said(self):
        done = self.run_cluster("--kill", "1@500")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("node 1: was to be killed at step 500, but the run ended", done.stderr)

    def test_worst_code_of_the_nodes_is_the_clusters(self):
        done = self.run_cluster(behaviours={"0": "fail:5:3", "1": "deaf", "2": "deaf"})
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("node 0: exit 3 (budget spent before the target): no space left", done.stderr)

    def test_a_node_killed_from_outside_is_a_failure(self):
        process = self.start_cluster(behaviours={str(i): "steady" for i in range(3)})
        self.wait_for_ready(process, 3)
        os.kill(child_of(process.pid, "--id 2"), signal.SIGKILL)
        (self.out / "lost").write_text("2", encoding="utf-8")
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 137, errors)
        self.assertIn("node 2: exit 137 (signal 9)", errors)

    def test_what_all_nodes_say_alike_is_shown_once(self):
        done = self.run_cluster(
            behaviours={str(i): "exit:2:shared.seed: differs" for i in range(3)}
        )
        self.assertEqual(done.returncode, 2)
        self.assertEqual(
            len(re.findall(r"^\[\d\] starling-node: shared.seed", done.stderr, re.MULTILINE)), 1
        )
        self.assertIn("nodes 0-2: exit 2 (usage or configuration error): shared.seed", done.stderr)
        self.assertEqual(done.stdout, "")


class Signals(ClusterCase):
    def test_ctrl_c_stops_every_node_once_and_still_merges(self):
        process = self.start_cluster(behaviours={str(i): "steady" for i in range(3)})
        self.wait_for_ready(process, 3)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, errors)
        self.assertIn("stopped", output)
        for i in range(3):
            summary = json.loads((self.out / f"node-{i}/summary.json").read_text("utf-8"))
            self.assertEqual(summary["signals"], ["SIGINT"])

    def test_second_ctrl_c_kills_even_nodes_that_ignore_the_first(self):
        process = self.start_cluster(behaviours={str(i): "hang" for i in range(3)})
        self.wait_for_ready(process, 3)
        process.send_signal(signal.SIGINT)
        self.assertIn("stopping", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("nodes 0-2: killed by a second Ctrl-C", errors)

    def test_no_node_outlives_a_killed_script(self):
        process = self.start_cluster(behaviours={str(i): "hang" for i in range(3)})
        self.wait_for_ready(process, 3)
        process.kill()
        process.wait(timeout=30)
        self.assertEqual(wait_gone(self.out), [])


class Usage(ClusterCase):
    def refused(self, *options):
        done = self.run_cluster(*options)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def test_mistakes_are_one_line_and_code_2(self):
        self.assertIn("needs a --kill 1@STEP", self.refused("--restart", "1@5"))
        self.assertIn("I@STEP", self.refused("--kill", "1-5"))
        self.assertIn("no node 3; the run has nodes 0..2", self.refused("--kill", "3@5"))
        self.assertIn("twice", self.refused("--kill", "1@5", "--kill", "1@6"))
        self.assertIn("--nodes", self.refused("--nodes", "0"))
        self.assertIn("neither tcp nor ipc", self.refused("--transport", "udp"))
        self.assertIn("explode", self.refused("--faults", "all explode"))
        self.assertIn("nodes are 0..2", self.refused("--faults", "node 3 reset"))
        self.assertIn("tcp", self.refused("--faults", "all reset", "--transport", "ipc"))
        self.assertIn("section.key=value", self.refused("--set", "steps"))
        self.assertIn("--bogus", self.refused("--bogus"))
        self.assertIn("other.key: no such section", self.refused("--set", "other.key=1"))
        self.config = self.folder / "absent.toml"
        self.assertIn("absent.toml", self.refused())

    def test_missing_program_is_named_with_its_cure(self):
        (self.folder / "bin/starling-node").unlink()
        done = self.run_cluster()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"no starling-node in .*; tools/build makes it")

    def test_print_config_starts_nothing(self):
        done = self.run_cluster("--print-config", "--nodes", "6")
        self.assertEqual(tomllib.loads(done.stdout)["shared"]["topology"]["nodes"], 6)
        self.assertFalse(self.out.exists())


def processes_with(text):
    """Process id -> command line, of those whose command line holds `text`."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (
                    (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                )
                dead = re.search(
                    r"^State:\s+[ZX]", (entry / "status").read_text("utf-8"), re.MULTILINE
                )
            except OSError:
                continue
            if text in line and not dead:
                found[int(entry.name)] = line
    return found


def child_of(parent, text):
    """The one child of `parent` whose command line holds `text`."""
    children = []
    for pid, _ in processes_with(text).items():
        status = pathlib.Path(f"/proc/{pid}/status").read_text("utf-8")
        if re.search(rf"^PPid:\s+{parent}$", status, re.MULTILINE):
            children.append(pid)
    assert len(children) == 1, children
    return children[0]


def wait_gone(out):
    """Waits for every process that names the run folder to end; returns those left after 30 s."""
    for pid in processes_with(str(out)):
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        select.select([descriptor], [], [], 30)
        os.close(descriptor)
    return list(processes_with(str(out)).values())


if __name__ == "__main__":
    unittest.main()
