#!/usr/bin/env python3
"""local.device = "cuda": refused with what is missing, and never the CPU instead.

Where no GPU is at hand, the module that tests/cuda builds for the CPU stands in for one: it comes
in by the same door, beside a copy of the programs.
"""

import pathlib
import shutil
import subprocess
import sys
import unittest
from unittest import mock

from harness import ROOT, Cluster, heart, programs, scratch

MODULE = "libstarling_cuda.so"
OTHER_VERSION = """
#include "cuda/starling_cuda.h"
static const starling_cuda_module module = {.abi = 99, .kinds = ""};
const starling_cuda_module* starling_cuda(void) { return &module; }
"""


class Device(unittest.TestCase):
    def setUp(self):
        self.bin = scratch(self) / "bin"
        self.bin.mkdir()
        for name in ("starling-node", "starling-sim"):
            shutil.copy2(programs() / name, self.bin / name)

    def stand_in(self, place: pathlib.Path) -> pathlib.Path:
        built = programs().parent / "on_host" / MODULE
        self.assertTrue(built.is_file(), f"{built}: the tests' build makes it")
        place.mkdir(exist_ok=True)
        shutil.copy2(built, place / MODULE)
        return place / MODULE

    def config(self, **more) -> dict:
        steps = {"shared.stop.steps": 30, "local.device": "cuda"}
        return {**heart(4), **steps, **more}

    def refused(self, pattern: str, **more) -> None:
        config = Cluster(self, self.config(**more)).config_file
        for command in (["starling-node", "--id", "0"], ["starling-sim"]):
            out = scratch(self)
            done = subprocess.run(
                [str(self.bin / command[0]), "--config", str(config), "--out", str(out / "run")]
                + command[1:],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertRegex(done.stderr, pattern)
            self.assertEqual(list(out.rglob("model.safetensors")), [])

    def test_without_a_module_the_places_are_named(self):
        places = rf"{self.bin}/{MODULE}, {self.bin.parent}/lib/{MODULE}"
        self.refused(rf'local.device = "cuda": {MODULE} is missing; looked for {places}')
        self.assertIn("CUDA      no\n", self.version())

    def test_what_is_no_module_is_refused_in_the_loaders_words(self):
        (self.bin / MODULE).write_text("no library", "utf-8")
        self.refused(rf"{self.bin}/{MODULE}: (invalid ELF header|file too short)")
        (self.bin / "m.c").write_text(OTHER_VERSION, "utf-8")
        subprocess.run(
            ["cc", "-shared", "-fPIC", f"-I{ROOT}", "-o", self.bin / MODULE, self.bin / "m.c"],
            check=True,
            timeout=60,
        )
        self.refused("is made for version 99")

    def test_a_device_or_a_twin_that_is_not_there_is_refused_with_those_that_are(self):
        module = self.stand_in(self.bin)
        self.assertIn(f"CUDA      {module}\n", self.version())
        self.refused("cuda:1.*there is only cuda:0", **{"local.device": "cuda:1"})
        self.refused("rocm.*must be cpu, cuda or cuda:N", **{"local.device": "rocm"})
        kind = {"shared.objective.kind": "vectors", "shared.algorithm.kind": "average"}
        no_twin = self.config(**kind, **{"shared.objective.random": 5})
        for key in ("data", "l2", "partition"):
            no_twin.pop(f"shared.objective.{key}")
        with mock.patch.object(self, "config", lambda **_: no_twin):
            self.refused("vectors.*on the CPU only; on a device run least_squares logistic")

    def test_the_module_itself_says_what_is_missing_below_it(self):
        module = programs() / MODULE
        if not module.is_file():
            print(f"SKIPPED: no {MODULE}: built without nvcc", file=sys.stderr, flush=True)
            self.skipTest(f"no {MODULE}")
        (self.bin / MODULE).symlink_to(module)
        self.refused(
            "cuda:4095.*(no NVIDIA driver|knows no device|no such device)",
            **{"local.device": "cuda:4095"},
        )

    def test_memory_that_does_not_suffice_is_told_in_bytes(self):
        self.stand_in(self.bin)
        network = {"shared.objective.kind": "mlp", "shared.objective.hidden": "500000"}
        network["shared.algorithm.step_size"] = 0.1
        self.refused(r"cuda:0 is out of memory: \d+ bytes asked for, \d+ of \d+ free", **network)

    # Gradients one by one, then local steps taken where the data is.
    def test_a_cluster_on_devices_ends_where_the_same_cluster_ends_on_cpus(self):
        self.stand_in(self.bin.parent / "lib")
        local = {
            "shared.algorithm.kind": "exact_diffusion",
            "shared.algorithm.local_steps": 5,
            "shared.algorithm.batch": 16,
            "shared.optimizer.kind": "momentum",
        }
        for more in ({}, local):
            with mock.patch.dict("os.environ", {"STARLING_BIN": str(self.bin)}):
                on_devices = Cluster(self, self.config(**more)).start().finish(60)
                on_cpus = Cluster(self, self.config(**more, **{"local.device": "cpu"}))
                on_cpus.start().finish(60)
            self.assertNotEqual(on_devices.models(), on_cpus.models(), "nothing ran on a device")
            for device, cpu in zip(on_devices.models(), on_cpus.models()):
                for mine, theirs in zip(device, cpu):
                    self.assertAlmostEqual(mine, theirs, delta=1e-12)

    def version(self) -> str:
        done = subprocess.run(
            [str(self.bin / "starling-node"), "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout


if __name__ == "__main__":
    unittest.main()
