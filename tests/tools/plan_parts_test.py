#!/usr/bin/env python3
"""The parts of tools/plan_check that can be wrong without a run."""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from plan_lib.calibration import PROBES, chunks, fit, row  # noqa: E402
from plan_lib.main import bytes_of, lines_of  # noqa: E402
from plan_lib.runs import Measured  # noqa: E402
from plan_lib.setups import PAIRS  # noqa: E402


def spend(costs, factors) -> float:
    return sum(a * b for a, b in zip(costs, factors))


class Calibration(unittest.TestCase):
    def test_the_probes_tell_the_four_figures_apart(self):
        costs = [40e-6, 15e-6, 6e-6, 0.7e-9]
        rows = [row(probe, 2) for probe in PROBES]
        found = fit(rows, [spend(costs, factors) for factors in rows])
        for have, want in zip(found, costs):
            self.assertAlmostEqual(have / want, 1, delta=0.01)

    def test_no_figure_is_negative_whatever_was_measured(self):
        rows = [row(probe, 2) for probe in PROBES]
        times = [1e-3 if i % 2 else 1e-5 for i in range(len(rows))]
        self.assertGreaterEqual(min(fit(rows, times)), 0)

    def test_chunks_are_those_of_the_wire(self):
        self.assertEqual([chunks(d) for d in (1, 65536, 65537, 98304, 100_000)], [1, 1, 3, 3, 4])


class Comparison(unittest.TestCase):
    def test_pairs_are_ten_of_two_different_setups_that_fit_this_machine(self):
        self.assertEqual(len(PAIRS), 10)
        for one, other in PAIRS:
            self.assertNotEqual(one, other)
            self.assertTrue({one.nodes, other.nodes} <= set(range(4, 9)))

    def test_the_verdict_compares_orders_and_bytes(self):
        entry = {"steps": 10, "lap_steps": 2, "bytes_per_step": 100, "bytes_per_look": 7}
        # 10 steps and a lap of two: 12 steps, 6 looks.
        self.assertEqual(bytes_of(entry, Measured(10, 1.0, 0, 0.1)), 1242)
        entries = [entry | {"seconds": 1.0}, entry | {"seconds": 2.0}]
        fast, slow = Measured(10, 3.0, 1242, 0.3), Measured(10, 4.0, 1242, 0.4)
        self.assertEqual(lines_of(1, PAIRS[0], entries, [fast, slow])[1:], (True, True))
        self.assertEqual(lines_of(1, PAIRS[0], entries, [slow, fast])[1:], (False, True))
        lost = Measured(10, 4.0, 1241, 0.4)
        self.assertEqual(lines_of(1, PAIRS[0], entries, [fast, lost])[1:], (True, False))


if __name__ == "__main__":
    unittest.main()
