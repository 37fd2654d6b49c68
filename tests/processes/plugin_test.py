#!/usr/bin/env python3
"""An objective of one's own, built by its own CMakeLists, reaches its optimum through processes."""

import pathlib
import shutil
import subprocess
import unittest

import oracles
from harness import ROOT, Cluster, heart, programs, scratch
from optimum_test import problem, samples_of

EXAMPLE = ROOT / "examples/objective"
DELTA, L2 = 0.5, 0.01

NO_ENTRY = "int nothing;"
OTHER_VERSION = """
#include "starling_objective.h"
static const starling_objective_vtable table = {.abi = 99, .struct_size = sizeof table};
const starling_objective_vtable* starling_objective_plugin(void) { return &table; }
"""


def huber(rows: list[list[float]], targets: list[float], x: list[float]):
    """f and its gradient, in the order of the rows."""
    value, gradient = 0.0, [0.0] * len(x)
    for row, target in zip(rows, targets):
        residual = oracles.dot(row, x) - target
        inside = abs(residual) <= DELTA
        value += residual**2 / 2 if inside else DELTA * (abs(residual) - DELTA / 2)
        slope = residual if inside else DELTA if residual > 0 else -DELTA
        gradient = [g + slope * v for g, v in zip(gradient, row)]
    gradient = [g / len(rows) + L2 * a for g, a in zip(gradient, x)]
    return value / len(rows) + L2 / 2 * sum(a * a for a in x), gradient


class Plugin(unittest.TestCase):
    def built(self) -> pathlib.Path:
        """The template as a stranger has it: a copy of the folder, elsewhere."""
        folder = scratch(self)
        shutil.copytree(EXAMPLE, folder / "objective")
        include = f"-DSTARLING_INCLUDE={ROOT / 'consensus/objectives'}"
        source, build = folder / "objective", folder / "build"
        for command in (
            ["cmake", "-S", source, "-B", build, include],
            ["cmake", "--build", build],
        ):
            done = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, timeout=120, check=False
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return build / "libhuber.so"

    def config(self, library: pathlib.Path, **more) -> dict:
        data = problem(self, "heart_scale")
        return {
            **{k: v for k, v in heart(4).items() if k != "shared.objective.l2"},
            "shared.name": "plugin",
            "shared.objective.kind": "plugin",
            "shared.objective.library": str(library),
            "shared.objective.options": f"delta={DELTA} l2={L2}",
            "shared.objective.data": str(data.file),
            "shared.objective.scale": data.scale,
            "shared.algorithm.kind": "gradient_tracking",
            "shared.stop.steps": 100_000,
            "shared.stop.gradient_norm": 1e-7,
            **more,
        }

    # By strong convexity f is within |g|^2 / (2 l2) of its least value.
    def test_the_template_reaches_its_optimum_through_four_processes(self):
        library = self.built()
        data = problem(self, "heart_scale")
        cluster = Cluster(self, self.config(library)).start().finish(120)
        weights = [float(len(samples_of(cluster.node_folder(i)))) for i in range(4)]
        self.assertEqual(sum(weights), len(data.rows))
        mean = oracles.mean_of(cluster.models(), weights)
        value, gradient = huber(data.rows, data.labels, mean)
        gap = sum(g * g for g in gradient) / (2 * L2)
        self.assertLess(gap, 1e-9)
        self.assertAlmostEqual(cluster.summarize()["objective"], value, delta=1e-12)
        print(f"huber: f = {value:.12f}, gap at most {gap:.1e}")
        self.assertEqual([cluster.model_bytes(i) for i in range(4)], cluster.lockstep(0))

    def refused(self, config: dict, pattern: str) -> None:
        cluster = Cluster(self, config)
        done = subprocess.run(
            [str(programs() / "starling-node"), "--config", str(cluster.config_file), "--id", "0"]
            + ["--out", str(cluster.out)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, pattern)

    def compiled(self, text: str) -> pathlib.Path:
        folder = scratch(self)
        (folder / "other.c").write_text(text, "utf-8")
        library = folder / "other.so"
        include = f"-I{ROOT / 'consensus/objectives'}"
        subprocess.run(
            ["cc", "-shared", "-fPIC", include, "-o", str(library), str(folder / "other.c")],
            check=True,
            timeout=60,
        )
        return library

    def test_what_is_no_objective_is_refused_with_its_reason(self):
        key = "shared.objective.library"
        self.refused(self.config(pathlib.Path("/nowhere/lib.so")), rf"{key}.*No such file")
        self.refused(self.config(ROOT / "README.md"), rf"{key}.*invalid ELF header")
        entry = "no function starling_objective_plugin"
        self.refused(self.config(self.compiled(NO_ENTRY)), entry)
        self.refused(self.config(self.compiled(OTHER_VERSION)), "made for version 99")
        config = self.config(self.built(), **{"shared.objective.options": "delta=-1"})
        self.refused(config, "delta and l2 must be above 0")
        config = self.config(self.built())
        del config["shared.objective.library"]
        self.refused(config, "shared.objective.library is missing")


if __name__ == "__main__":
    unittest.main()
