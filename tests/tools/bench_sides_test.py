#!/usr/bin/env python3
"""`starling-bench hogwild` and `gradient`: a line for each side, printed once all sides agree.

Argument: the folder of the built programs.
"""

import pathlib
import subprocess
import sys
import unittest

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"


def bench(*options):
    return subprocess.run([PROGRAMS / "starling-bench", *options], text=True, capture_output=True,
                          check=False, timeout=280)


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.splitlines() if line.startswith("|") and "---" not in line]


class Hogwild(unittest.TestCase):
    def test_every_way_to_share_has_its_line_beside_liblinears_solvers(self):
        done = bench("hogwild", "--data", DATA / "heart_scale.libsvm", "--l2", "1e-3", "--passes",
                     "1", "--epochs", "8", "--threads", "1,3")
        self.assertEqual(done.returncode, 0, done.stderr)
        table = rows(done.stdout)
        for sharing in ("hogwild", "atomic", "striped", "locked"):
            found = [row for row in table if row[0] == sharing]
            self.assertEqual([row[1] for row in found], ["1", "3"])
            for row in found:
                self.assertGreater(float(row[3]), 0)
        if "LIBLINEAR: " in done.stdout:
            print(f"SKIPPED: {done.stdout.splitlines()[-1]}", file=sys.stderr, flush=True)
            return
        solvers = [row for row in table if row[0].startswith("LIBLINEAR")]
        self.assertEqual(len(solvers), 2)
        for row in solvers:  # at its least tolerance it has come as near as asked
            self.assertNotIn("-", row[1:])

    def test_mistakes_are_code_2(self):
        for words in ([], ["--data", "/nowhere"], ["--data", __file__, "--threads", "x"]):
            done = bench("hogwild", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertEqual(done.stdout, "")


class Gradient(unittest.TestCase):
    def test_what_it_compares_with_agrees_and_is_printed(self):
        if subprocess.run(["python3", "-c", "import numpy, sklearn, torch"], capture_output=True,
                          check=False).returncode:
            print("SKIPPED: no numpy, sklearn or torch for python3", file=sys.stderr, flush=True)
            raise unittest.SkipTest("no numpy, sklearn or torch for python3")
        done = bench("gradient", "--data", DATA, "--only", "digits", "--passes", "1", "--repeats",
                     "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        head, row = rows(done.stdout)
        self.assertEqual(len(row), len(head))
        starling, sklearn, torch, to_sklearn, to_torch = map(float, row[1:6])
        self.assertAlmostEqual(to_sklearn, sklearn / starling, delta=0.02 * to_sklearn)
        self.assertAlmostEqual(to_torch, torch / starling, delta=0.02 * to_torch)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
