#!/usr/bin/env python3
"""Processes whose graph changes in every gossip round, or is directed, reach the optimum.

On label-sorted shards of real data: the objective at the mean of the models, the consensus error,
and every model's bytes against those of starling-sim for the very same file. --all adds the badly
conditioned data, which takes minutes.
"""

import random
import re
import subprocess
import sys
import unittest

import oracles
from harness import Cluster, heart, programs, scratch
from optimum_test import Problem, configuration, problem, samples_of

EVERYTHING = "--all" in sys.argv
EXPONENTIAL = {"kind": "one_peer_exponential"}
MATCHING = {"kind": "random_matching"}


def base_graph(degree: int) -> dict:
    return {"kind": "base_graph", "degree": degree}


def topology(keys: dict) -> dict:
    return {f"shared.topology.{key}": value for key, value in keys.items()}


def lockstep(case: unittest.TestCase, cluster: Cluster, code: int, seconds: float = 120):
    """The folder that starling-sim leaves for the cluster's own file."""
    out = cluster.folder / "lockstep"
    done = subprocess.run(
        [str(programs() / "starling-sim"), "--config", str(cluster.config_file)]
        + ["--out", str(out)],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    case.assertEqual(done.returncode, code, done.stderr)
    return out


def hold_to_optimum(data: Problem, out, nodes: int) -> tuple[float, float]:
    """Gap and consensus error of a run folder, recomputed. Errors: AssertionError."""
    shards = [samples_of(out / f"node-{i}") for i in range(nodes)]
    every_row = sorted(row for shard in shards for row in shard)
    assert every_row == list(range(len(data.rows))), "every row exactly once"
    one_class = sum(len({data.labels[row] for row in shard}) == 1 for shard in shards)
    assert one_class >= nodes - 1, "shards sorted by label"
    models = [oracles.read_model(out / f"node-{i}" / "model.safetensors") for i in range(nodes)]
    # A schedule averages nodes alike, whatever their samples.
    alike = [1.0] * nodes
    gap = data.value(oracles.mean_of(models, alike)) - data.optimum
    error = oracles.disagreement(models, alike)
    assert abs(gap) < 1e-9, f"gap {gap:.3e}"
    assert error < 1e-6, f"consensus error {error:.3e}"
    return gap, error


class Optimum(unittest.TestCase):
    def reported(self, name: str, keys: dict, nodes: int, figures, summary: dict) -> None:
        gap, error = figures
        print(
            f"{name} {' '.join(map(str, keys.values()))} n={nodes}: gap {gap:.1e}, consensus error "
            f"{error:.1e}, steps {summary['steps']}, gossip steps {summary['gossip_steps']}, "
            f"{summary['wall_seconds']:.1f} s",
            flush=True,
        )

    def reach(self, name: str, keys: dict, nodes: int, **more) -> None:
        data = problem(self, name)
        config = configuration(data, "", nodes, "gradient_tracking", **topology(keys), **more)
        code = 0
        cluster = Cluster(self, config).start().finish(400)
        figures = hold_to_optimum(data, cluster.out, nodes)
        alone = lockstep(self, cluster, code, 400)
        for i in range(nodes):
            expected = (alone / f"node-{i}" / "model.safetensors").read_bytes()
            self.assertTrue(cluster.model_bytes(i) == expected, f"node {i}")
        self.reported(name, keys, nodes, figures, cluster.summary(0))

    def test_base_graph_of_5_one_neighbor_a_round(self):
        self.reach("heart_scale", base_graph(1), 5)

    def test_base_graph_of_5_two_neighbors_a_round(self):
        self.reach("heart_scale", base_graph(2), 5)

    def test_base_graph_of_7_one_neighbor_a_round(self):
        self.reach("heart_scale", base_graph(1), 7)

    def test_base_graph_of_7_two_neighbors_a_round(self):
        self.reach("heart_scale", base_graph(2), 7)

    def test_base_graph_of_5_one_round_a_mix(self):
        self.reach("heart_scale", base_graph(1), 5, **{"shared.mixing.steps": 1})

    def test_one_peer_exponential_of_8(self):
        self.reach("heart_scale", EXPONENTIAL, 8)

    def test_random_matchings_of_7(self):
        self.reach("heart_scale", MATCHING, 7)

    def test_random_matchings_of_7_one_round_a_mix(self):
        self.reach("heart_scale", MATCHING, 7, **{"shared.mixing.steps": 1})

    def in_lockstep(self, name: str) -> None:
        data = problem(self, name)
        for nodes in (5, 6, 7, 25):
            with self.subTest(data=name, nodes=nodes):
                keys = topology(base_graph(1))
                config = configuration(data, "", nodes, "gradient_tracking", **keys)
                cluster = Cluster(self, config)  # never started: its file is what is wanted
                out = lockstep(self, cluster, 0, 400)
                hold_to_optimum(data, out, nodes)

    def test_in_lockstep_base_graphs_of_any_size(self):
        self.in_lockstep("heart_scale")

    @unittest.skipUnless(EVERYTHING, "minutes: --all")
    def test_in_lockstep_base_graphs_of_any_size_and_breast_cancer(self):
        self.in_lockstep("breast_cancer")

    @unittest.skipUnless(EVERYTHING, "minutes: --all")
    def test_breast_cancer_on_a_base_graph_of_7(self):
        self.reach("breast_cancer", base_graph(2), 7)


class FixedSteps(unittest.TestCase):
    """The same bytes after a given number of steps, whatever the mix and the monitor do."""

    def compare(self, keys: dict, nodes: int, algorithm: str, steps, precision: str) -> None:
        target = algorithm != "push_diging"  # no certificate without means
        config = heart(nodes, "", **topology(keys)) | {
            "shared.precision": precision,
            "shared.algorithm.kind": algorithm,
            "shared.mixing.steps": steps,
            "shared.stop.steps": 61,
            "local.grace": 30.0,
        }
        if target:
            config["shared.stop.gradient_norm"] = 1e-300
        cluster = Cluster(self, config)
        code = 3 if target else 0
        alone = lockstep(self, cluster, code)
        codes = cluster.start().wait(120)
        self.assertEqual(set(codes.values()), {code}, f"{codes}\n{cluster.words()}")
        for i in range(nodes):
            self.assertEqual(cluster.summary(i)["steps"], 61)
            expected = (alone / f"node-{i}" / "model.safetensors").read_bytes()
            self.assertTrue(cluster.model_bytes(i) == expected, f"node {i}")
            self.assertTrue(any(expected[-8 * 13 :]), "nothing was computed")

    def test_every_schedule_and_mix(self):
        tracking = "gradient_tracking"
        directed = {"kind": "directed_erdos_renyi", "probability": 0.4, "seed": 3}
        pushed = directed | {"weights": "column_stochastic"}
        for case in (
            (base_graph(1), 5, tracking, "auto", "float64"),
            (base_graph(2), 7, tracking, 1, "float32"),
            (base_graph(1), 7, tracking, 3, "float64"),
            (EXPONENTIAL, 8, tracking, "auto", "float32"),
            (EXPONENTIAL, 6, tracking, 2, "float64"),
            (MATCHING, 7, tracking, "auto", "float64"),
            (MATCHING, 6, tracking, 1, "float32"),
            ({"kind": "od_equidyn"}, 6, "dgd_atc", 2, "float64"),
            ({"kind": "ou_equidyn"}, 5, tracking, 2, "float64"),
            ({"kind": "hypercube_exchange"}, 8, tracking, "auto", "float64"),
            ({"kind": "laplacian_factors", "graphs": "ring"}, 6, tracking, "auto", "float64"),
            ({"kind": "alternating", "graphs": "ring,star"}, 6, tracking, 4, "float64"),
            (pushed, 6, "push_diging", "auto", "float64"),
            (pushed, 6, "push_diging", 1, "float32"),
        ):
            with self.subTest(case=case):
                self.compare(*case)


class Directed(unittest.TestCase):
    GRAPHS = (
        {"kind": "directed_erdos_renyi", "probability": 0.4, "seed": 3},
        {"kind": "directed_exponential"},
    )

    def test_push_diging_reaches_the_optimum(self):
        data = problem(self, "heart_scale")
        for keys in self.GRAPHS:
            with self.subTest(graph=keys["kind"]):
                config = configuration(data, "", 7, "push_diging", **topology(keys))
                config |= {"shared.topology.weights": "column_stochastic"}
                config |= {"shared.stop.gradient_norm": 0, "shared.stop.steps": 2000}
                cluster = Cluster(self, config).start().finish(240)
                gap, error = hold_to_optimum(data, cluster.out, 7)
                print(f"push_diging {keys['kind']} n=7: gap {gap:.1e}, error {error:.1e}")

    def test_push_sum_averages_exactly(self):
        numbers = random.Random(5)
        vectors = [[numbers.uniform(-1, 1) for _ in range(9)] for _ in range(7)]
        mean = oracles.mean_of(vectors, [1.0] * 7)
        for keys in self.GRAPHS:
            with self.subTest(graph=keys["kind"]):
                file = scratch(self) / "vectors.csv"
                rows = (",".join(map(repr, vector)) for vector in vectors)
                file.write_text("\n".join(rows) + "\n", "ascii")
                config = {
                    "shared.objective.kind": "vectors",
                    "shared.objective.data": str(file),
                    "shared.topology.nodes": 7,
                    "shared.topology.weights": "column_stochastic",
                    "shared.algorithm.kind": "push_sum",
                    "shared.stop.steps": 60,
                    **topology(keys),
                }
                for model in Cluster(self, config).start().finish(60).models():
                    worst = max(abs(a - b) for a, b in zip(model, mean))
                    self.assertLess(worst, 1e-14)


class Refused(unittest.TestCase):
    """One line, exit code 2: by starling-sim, by a node that checks and by one that starts."""

    def refused(self, keys: dict, nodes: int, pattern: str, **more) -> None:
        config = heart(nodes, "", **topology(keys)) | more
        cluster = Cluster(self, config)
        node = [str(programs() / "starling-node"), "--id", "0"]
        simulator = [str(programs() / "starling-sim")]
        out = ["--out", str(cluster.out)]
        for command in ([*node, "--check"], [*node, *out], [*simulator, *out]):
            command += ["--config", str(cluster.config_file)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=60, check=False
            )
            self.assertEqual(done.returncode, 2, f"{command}: {done.stderr}")
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertRegex(done.stderr, pattern)

    def test_chebyshev_on_a_schedule(self):
        pattern = r'shared\.mixing\.acceleration = "chebyshev": .*do not commute.*use "none"'
        for keys, nodes in ((base_graph(1), 7), (MATCHING, 6)):
            self.refused(keys, nodes, pattern, **{"shared.mixing.acceleration": "chebyshev"})

    def test_chebyshev_on_a_directed_graph(self):
        pattern = r'shared\.mixing\.acceleration = "chebyshev": .*complex.*use "none"'
        more = {"shared.mixing.acceleration": "chebyshev"}
        self.refused({"kind": "directed_ring"}, 5, pattern, **more)

    def test_algorithms_that_need_one_symmetric_matrix(self):
        for algorithm in ("exact_diffusion", "extra", "mudag"):
            pattern = rf'shared\.algorithm\.kind = "{algorithm}": .*use "gradient_tracking"'
            with self.subTest(algorithm=algorithm):
                more = {"shared.algorithm.kind": algorithm}
                self.refused(base_graph(1), 5, pattern, **more)

    def test_gradient_tracking_on_column_stochastic_weights(self):
        keys = {"kind": "directed_ring", "weights": "column_stochastic"}
        keys = {"kind": "directed_erdos_renyi", "probability": 0.4, "seed": 3}
        keys |= {"weights": "column_stochastic"}
        pattern = r'shared\.algorithm\.kind = "gradient_tracking": .*use "push_diging"'
        self.refused(keys, 6, pattern)

    def test_row_stochastic_weights(self):
        keys = {"kind": "directed_erdos_renyi", "probability": 0.4, "seed": 3}
        keys |= {"weights": "row_stochastic"}
        pattern = r'"push_diging": row-stochastic weights settle .*"column_stochastic"'
        self.refused(keys, 6, pattern, **{"shared.algorithm.kind": "push_diging"})

    def test_a_certificate_where_no_mean_is_kept(self):
        keys = {"kind": "directed_erdos_renyi", "probability": 0.4, "seed": 3}
        keys |= {"weights": "column_stochastic"}
        more = {"shared.algorithm.kind": "push_diging", "shared.stop.gradient_norm": 1e-6}
        self.refused(keys, 6, r"shared\.stop\.gradient_norm: .*means", **more)


if __name__ == "__main__":
    if EVERYTHING:
        sys.argv.remove("--all")
    unittest.main()
