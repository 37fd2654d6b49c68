#!/usr/bin/env python3
"""Processes need the steps that the catalogue's table C.18 measured, on the quadratic H.1."""

import math
import unittest

from harness import Cluster

# The optimum of H.1 with its defaults, as printed there.
OPTIMUM = (
    -0.09488179503481131,
    -0.5059347901935454,
    0.21188460644879506,
    0.02197327626287041,
    -0.002954155712926301,
    0.048682280494848754,
    0.47597627388644764,
    -0.4927659246135829,
    -0.24266389225792698,
    0.41372727823270766,
)


def relative_error(models) -> float:
    """|X - 1 x*'|_F / |1 x*'|_F: the error of the catalogue's tables for a start at 0."""
    squares = math.fsum((a - b) ** 2 for x in models for a, b in zip(x, OPTIMUM))
    return math.sqrt(squares / len(models) / math.fsum(b * b for b in OPTIMUM))


def quadratic(algorithm: str, step_size=None, mixing_steps: int = 0, **more) -> dict:
    config = {
        "shared.name": "table",
        "shared.objective.kind": "reference_quadratic",
        "shared.topology.kind": "ring",
        "shared.topology.nodes": 8,
        "shared.topology.weights": "metropolis",
        "shared.mixing.acceleration": "chebyshev" if mixing_steps else "none",
        "shared.mixing.steps": mixing_steps or 1,
        "shared.algorithm.kind": algorithm,
        "shared.stop.relative_error": 1e-6,
        "shared.stop.steps": 100_000,
        **more,
    }
    if step_size is not None:
        config["shared.algorithm.step_size"] = step_size
    return config


class TableC18(unittest.TestCase):
    def counts(self, expected: int, *arguments) -> None:
        cluster = Cluster(self, quadratic(*arguments)).start().finish(120)
        steps = {cluster.summary(i)["steps"] for i in range(8)}
        error = relative_error(cluster.models())
        print(f"{arguments}: {steps} steps, table {expected}, relative error {error:.3e}")
        self.assertEqual({cluster.summary(i)["status"] for i in range(8)}, {"converged"})
        self.assertEqual(len(steps), 1, steps)
        self.assertLessEqual(abs(steps.pop() - expected), 1)
        self.assertLessEqual(error, 1e-6)

    def test_exact_diffusion_needs_710_steps(self):
        self.counts(710, "exact_diffusion", 1.0)

    def test_extra_needs_2051_steps_at_a_third(self):
        self.counts(2051, "extra", 1 / 3)

    def test_extra_needs_751_steps_at_95_hundredths(self):
        self.counts(751, "extra", 0.95)

    def test_gradient_tracking_needs_729_steps_at_1(self):
        self.counts(729, "gradient_tracking", 1.0)

    def test_gradient_tracking_needs_1713_steps_at_4_tenths(self):
        self.counts(1713, "gradient_tracking", 0.4)

    def test_mudag_needs_97_steps_of_5_gossip_steps(self):
        self.counts(97, "mudag", None, 5)

    def test_dgd_stalls_at_the_bias_of_the_table(self):
        config = quadratic("dgd_atc", 0.1)
        config |= {"shared.stop.relative_error": 0, "shared.stop.steps": 8000}
        cluster = Cluster(self, config).start().finish(120)
        self.assertAlmostEqual(relative_error(cluster.models()), 0.1731, delta=1e-4)


if __name__ == "__main__":
    unittest.main()
