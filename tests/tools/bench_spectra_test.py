#!/usr/bin/env python3
"""`starling-bench spectra`: a line for each kind whose figures are those of `inspect`.

Argument: the folder of the built programs.
"""

import json
import pathlib
import subprocess
import sys
import unittest

METHODS = {"closed form", "dense", "lanczos", "multigrid", "shift-invert"}


def run(program, *options):
    return subprocess.run([PROGRAMS / program, *options], text=True, capture_output=True,
                          check=False, timeout=280)


def rows(done):
    """{column: cell} of each line of the table."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in done.stdout.splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


class Spectra(unittest.TestCase):
    def test_every_kind_of_a_few_thousand_nodes_has_its_line(self):
        done = run("starling-bench", "spectra", "--nodes", "4000")
        self.assertEqual(done.returncode, 0, done.stderr)
        table = rows(done)
        kinds = {row["graph"].split()[0] for row in table}
        self.assertLessEqual({"ring", "grid", "regular", "geometric", "margulis", "tree"}, kinds)
        for row in table:
            with self.subTest(row=row):
                self.assertLessEqual(set(row["method"].split(" + ")), METHODS)
                self.assertLessEqual(float(row["error of gap_2, relative"]), 1e-7)
                self.assertGreater(float(row["gap_2"]), 0)
                self.assertLess(int(row["peak MiB"]), 4096)

    def test_the_figures_are_those_of_inspect(self):
        done = run("starling-bench", "spectra", "--nodes", "3000", "--kind", "regular")
        (row,) = rows(done)
        words = ("inspect", "regular", "--nodes", "3000", "--degree", "4", "--json")
        words += ("--weights", "metropolis")
        report = json.loads(run("starling-topology", *words).stdout)
        self.assertEqual(int(row["edges"]), report["edges"])
        self.assertAlmostEqual(float(row["gap_2"]) / report["gap_2"], 1, delta=1e-6)
        self.assertAlmostEqual(float(row["lambda_n"]), report["lambda_n"], delta=1e-8)

    def test_mistakes_are_one_line_and_code_2(self):
        for words in (["--nodes", "5"], ["--nodes"], ["--fast"], ["--kind", "rign"]):
            done = run("starling-bench", "spectra", *words)
            self.assertEqual(done.returncode, 2, words)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertTrue(done.stderr.startswith("starling-bench spectra: "))


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
