"""tools/fault-proxy between the nodes of a cluster under test."""

import json
import signal
import subprocess
import sys
import unittest

from harness import ROOT, Cluster, until


class FaultProxy:
    """Runs until the test ends or `report` asks what it did.

    Every node of the cluster that starts from now on reaches the others through it.
    """

    def __init__(self, case: unittest.TestCase, cluster: Cluster, faults: str, seed: int = 1):
        self.folder = cluster.folder / "faults"
        self.folder.mkdir()
        errors = self.folder / "stderr"
        with open(errors, "wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tools/fault-proxy"), "--faults", faults]
                + ["--config", str(cluster.config_file), "--out", str(self.folder)]
                + ["--seed", str(seed)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                process_group=0,
            )
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(errors.read_text("utf-8"))
            return "ready" in errors.read_text("utf-8")

        until(ready, 30, "the fault proxy listens")
        cluster.config_of = {i: self.folder / f"node-{i}.toml" for i in range(cluster.size)}

    def report(self) -> dict:
        """Ends it. Counts of what it did: {"total": {...}, "edges": {"0-1": {...}}}."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return json.loads((self.folder / "report.json").read_text("utf-8"))
