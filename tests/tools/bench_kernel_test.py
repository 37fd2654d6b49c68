#!/usr/bin/env python3
"""`starling-bench kernel`: every variant beside memory, with ratios that follow from the figures.

Argument: the folder of the built programs.
"""

import pathlib
import subprocess
import sys
import unittest


def kernel(*options):
    return subprocess.run([PROGRAMS / "starling-bench", "kernel", *options], text=True,
                          capture_output=True, check=False, timeout=280)


class Kernel(unittest.TestCase):
    def test_ratios_are_to_the_faster_memory_pass_of_the_same_type_and_length(self):
        done = kernel("--benchmark_filter=(float|double)/1e[34]/", "--benchmark_min_time=0.0005")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in done.stdout.splitlines()[2:]]
        self.assertEqual({(row[0], row[1]) for row in rows},
                         {(real, d) for real in ("float", "double") for d in ("1e3", "1e4")})
        for real, length in {(row[0], row[1]) for row in rows}:
            group = {row[2]: row for row in rows if row[:2] == [real, length]}
            memory = max(float(group[name][4]) for name in ("memcpy", "triad"))
            variants = {name.split("/")[1] for name in group if "/" in name}
            self.assertIn("baseline", variants)
            for variant in variants:
                for degree in (2, 3, 5):
                    for form in ("mix", "chebyshev"):
                        row = group[f"{form}/{variant}/degree:{degree}"]
                        self.assertGreater(float(row[3]), 0)
                        rate, ratio = float(row[4]), float(row[5])
                        rounding = 0.0051 + 0.0051 * (1 + ratio) / memory
                        self.assertAlmostEqual(ratio, rate / memory, delta=rounding)

    def test_bytes_are_those_of_the_formula(self):
        done = kernel("--benchmark_filter=double/1e4/(memcpy|.*baseline/degree:3)",
                      "--benchmark_min_time=0.0005")
        vectors = {"memcpy": 2, "mix/baseline/degree:3": 5, "chebyshev/baseline/degree:3": 6}
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in done.stdout.splitlines()[2:]]
        self.assertEqual({row[2] for row in rows}, set(vectors))
        for row in rows:
            time_us, rate = float(row[3]), float(row[4])  # GB/s: a thousand bytes per us
            # A call during which others had the processor shows a small rate of few digits.
            rounding = (0.00051 * rate + 0.0051 * time_us) * 1e3
            moved = time_us * rate * 1e3
            self.assertAlmostEqual(moved, vectors[row[2]] * 10_000 * 8, delta=rounding)

    def test_without_a_memory_pass_the_ratio_is_said_to_be_missing(self):
        done = kernel("--benchmark_filter=float/1e3/mix/baseline/degree:2",
                      "--benchmark_min_time=0.0005")
        self.assertIn("| not measured |", done.stdout)

    def test_mistakes_are_one_line_and_code_2(self):
        for words in (["kernel", "--fast"], ["kernal"], ["kernel", "--benchmark_filter=nothing"]):
            done = subprocess.run([PROGRAMS / "starling-bench", *words], text=True,
                                  capture_output=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr.strip().splitlines()[-1][:14], "starling-bench")


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
