#!/usr/bin/env python3
"""Processes that know only their own row of W: the spectrum they estimate together, and the watch.

The spectrum of W by the Jacobi method (oracles.py).
"""

import math
import unittest

import oracles
from harness import Cluster, heart

NODES = 8


def exact_interval(kind: str):
    matrix = oracles.mixing_matrix(oracles.neighbors_of(kind, NODES), [1.0] * NODES)
    (high, _), (low, _) = oracles.extreme_eigenpairs(matrix)
    return low, high


def rounds(low: float, high: float, to: float) -> int:
    """The least K with 1 / T_K(xi) <= to (catalogue B.1)."""
    xi = (2 - low - high) / (high - low)
    return math.ceil(math.acosh(1 / to) / math.acosh(xi))


class Spectrum(unittest.TestCase):
    def config(self, kind: str, **more) -> dict:
        return heart(
            NODES,
            kind,
            **{
                "shared.objective.weighting": "nodes",
                "shared.stop.steps": 5000,
                "shared.stop.gradient_norm": 1e-7,
                **more,
            },
        )

    def test_chebyshev_on_the_estimate_needs_at_most_a_fifth_more_rounds(self):
        for kind in ("ring", "path"):
            with self.subTest(kind=kind):
                config = self.config(kind, **{"shared.topology.spectrum": "gossip"})
                cluster = Cluster(self, config).start().finish(120)
                low, high = exact_interval(kind)
                for node in range(NODES):
                    mixing = cluster.summary(node)["mixing"]
                    self.assertEqual(mixing, cluster.summary(0)["mixing"])
                a, b = mixing["interval"]
                self.assertLessEqual(a, low + 1e-12)
                self.assertGreaterEqual(b, high - 1e-12)
                needed, best = rounds(a, b, 1e-6), rounds(low, high, 1e-6)
                print(f"{kind}: [{a:.4f}, {b:.4f}] for [{low:.4f}, {high:.4f}], ", end="")
                print(f"{needed} rounds for {best}, {mixing['spectrum']}", flush=True)
                self.assertLessEqual(needed, 1.2 * best)
                self.assertEqual(mixing["mismatches"], [])
                told = cluster.summarize()
                self.assertEqual(told["status"], "converged")
                self.assertLessEqual(
                    told["contraction"]["measured"], told["contraction"]["predicted"] * (1 + 1e-9)
                )

    def test_an_interval_too_narrow_is_named_and_mended_or_stops_the_run(self):
        narrow = {"shared.mixing.lambda_2": 0.5, "shared.mixing.lambda_n": 0.0}
        cluster = Cluster(self, self.config("ring", **narrow)).start().finish(120)
        for node in range(NODES):
            found = cluster.summary(node)["mixing"]["mismatches"]
            self.assertIn("the interval [0, 0.5] does not hold the spectrum", found[0]["what"])
            self.assertIn("does not hold the spectrum", cluster.log(node))
        self.assertEqual(cluster.summarize()["status"], "converged")

        narrow["shared.mixing.on_mismatch"] = "stop"
        cluster = Cluster(self, self.config("ring", **narrow)).start()
        self.assertEqual(set(cluster.wait(120).values()), {1}, cluster.words())
        for node in range(NODES):
            summary = cluster.summary(node)
            self.assertEqual(summary["status"], "failed")
            self.assertIn("does not hold the spectrum", summary["reason"])


if __name__ == "__main__":
    unittest.main()
