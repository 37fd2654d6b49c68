#!/usr/bin/env python3
"""A mix over processes contracts as promised: 1/T_K at most, and that in the worst direction.

Disagreement before and after is computed from the given inputs and the models the run left; the
spectrum by the Jacobi method. --matrix adds graphs and numbers of gossip steps.
"""

import pathlib
import random
import struct
import sys
import unittest

import oracles
from harness import Cluster, scratch

CASES = [("ring", 8, "none", 1), ("ring", 8, "chebyshev", 5), ("star", 5, "chebyshev", 3)]
MATRIX = [
    (kind, nodes, acceleration, steps)
    for kind in ("ring", "path", "star", "torus")
    for nodes in (2, 5, 8)
    for acceleration in ("none", "chebyshev")
    for steps in (1, 2, 7)
]


def write_npy(path: pathlib.Path, rows) -> None:
    """NumPy's format, version 1.0: float64, row-major."""
    shape = f"({len(rows)}, {len(rows[0])})"
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    values = [v for row in rows for v in row]
    content = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode("ascii")
    path.write_bytes(content + struct.pack(f"<{len(values)}d", *values))


class Contraction(unittest.TestCase):
    def one_mix(self, kind: str, nodes: int, acceleration: str, steps: int, inputs):
        """(ratio of disagreement after to before, the merged summary's contraction)."""
        data = scratch(self) / "inputs.npy"
        write_npy(data, inputs)
        config = {
            "shared.name": "average",
            "shared.objective.kind": "vectors",
            "shared.objective.data": str(data),
            "shared.objective.partition": "contiguous",
            "shared.topology.kind": kind,
            "shared.topology.nodes": nodes,
            "shared.mixing.acceleration": acceleration,
            "shared.mixing.steps": steps,
            "shared.algorithm.kind": "average",
            "shared.stop.steps": 1,
        }
        cluster = Cluster(self, config).start().finish(60)
        models = cluster.models()
        ones = [1.0] * nodes
        for a, b in zip(oracles.mean_of(models, ones), oracles.mean_of(inputs, ones)):
            self.assertAlmostEqual(a, b, delta=1e-14 * (1 + abs(b)))
        ratio = oracles.disagreement(models, ones) / oracles.disagreement(inputs, ones)
        return ratio, cluster.summarize()["contraction"]

    def promise(self, kind: str, nodes: int, acceleration: str, steps: int) -> None:
        matrix = oracles.mixing_matrix(oracles.neighbors_of(kind, nodes), [1.0] * nodes)
        (high, slow), (low, fast) = oracles.extreme_eigenpairs(matrix)
        promised = oracles.promised_contraction(acceleration, steps, low, high)
        worst = fast if acceleration == "none" and abs(low) > abs(high) else slow
        chance = random.Random(nodes * 100 + steps)
        scattered = [[chance.gauss(0, 1) for _ in range(7)] for _ in range(nodes)]
        for name, inputs in (("worst", [[3 * v, 2 - v] for v in worst]), ("random", scattered)):
            with self.subTest(kind=kind, nodes=nodes, mixer=acceleration, K=steps, inputs=name):
                ratio, told = self.one_mix(kind, nodes, acceleration, steps, inputs)
                print(
                    f"{kind} {nodes} {acceleration} K={steps} {name}: {ratio:.6g}, "
                    f"promised {promised:.6g}, summary {told}",
                    flush=True,
                )
                self.assertLessEqual(ratio, promised * (1 + 1e-9) + 1e-14)
                if name == "worst":
                    self.assertGreaterEqual(ratio, promised * 0.99 - 1e-14)
                if promised > 1e-9:
                    self.assertAlmostEqual(told["measured"], ratio, delta=1e-9 * ratio + 1e-13)
                    self.assertAlmostEqual(told["predicted"], promised, delta=1e-9 * promised)


def add_cases(cases) -> None:
    for case in cases:

        def test(self, case=case):
            self.promise(*case)

        kind, nodes, acceleration, steps = case
        test_name = f"test_{acceleration}_on_a_{kind}_of_{nodes}_in_{steps}_gossip_steps"
        setattr(Contraction, test_name, test)


if __name__ == "__main__":
    if "--matrix" in sys.argv:
        sys.argv.remove("--matrix")
        add_cases(case for case in MATRIX if case not in CASES)
    else:
        add_cases(CASES)
    unittest.main()
