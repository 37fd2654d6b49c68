#!/usr/bin/env python3
"""A network trained by processes on label-skewed shards is as good as one trained on all the data.

Digits with one hidden layer; --all: Fashion-MNIST (784-256-10), where its 10,000 images are. The
classes are dealt out by Dirichlet(0.1), so most nodes see two or three of them.
"""

import gzip
import json
import subprocess
import sys
import unittest

from harness import DATA, Cluster, large_data, programs, scratch, toml

NODES = 8
POINT = 0.01  # of accuracy


def training(steps: int, batch: int) -> dict:
    return {
        "shared.name": "networks",
        "shared.objective.kind": "mlp",
        "shared.objective.l2": 1e-4,
        "shared.topology.kind": "ring",
        "shared.algorithm.batch": batch,
        "shared.algorithm.step_size": 0.05,
        "shared.optimizer.kind": "momentum",
        "shared.step_schedule.kind": "cosine",
        "shared.stop.steps": steps,
        "local.grace": 30.0,
    }


def digits(case: unittest.TestCase) -> dict:
    """Every fifth of the shipped rows is kept for the test."""
    folder = scratch(case)
    with gzip.open(DATA / "digits.libsvm.gz", "rt", encoding="ascii") as file:
        rows = file.readlines()
    (folder / "train").write_text("".join(row for i, row in enumerate(rows) if i % 5), "ascii")
    (folder / "test").write_text("".join(rows[::5]), "ascii")
    return training(600, 16) | {
        "shared.objective.hidden": "32",
        "shared.objective.scale": "max:16",
        "shared.objective.data": str(folder / "train"),
        "local.test_data": str(folder / "test"),
    }


def fashion() -> dict:
    def file(part: str, kind: str) -> str:
        return str(large_data(f"fashion-{part}-{kind}-ubyte.gz"))

    return training(1000, 64) | {
        "shared.precision": "float32",
        "shared.objective.hidden": "256",
        "shared.objective.scale": "max:255",
        "shared.objective.data": file("train", "images-idx3"),
        "shared.objective.labels": file("train", "labels-idx1"),
        "local.test_data": file("test", "images-idx3"),
        "local.test_labels": file("test", "labels-idx1"),
    }


CNN = {"shared.objective.kind": "cnn",
       "shared.objective.layers": "convolution:8:3,max:2,convolution:16:3,max:2,dense:32"}


def convolutional(keys: dict, normalisation: str) -> dict:
    keys = {key: value for key, value in keys.items() if key != "shared.objective.hidden"}
    return keys | CNN | {"shared.objective.normalisation": normalisation}


def cut(keys: dict, algorithm: str) -> dict:
    """The same over NODES nodes, each with a few classes."""
    return keys | {
        "shared.topology.nodes": NODES,
        "shared.objective.partition": "dirichlet:0.1",
        "shared.algorithm.kind": algorithm,
    }


def lockstep_accuracy(case: unittest.TestCase, keys: dict) -> float:
    folder = scratch(case)
    (folder / "run.toml").write_text(toml(keys), "utf-8")
    done = subprocess.run(
        [str(programs() / "starling-sim"), "--config", str(folder / "run.toml"), "--json"]
        + ["--out", str(folder / "out")],
        capture_output=True, text=True, timeout=3000, check=False)
    case.assertEqual(done.returncode, 0, done.stderr)
    return json.loads(done.stdout)["accuracy"]["test"]


class Networks(unittest.TestCase):
    def compare(self, keys: dict, seconds: float) -> Cluster:
        """Test accuracy of gradient tracking over processes within a point of the pooled data's."""
        cluster = Cluster(self, cut(keys, "gradient_tracking"))
        cluster.start().finish(seconds)
        accuracy = cluster.summarize()["accuracy"]["test"]
        alone = keys | {"shared.topology.nodes": 1, "shared.algorithm.kind": "dgd_atc",
                        "shared.algorithm.batch": NODES * keys["shared.algorithm.batch"]}
        pooled = lockstep_accuracy(self, alone)
        # One plain gossip step on the own gradient, as D-PSGD has it.
        plain = lockstep_accuracy(self, cut(keys, "dgd_atc") | {
            "shared.mixing.acceleration": "none", "shared.mixing.steps": 1})
        print(f"test accuracy: pooled {pooled:.4f}, gradient tracking with momentum over {NODES} "
              f"processes {accuracy:.4f}, D-PSGD {plain:.4f}", file=sys.stderr, flush=True)
        self.assertGreater(accuracy, pooled - POINT)
        self.assertLess(plain, accuracy)
        return cluster

    def test_on_digits_and_the_processes_have_the_bytes_of_lockstep(self):
        self.compare_bytes(digits(self))

    def test_of_convolutions_on_digits_and_the_processes_have_the_bytes_of_lockstep(self):
        self.compare_bytes(convolutional(digits(self), "none"))

    def compare_bytes(self, keys: dict):
        cluster = self.compare(keys, 120)
        expected = cluster.lockstep(0)
        for i in range(NODES):
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}")

    def test_on_fashion(self):
        if not ALL:
            self.skipTest("minutes: --all")
        self.compare(fashion(), 3000)

    def test_of_convolutions_on_fashion(self):
        if not ALL:
            self.skipTest("minutes: --all")
        self.compare(convolutional(fashion(), "none") | {
            "shared.stop.steps": 600, "shared.algorithm.batch": 32,
            "shared.objective.layers": "convolution:8:5,max:2,convolution:16:5,max:2,dense:64"},
            3000)

    def test_gossiped_statistics_predict_better_than_a_nodes_own_on_skewed_shards(self):
        if not ALL:
            self.skipTest("minutes: --all")
        found = {}
        for partition in ("iid", "dirichlet:0.1"):
            for normalisation in ("none", "local", "gossip"):
                keys = cut(convolutional(digits(self), normalisation), "gradient_tracking")
                found[partition, normalisation] = lockstep_accuracy(
                    self, keys | {"shared.objective.partition": partition})
                print(f"{partition}, normalisation {normalisation}: test accuracy "
                      f"{found[partition, normalisation]:.4f}", file=sys.stderr, flush=True)
        self.assertGreater(found["dirichlet:0.1", "gossip"], found["dirichlet:0.1", "local"])


if __name__ == "__main__":
    ALL = "--all" in sys.argv
    if ALL:
        sys.argv.remove("--all")
    unittest.main()
