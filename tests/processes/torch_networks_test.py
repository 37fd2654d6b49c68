#!/usr/bin/env python3
"""Networks have PyTorch's value and gradient: 20 gradient steps end at the same x, to 1e-9.

As torch_test.py: from a configuration; skipped, loudly, where there is no torch.
"""

import json
import pathlib
import random
import struct
import subprocess
import unittest

from harness import programs, scratch, toml
from torch_test import answer_of

SHAPE, ROWS, CLASSES = (7, 6, 2), 20, 3
STEPS, ETA, L2 = 20, 0.05, 0.01

# Keys of [shared.objective]; a perceptron's hidden layers are dense ones.
NETWORKS = {
    "mlp": {"kind": "mlp", "hidden": "9,5", "activation": "gelu"},
    "mlp, relu": {"kind": "mlp", "hidden": "12"},
    "convolution": {"layers": "convolution:3:3", "activation": "tanh"},
    "max": {"layers": "convolution:3:3,max:2,dense:4"},
    "average": {"layers": "average:3,convolution:2:5", "activation": "gelu"},
    "two of each": {"layers": "convolution:4:5,max:2,convolution:3:1,average:2,dense:6,dense:5"},
    "normalised": {"layers": "convolution:3:3,max:2,dense:4", "normalisation": "local"},
    "normalised, tanh": {"layers": "dense:5,dense:4", "normalisation": "local",
                         "activation": "tanh"},
}


def images():
    draw = random.Random(1)
    size = SHAPE[0] * SHAPE[1] * SHAPE[2]
    rows = [[draw.gauss(0, 1) for _ in range(size)] for _ in range(ROWS)]
    return rows, [i % CLASSES for i in range(ROWS)]


def case_of(keys, x):
    rows, labels = images()
    layers = keys.get("layers") or ",".join(f"dense:{u}" for u in keys["hidden"].split(","))
    return {"rows": rows, "labels": labels, "shape": SHAPE, "layers": layers, "l2": L2, "x": x,
            "activation": keys.get("activation", "relu"), "eta": ETA, "steps": STEPS,
            "normalised": "normalisation" in keys}


class TorchHasTheSameNetworks(unittest.TestCase):
    def starling(self, keys: dict, steps: int) -> tuple[float, list[float]]:
        folder = scratch(self)
        rows, labels = images()
        (folder / "images").write_text("".join(
            f"{label} " + " ".join(f"{k + 1}:{v!r}" for k, v in enumerate(row)) + "\n"
            for row, label in zip(rows, labels)), "ascii")
        shape = {} if keys.get("kind") else dict(zip(("height", "width", "channels"), SHAPE))
        objective = {"kind": "cnn", "l2": L2, "data": str(folder / "images")} | shape | keys
        config = {f"shared.objective.{key}": value for key, value in objective.items()} | {
            "shared.topology.nodes": 1, "shared.topology.kind": "path",
            "shared.algorithm.kind": "dgd_atc", "shared.algorithm.step_size": ETA,
            "shared.stop.steps": steps}
        (folder / "run.toml").write_text(toml(config), "utf-8")
        done = subprocess.run(
            [str(programs() / "starling-sim"), "--config", str(folder / "run.toml"), "--json",
             "--out", str(folder / "out")], check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["objective"], model(folder / "out/node-0/model.safetensors")

    def test_in_value_and_gradient_whatever_the_layers(self):
        starts = [self.starling(keys, 0)[1] for keys in NETWORKS.values()]
        wanted = answer_of("torch_networks.py",
                           [case_of(keys, x) for keys, x in zip(NETWORKS.values(), starts)])
        for (name, keys), start, theirs in zip(NETWORKS.items(), starts, wanted):
            with self.subTest(name):
                value, x = self.starling(keys, STEPS)
                self.assertAlmostEqual(value, theirs["loss"], delta=1e-9)
                self.assertEqual(len(x), len(theirs["x"]))
                for mine, other in zip(x, theirs["x"]):
                    self.assertAlmostEqual(mine, other, delta=1e-9)
                self.assertGreater(max(abs(a - b) for a, b in zip(x, start)), 1e-3, "it moved")


def model(path: pathlib.Path) -> list[float]:
    content = path.read_bytes()
    values = content[8 + struct.unpack("<Q", content[:8])[0]:]
    return list(struct.unpack(f"<{len(values) // 8}d", values))


if __name__ == "__main__":
    unittest.main()
