#!/usr/bin/env python3
"""Softmax regression over processes reaches the optimum of all samples, found by others.

Rows sorted by label before they are cut; f at the mean of the models is computed here. --fashion:
10,000 images of 784 pixels in place of the digits, some minutes.
"""

import gzip
import json
import math
import sys
import unittest

import oracles
from harness import DATA, Cluster, heart, large_data

NODES, CLASSES = 4, 10


def read_digits(path) -> tuple[list[list[float]], list[int]]:
    rows, labels = [], []
    for line in oracles.read_lines(path):
        label, *pairs = line.split()
        row = [0.0] * 64
        for k, v in (pair.split(":") for pair in pairs):
            row[int(k) - 1] = float(v) / 16
        rows.append(row)
        labels.append(int(label))
    return rows, labels


def read_images(images, labels) -> tuple[list[list[float]], list[int]]:
    pixels = gzip.decompress(images.read_bytes())[16:]
    of_byte = [byte / 255 for byte in range(256)]
    rows = [[of_byte[b] for b in pixels[at : at + 784]] for at in range(0, len(pixels), 784)]
    return rows, list(gzip.decompress(labels.read_bytes())[8:])


def value(rows, labels, l2: float, x) -> float:
    """(1/m) sum log sum_c exp(a.w_c) - a.w_label + l2/2 |x|^2;  w_c = x[c], x[CLASSES + c], ..."""
    weights = [x[c::CLASSES] for c in range(CLASSES)]
    losses = []
    for row, label in zip(rows, labels):
        z = [oracles.dot(row, w) for w in weights]
        highest = max(z)
        losses.append(highest + math.log(sum(math.exp(s - highest) for s in z)) - z[label])
    return math.fsum(losses) / len(rows) + l2 / 2 * oracles.dot(x, x)


class Softmax(unittest.TestCase):
    def reach(self, keys: dict, rows, labels, optimum: float, seconds: float) -> None:
        cluster = Cluster(self, {
            **heart(NODES, "ring"),
            "shared.name": "softmax",
            "shared.objective.kind": "softmax",
            "shared.objective.partition": "sorted",
            "shared.algorithm.kind": "mudag",
            "shared.stop.steps": 100_000,
            "shared.stop.gradient_norm": 1e-6,
            **keys,
        }).start().finish(seconds)
        samples = [
            list(map(int, (cluster.node_folder(i) / "samples").read_text("ascii").split()))
            for i in range(NODES)
        ]
        self.assertEqual(sorted(sum(samples, [])), list(range(len(rows))))
        self.assertLess(max(len({labels[row] for row in shard}) for shard in samples), CLASSES / 2)
        weights = [float(len(shard)) for shard in samples]
        x = oracles.mean_of(cluster.models(), weights)
        gap = value(rows, labels, keys["shared.objective.l2"], x) - optimum
        error = oracles.disagreement(cluster.models(), weights)
        print(f"gap {gap:.1e}, consensus error {error:.1e}, steps {cluster.summary(0)['steps']}",
              flush=True)
        self.assertLess(abs(gap), 1e-9)
        self.assertLess(error, 1e-6)


class Digits(Softmax):
    def test_digits_sorted_by_label_reach_the_optimum_of_all(self):
        entries = json.loads((DATA / "optima.json").read_text("utf-8"))["problems"]
        (known,) = (entry for entry in entries if entry["data"].startswith("digits"))
        self.assertEqual((known["scale"], known["l2"]), ("max:16", 1e-3))
        data = DATA / known["data"]
        keys = {"shared.objective.data": str(data), "shared.objective.scale": "max:16",
                "shared.objective.l2": 1e-3}
        self.reach(keys, *read_digits(data), known["f_star"], 120)


class Fashion(Softmax):
    def test_fashion_sorted_by_label_reaches_the_optimum_of_all(self):
        entries = json.loads(large_data("reference.json").read_text("utf-8"))
        (known,) = (entry for entry in entries if entry["name"] == "fashion")
        self.assertEqual((known["scaling"], known["lambda"]), ("divide_by_255", 0.01))
        images = large_data("fashion-train-images-idx3-ubyte.gz")
        labels = large_data("fashion-train-labels-idx1-ubyte.gz")
        keys = {"shared.objective.data": str(images), "shared.objective.labels": str(labels),
                "shared.objective.scale": "max:255", "shared.objective.l2": 0.01}
        self.reach(keys, *read_images(images, labels), known["f_star"], 1800)


if __name__ == "__main__":
    fashion = "--fashion" in sys.argv
    if fashion:
        sys.argv.remove("--fashion")
    unittest.main(defaultTest=["Fashion"] if fashion else ["Digits"])
