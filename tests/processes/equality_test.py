#!/usr/bin/env python3
"""Processes over TCP and lockstep in one thread give every node the same bytes.

Three algorithms, two mixers, both precisions, n = 1, 2, 5, 8, each with one of three uneven lengths
in turn; --all takes every length with each, up to a million coordinates.
"""

import itertools
import sys
import unittest

from harness import ROOT, Cluster

ALGORITHMS = ("gradient_tracking", "exact_diffusion", "mudag")
MIXERS = {"none": 1, "chebyshev": 5}  # and gossip steps of a mix
PRECISIONS = ("float32", "float64")
STEPS = 12
SHORT = (1, 57, 20_011)  # the last is three chunks long in float64
LONG = (1, 57, 1_000_003)

# A ring; with eight nodes a graph of uneven degrees.
GRAPHS = {
    1: {"kind": "complete"},
    2: {"kind": "complete"},
    5: {"kind": "ring"},
    8: {"kind": "barabasi_albert", "degree": 2, "seed": 3},
}


def experiment(algorithm: str, mixer: str, precision: str, nodes: int, length: int) -> dict:
    graph = {f"shared.topology.{key}": value for key, value in GRAPHS[nodes].items()}
    return graph | {
        "shared.name": "equality",
        "shared.precision": precision,
        "shared.chunk": 65536,
        "shared.objective.kind": "vectors",
        "shared.objective.random": length,
        "shared.topology.nodes": nodes,
        "shared.mixing.acceleration": mixer,
        "shared.mixing.steps": MIXERS[mixer],
        "shared.algorithm.kind": algorithm,
        "shared.algorithm.step_size": 0.3,
        "shared.stop.steps": STEPS,
        # Never reached: so that the monitor's mixes and the ride are under way, too.
        "shared.stop.gradient_norm": 1e-300,
        # Bits are at stake, not deadlines: a loaded machine is no death.
        "local.grace": 30.0,
    }


class LockstepAndProcesses(unittest.TestCase):
    def compare(self, *case) -> None:
        cluster = Cluster(self, experiment(*case))
        expected = cluster.lockstep(3)  # the budget is spent before the target
        codes = cluster.start().wait(120)
        self.assertEqual(set(codes.values()), {3}, f"{codes}\n{cluster.words()}")
        for i in range(cluster.size):
            self.assertEqual(cluster.summary(i)["steps"], STEPS)
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}")
            values = expected[i][-case[-1] * (4 if case[2] == "float32" else 8) :]
            self.assertTrue(any(values), "nothing was computed")


class MiniBatchesAndLocalSteps(unittest.TestCase):
    """Which rows a step sees follows from seed, node and step: the same in every executor."""

    def compare(self, algorithm: str, **others) -> None:
        cluster = Cluster(self, {
            "shared.name": "equality",
            "shared.objective.kind": "logistic",
            "shared.objective.data": str(ROOT / "data" / "heart_scale.libsvm"),
            "shared.objective.l2": 1e-3,
            "shared.topology.kind": "ring",
            "shared.topology.nodes": 5,
            "shared.algorithm.kind": algorithm,
            "shared.algorithm.local_steps": 3,
            "shared.algorithm.batch": 11,
            "shared.stop.steps": 40,
            "local.grace": 30.0,
        } | others)
        expected = cluster.lockstep(0)
        codes = cluster.start().wait(120)
        self.assertEqual(set(codes.values()), {0}, f"{codes}\n{cluster.words()}")
        for i in range(cluster.size):
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}")

    def test_of_local_dsgd(self):
        self.compare("dgd_atc")

    def test_of_led(self):
        self.compare("exact_diffusion")

    def test_of_k_gt(self):
        self.compare("k_gt")

    def test_of_l_bfgs(self):
        self.compare("gradient_tracking", **{
            "shared.algorithm.local_steps": 1, "shared.algorithm.batch": 0,
            "shared.optimizer.kind": "lbfgs", "shared.optimizer.history": 3})

    def test_of_a_network_with_dropout_and_gossiped_statistics(self):
        self.compare("dgd_atc", **{
            "shared.objective.kind": "cnn", "shared.objective.normalisation": "gossip",
            "shared.objective.layers": "convolution:3:3,max:2,dense:8",
            "shared.objective.dropout": 0.3, "shared.objective.scale": "max:16",
            "shared.objective.data": str(ROOT / "data" / "digits.libsvm.gz"),
            "shared.algorithm.step_size": 0.05})

    def test_of_matrix_factorisation(self):
        self.compare("k_gt", **{
            "shared.objective.kind": "matrix_factorisation", "shared.objective.rank": 2,
            "shared.algorithm.step_size": 0.01})


def cases(lengths, every: bool):
    """Every combination with every length, or with one length each in turn."""
    turn = itertools.cycle(lengths)
    for case in itertools.product(ALGORITHMS, MIXERS, PRECISIONS, GRAPHS):
        for length in lengths if every else [next(turn)]:
            yield (*case, length)


def add_case(case) -> None:
    algorithm, mixer, precision, nodes, length = case
    name = f"test_{algorithm}_{mixer}_{precision}_n{nodes}_d{length}"
    setattr(LockstepAndProcesses, name, lambda self: self.compare(*case))


if __name__ == "__main__":
    everything = "--all" in sys.argv
    if everything:
        sys.argv.remove("--all")
    for one in cases(LONG if everything else SHORT, everything):
        add_case(one)
    unittest.main()
