#!/usr/bin/env python3
"""Every optimizer and schedule of step sizes follows PyTorch's over 100 steps, to 1e-6.

Starling as its users run it, from a configuration; PyTorch in a process of its own, under
STARLING_BENCH_TORCH_PYTHON or /usr/bin/python3. Skipped, loudly, where that has no torch.
"""

import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

from harness import ROOT, programs, toml

PYTHON = os.environ.get("STARLING_BENCH_TORCH_PYTHON", "/usr/bin/python3")
STEPS, ETA = 100, 0.05

# Ours: keys of [shared.optimizer] and [shared.step_schedule]; theirs: name and keywords.
OPTIMIZERS = {
    "sgd": ({"kind": "sgd"}, ("SGD", {})),
    "sgd, weight decay": ({"kind": "sgd", "weight_decay": 0.1}, ("SGD", {"weight_decay": 0.1})),
    "momentum": ({"kind": "momentum"}, ("SGD", {"momentum": 0.9})),
    "nesterov": ({"kind": "nesterov", "momentum": 0.8},
                 ("SGD", {"momentum": 0.8, "nesterov": True})),
    "adam": ({"kind": "adam"}, ("Adam", {})),
    "adam, weight decay": ({"kind": "adam", "weight_decay": 0.1, "beta_1": 0.8, "beta_2": 0.99},
                           ("Adam", {"weight_decay": 0.1, "betas": (0.8, 0.99)})),
    "adamw": ({"kind": "adamw", "weight_decay": 0.1}, ("AdamW", {"weight_decay": 0.1})),
    "amsgrad": ({"kind": "amsgrad", "beta_2": 0.9},
                ("Adam", {"amsgrad": True, "betas": (0.9, 0.9)})),
    "adagrad": ({"kind": "adagrad"}, ("Adagrad", {"eps": 1e-8})),
    "rmsprop": ({"kind": "rmsprop", "beta_2": 0.99}, ("RMSprop", {})),
    "lbfgs": ({"kind": "lbfgs", "history": 4},
              ("LBFGS", {"history_size": 4, "max_iter": 1, "tolerance_grad": 0,
                         "tolerance_change": 0})),
}
SCHEDULES = {
    "step": ({"kind": "step", "every": 30, "factor": 0.5},
             ("StepLR", {"step_size": 30, "gamma": 0.5})),
    "exponential": ({"kind": "exponential", "every": 1, "factor": 0.97},
                    ("ExponentialLR", {"gamma": 0.97})),
    "cosine": ({"kind": "cosine", "total": 120, "least": 0.2},
               ("CosineAnnealingLR", {"T_max": 120, "eta_min": 0.2 * ETA})),
    "warm-up": ({"warm_up": 40}, ("warm-up", {"steps": 40})),
}
CLIPPED = {"norm": {"clip_norm": 0.2}, "value": {"clip_value": 0.05}}


def cases():
    """name, keys of ours, the case of torch_steps.py."""
    def case(name, ours, optimizer, schedule=None, clip=None):
        theirs = {"steps": STEPS, "eta": ETA, "optimizer": optimizer, "schedule": schedule}
        return name, ours, theirs | {"clip_norm": 0, "clip_value": 0} | (clip or {})

    def keys(section, values):
        return {f"shared.{section}.{key}": value for key, value in values.items()}

    for name, (ours, theirs) in OPTIMIZERS.items():
        yield case(name, keys("optimizer", ours), theirs)
    momentum, theirs = OPTIMIZERS["momentum"]
    for name, (ours, schedule) in SCHEDULES.items():
        yield case(f"momentum, {name}", keys("optimizer", momentum) | keys("step_schedule", ours),
                   theirs, schedule)
    for name, clip in CLIPPED.items():
        yield case(f"momentum, clipped {name}", keys("optimizer", momentum | clip), theirs,
                   clip=clip)


def answer_of(script, question):
    """What a script of tests/consensus says, in JSON, under a Python with torch."""
    done = subprocess.run([PYTHON, str(ROOT / "tests/consensus" / script)], text=True,
                          input=json.dumps(question), capture_output=True, check=False,
                          timeout=120)
    if done.returncode != 0 and "No module named" in done.stderr:
        print(f"SKIPPED: {PYTHON} has no torch", file=sys.stderr, flush=True)
        raise unittest.SkipTest(f"{PYTHON} has no torch")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def of_starling(keys, folder):
    config = {"shared.objective.kind": "reference_quadratic", "shared.topology.nodes": 1,
              "shared.topology.kind": "path", "shared.algorithm.kind": "dgd_atc",
              "shared.algorithm.step_size": ETA, "shared.stop.steps": STEPS} | keys
    (folder / "steps.toml").write_text(toml(config), encoding="utf-8")
    subprocess.run([str(programs() / "starling-sim"), "--config", str(folder / "steps.toml"),
                    "--out", str(folder / "out")], check=True, capture_output=True, timeout=60)
    return (folder / "out/node-0/model.safetensors").read_bytes()[-80:]


class TorchTakesTheSameSteps(unittest.TestCase):
    def test_with_every_optimizer_schedule_and_clipping(self):
        wanted = answer_of("torch_steps.py", [theirs for _, _, theirs in cases()])["x"]
        ends = []
        for (name, keys, _), x in zip(cases(), wanted):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                found = struct.unpack("<10d", of_starling(keys, pathlib.Path(folder)))
                for mine, theirs in zip(found, x):
                    self.assertAlmostEqual(mine, theirs, delta=1e-6)
                ends.append(tuple(found))
        self.assertEqual(len(set(ends)), len(wanted), "no two cases end alike")

    def test_no_optimizer_or_schedule_is_left_out(self):
        done = subprocess.run([str(programs() / "starling-sim"), "list", "--json"], check=True,
                              capture_output=True, text=True, timeout=60)
        lists = json.loads(done.stdout)
        self.assertEqual({entry["name"] for entry in lists["optimizers"]},
                         {ours["kind"] for ours, _ in OPTIMIZERS.values()})
        held = {ours["kind"] for ours, _ in SCHEDULES.values() if "kind" in ours}
        # PyTorch has no inverse_sqrt; optimizers_test.cc has its known points.
        self.assertEqual({entry["name"] for entry in lists["step_schedules"]},
                         held | {"constant", "inverse_sqrt"})


if __name__ == "__main__":
    unittest.main()
