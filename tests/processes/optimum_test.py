#!/usr/bin/env python3
"""Exact algorithms over processes reach the optimum of all samples on label-sorted shards.

Everything is recomputed here from the run folder: which node held which rows, the objective at the
mean of the models, the consensus error. --matrix runs every combination, not only a covering few.
"""

import dataclasses
import json
import math
import pathlib
import subprocess
import sys
import unittest

import oracles
from harness import DATA, ROOT, Cluster, heart, large_data, programs, scratch

EXACT = ("exact_diffusion", "extra", "gradient_tracking", "mudag")
GRAPHS = ("ring", "torus", "star")
SIZES = (5, 8)


@dataclasses.dataclass
class Problem:
    """Logistic regression on all rows of one file, all of one class first."""

    file: pathlib.Path
    scale: str
    optimum: float
    l2: float = 1e-3
    rows: list = dataclasses.field(default_factory=list)
    labels: list = dataclasses.field(default_factory=list)

    def value(self, x) -> float:
        return oracles.logistic(self.rows, self.labels, self.l2, x)


def problem(case: unittest.TestCase, name: str) -> Problem:
    """breast_cancer and heart_scale with the committed optima; spambase with its own."""
    if name == "spambase":
        source = large_data("spambase.train.libsvm.gz")
        entries = json.loads(large_data("reference.json").read_text("utf-8"))
        (found,) = (entry for entry in entries if entry["name"] == name)
        scale, optimum = "standardize", found["f_star"]
        assert found["scaling"] == scale and found["lambda"] == 1e-3
    else:
        entries = json.loads((DATA / "optima.json").read_text("utf-8"))["problems"]
        (found,) = (entry for entry in entries if entry["data"].startswith(name))
        assert found["kind"] == "logistic" and found["l2"] == 1e-3
        source, scale, optimum = DATA / found["data"], found["scale"], found["f_star"]
    target = scratch(case) / f"{name}.libsvm"
    oracles.write_sorted_by_label(source, target)
    rows, labels = oracles.read_libsvm(target)
    if scale == "standardize":
        rows = oracles.standardize(rows)
    return Problem(target, scale, optimum, rows=rows, labels=labels)


def configuration(problem: Problem, kind: str, nodes: int, algorithm: str, **more) -> dict:
    return {
        **heart(nodes, kind),
        "shared.name": "optimum",
        "shared.objective.data": str(problem.file),
        "shared.objective.scale": problem.scale,
        "shared.algorithm.kind": algorithm,
        "shared.stop.steps": 400_000,
        "shared.stop.gradient_norm": 1e-6,  # with mu = l2: a gap of at most 5e-10
        **more,
    }


def samples_of(folder: pathlib.Path) -> list[int]:
    return [int(line) for line in (folder / "samples").read_text("ascii").split()]


def check_optimum(problem: Problem, out: pathlib.Path, nodes: int, kind: str) -> dict:
    """Holds a run folder to the claim; returns what was measured. Errors: AssertionError."""
    shards, models = [], []
    for i in range(nodes):
        shards.append(samples_of(out / f"node-{i}"))
        path = out / f"node-{i}" / "model.safetensors"
        assert path.is_file(), f"node {i} left no model"
        models.append(oracles.read_model(path))
        summary = json.loads((out / f"node-{i}" / "summary.json").read_text("utf-8"))
        assert summary["exit_code"] == 0, f"node {i}: {summary['reason']}"
        degree = len(oracles.neighbors_of(kind, nodes)[i])
        least = summary["gossip_steps"] * degree * 8 * len(models[0])
        assert summary["gossip_steps"] > 0 and summary["bytes_sent"] >= least, summary
    every_row = sorted(row for shard in shards for row in shard)
    assert every_row == list(range(len(problem.rows))), "every row exactly once"
    for i, shard in enumerate(shards):
        assert shard == list(range(shard[0], shard[0] + len(shard))), f"node {i}: not contiguous"
    weights = [float(len(shard)) for shard in shards]
    gap = problem.value(oracles.mean_of(models, weights)) - problem.optimum
    error = oracles.disagreement(models, weights)
    assert abs(gap) < 1e-9, f"gap {gap:.3e}"
    assert error < 1e-6, f"consensus error {error:.3e}"
    return {"gap": gap, "consensus_error": error}


class ExactAlgorithms(unittest.TestCase):
    def reach(self, name: str, kind: str, nodes: int, algorithm: str, seconds: float = 120) -> None:
        data = problem(self, name)
        cluster = Cluster(self, configuration(data, kind, nodes, algorithm)).start().finish(seconds)
        figures = check_optimum(data, cluster.out, nodes, kind)
        one_class = sum(
            len({data.labels[row] for row in samples_of(cluster.node_folder(i))}) == 1
            for i in range(nodes)
        )
        self.assertGreaterEqual(one_class, nodes - 1, "shards sorted by label")
        summary = cluster.summary(0)
        print(
            f"{name} {kind} n={nodes} {algorithm}: gap {figures['gap']:.1e}, consensus error "
            f"{figures['consensus_error']:.1e}, steps {summary['steps']}, "
            f"gossip steps {summary['gossip_steps']}, {summary['wall_seconds']:.1f} s",
            flush=True,
        )


# Every data set, graph, size and algorithm at least once; the rest is the matrix.
COVERING = (
    ("heart_scale", "ring", 5, "exact_diffusion"),
    ("heart_scale", "torus", 8, "gradient_tracking"),
    ("heart_scale", "star", 5, "extra"),
    ("heart_scale", "star", 8, "mudag"),
    ("breast_cancer", "ring", 8, "mudag"),
    ("breast_cancer", "torus", 5, "mudag"),
    ("spambase", "star", 8, "mudag"),
)
MATRIX = [
    (name, kind, nodes, algorithm)
    for name in ("heart_scale", "breast_cancer", "spambase")
    for kind in GRAPHS
    for nodes in SIZES
    for algorithm in EXACT
]


def add_cases(cases, seconds: float) -> None:
    for case in cases:

        def test(self, case=case):
            self.reach(*case, seconds=seconds)

        name, kind, nodes, algorithm = case
        test_name = f"test_{algorithm}_reaches_the_optimum_of_{name}_on_a_{kind}_of_{nodes}"
        setattr(ExactAlgorithms, test_name, test)


class TheChecker(unittest.TestCase):
    """What would let a bad run pass must not."""

    def test_a_run_with_a_killed_node_does_not_pass(self):
        data = problem(self, "heart_scale")
        out = scratch(self) / "run"
        config = scratch(self) / "heart.toml"
        cluster = Cluster(self, configuration(data, "ring", 5, "exact_diffusion"))
        config.write_text(cluster.config_file.read_text("utf-8"), "utf-8")
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools/cluster"), "--config", str(config)]
            + ["--out", str(out), "--bin", str(programs()), "--kill", "2@50"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("node 2: killed as asked at step 50", done.stderr)
        with self.assertRaises(AssertionError):
            check_optimum(data, out, 5, "ring")

    def test_a_budget_too_small_does_not_pass(self):
        data = problem(self, "heart_scale")
        config = configuration(data, "ring", 5, "exact_diffusion")
        config |= {"shared.stop.steps": 20, "shared.stop.gradient_norm": 0}
        cluster = Cluster(self, config).start().finish(60)
        with self.assertRaisesRegex(AssertionError, "gap"):
            check_optimum(data, cluster.out, 5, "ring")


class BiasedAlgorithms(unittest.TestCase):
    def fixed_point(self, data: Problem, algorithm: str, step_size: float, steps: int):
        """The models of a run on a ring of 5, held to the fixed point's equation."""
        more = {
            "shared.algorithm.step_size": step_size,
            "shared.mixing.acceleration": "none",
            "shared.mixing.steps": 1,
            "shared.stop.gradient_norm": 0,
            "shared.stop.steps": steps,
        }
        cluster = Cluster(self, configuration(data, "ring", 5, algorithm, **more)).start().finish()
        shards = [samples_of(cluster.node_folder(i)) for i in range(5)]
        models = cluster.models()
        weights = [float(len(shard)) for shard in shards]
        matrix = oracles.mixing_matrix(oracles.neighbors_of("ring", 5), weights)
        gradients = [
            oracles.logistic_gradient(
                [data.rows[r] for r in shard], [data.labels[r] for r in shard], data.l2, x
            )
            for shard, x in zip(shards, models)
        ]

        def stepped(vectors):
            return [
                [v - step_size * g for v, g in zip(x, gradient)]
                for x, gradient in zip(vectors, gradients)
            ]

        if algorithm == "dgd_atc":
            image = oracles.times(matrix, stepped(models))
        else:
            image = stepped(oracles.times(matrix, models))
        residual = max(abs(a - b) for u, v in zip(models, image) for a, b in zip(u, v))
        self.assertLess(residual, 1e-9, f"{algorithm} {step_size}: not at its fixed point")
        gap = data.value(oracles.mean_of(models, weights)) - data.optimum
        error = oracles.disagreement(models, weights)
        print(f"{algorithm} step size {step_size}: gap {gap:.3e}, consensus error {error:.3e}")
        return gap, error

    def biased(self, algorithm: str) -> None:
        data = problem(self, "heart_scale")
        gap, error = self.fixed_point(data, algorithm, 0.4, 6000)
        half_gap, half_error = self.fixed_point(data, algorithm, 0.2, 12000)
        self.assertGreater(half_gap, 1e-5, "far from the optimum that exact algorithms reach")
        # The bias is O(step size) in x, so up to its square in f.
        self.assertTrue(1.6 < gap / half_gap < 4.5, gap / half_gap)
        self.assertTrue(1.4 < error / half_error < 2.2, error / half_error)

    def test_dgd_atc_stops_at_its_fixed_point_and_half_the_step_at_about_half_the_bias(self):
        self.biased("dgd_atc")

    def test_dgd_cta_stops_at_its_fixed_point_and_half_the_step_at_about_half_the_bias(self):
        self.biased("dgd_cta")


if __name__ == "__main__":
    matrix = "--matrix" in sys.argv
    if matrix:
        sys.argv.remove("--matrix")
        add_cases([case for case in MATRIX if case not in COVERING], 1800)
        del BiasedAlgorithms, TheChecker
    else:
        add_cases(COVERING, 120)
    unittest.main()
