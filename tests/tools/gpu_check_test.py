#!/usr/bin/env python3
"""tools/gpu-check: what it needs and does not find it names; what it measured can be read.

    gpu_check_test.py            the refusals and the report
    gpu_check_test.py --build    the whole, which takes minutes; skipped, loudly, without nvcc
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHECK = ROOT / "tools/gpu-check"
MEASURED = (
    "device\tOne GPU\tsm_90\t1024 bytes\tCUDA 13.0\n"
    "device copy\tGB/s\t4000\t1.0000\t500.000\t499.000\t600.000\t20\n"
    "update adam, float32\tGB/s\t3900\t0.9750\t480.000\t479.000\t490.000\t20\n"
)


def run(*arguments, timeout=60):
    return subprocess.run(
        list(map(str, arguments)), capture_output=True, text=True, check=False, timeout=timeout
    )


class GpuCheck(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="starling-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def refused(self, words, *arguments):
        done = run(CHECK, "--out", self.folder, *arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(words, done.stderr)

    def test_what_is_missing_is_named(self):
        self.refused("unknown option '--gpu'", "--gpu")
        self.refused("no nvcc at /nowhere/nvcc", "--nvcc", "/nowhere/nvcc")

    def test_the_report_says_what_was_measured_in_json_and_in_markdown(self):
        (self.folder / "roofline.tsv").write_text(MEASURED, "utf-8")
        values = {"date": "today", "sanitizer": "clean", "checked": 3, "failed": 0}
        values |= {"json": self.folder / "a.json", "markdown": self.folder / "a.md"}
        settings = [word for key, value in values.items() for word in ("-v", f"{key}={value}")]
        script = ROOT / "tools/gpu_check_lib/report.awk"
        done = run("awk", *settings, "-f", script, self.folder / "roofline.tsv")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads((self.folder / "a.json").read_text("utf-8"))
        self.assertEqual((report["device"], report["equal"]), ("One GPU", 3))
        self.assertEqual([line["of_peak"] for line in report["roofline"]], [1, 0.975])
        self.assertEqual(report["roofline"][1]["name"], "update adam, float32")
        table = (self.folder / "a.md").read_text("utf-8")
        self.assertIn("| update adam, float32 | 3900 GB/s | 0.9750 |", table)

    def test_the_whole_builds_and_says_where_there_is_no_device(self):
        if "--build" not in ARGUMENTS:
            self.skipTest("only with --build: it takes minutes")
        if not (shutil.which("nvcc") or pathlib.Path("/usr/local/cuda/bin/nvcc").exists()):
            print("SKIPPED: no nvcc", file=sys.stderr, flush=True)
            self.skipTest("no nvcc")
        done = run(CHECK, "--out", self.folder, timeout=3000)
        self.assertIn(done.returncode, (0, 77), done.stderr)
        self.assertTrue((self.folder / "libstarling_cuda.so").is_file())
        if done.returncode == 77:
            self.assertIn("SKIPPED: no device", done.stderr)
        else:
            report = json.loads((self.folder / "gpu-check.json").read_text("utf-8"))
            self.assertEqual(report["failed"], 0)
            self.assertGreater(report["equal"], 300)


if __name__ == "__main__":
    ARGUMENTS = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
