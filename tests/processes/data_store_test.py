#!/usr/bin/env python3
"""local.data_store: rows beyond the memory of a process, the same model to the byte, nothing left.

Memory is limited by RLIMIT_DATA, which counts what a process allocates and not the files it maps.
"""

import array
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import unittest

from harness import DATA, Cluster, heart, programs, scratch

MIB = 1 << 20
COLUMNS = 64
BLOCK = 1000  # rows that are drawn; a longer set repeats them


def write_npy(path: pathlib.Path, kind: str, shape: tuple, block: array.array, times: int) -> None:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    with open(path, "wb") as out:
        out.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        for _ in range(times):
            out.write(block.tobytes())


def write_set(folder: pathlib.Path, blocks: int) -> dict:
    """float32, so that a store holds its rows as float64. The keys of the objective."""
    draw = random.Random(blocks)
    rows = array.array("f", (draw.gauss(0, 1) for _ in range(BLOCK * COLUMNS)))
    labels = array.array("i", (draw.randrange(2) for _ in range(BLOCK)))
    write_npy(folder / f"rows-{blocks}.npy", "<f4", (blocks * BLOCK, COLUMNS), rows, blocks)
    write_npy(folder / f"labels-{blocks}.npy", "<i4", (blocks * BLOCK,), labels, blocks)
    return {
        "shared.objective.kind": "logistic",
        "shared.objective.data": str(folder / f"rows-{blocks}.npy"),
        "shared.objective.labels": str(folder / f"labels-{blocks}.npy"),
        "shared.objective.scale": "standardize",
        "shared.objective.l2": 1e-3,
        "shared.topology.kind": "complete",
        "shared.topology.nodes": 2,
    }


def allocated(pid: int) -> int:
    """Bytes that RLIMIT_DATA counts."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text("utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmData:"))
    return int(line.split()[1]) * 1024


def limit_to(size: int):
    return lambda: resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def mapped(pid: int, folder: pathlib.Path) -> list[str]:
    """The lines of the files of this folder that the process has mapped."""
    lines = pathlib.Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines()
    return [line for line in lines if f" {folder}/" in line]


class Stores(unittest.TestCase):
    def setUp(self):
        self.store = scratch(self) / "store"
        self.store.mkdir()
        self.stored = {"local.data_store": str(self.store)}

    def alone(self, cluster: Cluster, prepare=None, options=()) -> tuple[int, str]:
        """Exit code and words of a node that has not come to talk to others."""
        node = cluster.launch(0, prepare=prepare, options=options)
        cluster.nodes[0] = node
        return cluster.wait(120)[0], node.errors()

    def sim(self, config: dict, *options: str) -> subprocess.CompletedProcess:
        file = Cluster(self, config).config_file
        command = [str(programs() / "starling-sim"), "--config", str(file), "--json", *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


class BeyondMemory(Stores):
    def test_a_set_larger_than_the_memory_allowed_gives_the_same_model_from_a_store(self):
        folder = scratch(self)
        steps = {"shared.stop.steps": 20}
        small = Cluster(self, {**write_set(folder, 2), "shared.stop.steps": 1_000_000_000}).start()
        small.reach(1)
        least = max(allocated(node.pid) for node in small.nodes.values())
        small.close()
        if least > 1 << 40:
            print(f"SKIPPED: {self.id()}: a sanitizer's own memory is counted", file=sys.stderr)
            self.skipTest("a sanitizer's own memory is counted")
        large = write_set(folder, 320)
        size = 320 * BLOCK * COLUMNS * 8
        allowed = least + size // 4
        print(f"rows: {size // MIB} MiB, allowed: {least // MIB} + {size // 4 // MIB} MiB")

        code, words = self.alone(Cluster(self, {**large, **steps}), limit_to(allowed))
        self.assertEqual(code, 1, words)
        self.assertRegex(
            words,
            r'\Astarling-node: out of memory with shared\.objective\.data = ".*rows-320\.npy": '
            r'local\.data_store = "DIR" keeps its rows on disk\n\Z',
        )

        memory = Cluster(self, {**large, **steps}).start().finish()
        limits = {i: limit_to(allowed) for i in range(2)}
        disk = Cluster(self, {**large, **steps, **self.stored}).start(prepare=limits).finish()
        for i in range(2):
            self.assertEqual(disk.model_bytes(i), memory.model_bytes(i), f"node {i}")


class SameBits(Stores):
    def test_dense_and_sparse_sets_give_the_models_of_memory_under_every_scaling(self):
        for name, kind in (("heart_scale.libsvm", "logistic"), ("digits.libsvm.gz", "softmax")):
            for scale in ("none", "standardize", "unit_rows", "max:4"):
                config = heart(
                    3,
                    **{
                        "shared.objective.kind": kind,
                        "shared.objective.data": str(DATA / name),
                        "shared.objective.scale": scale,
                        "shared.objective.partition": "iid",
                        "shared.algorithm.batch": 8,
                        "shared.algorithm.step_size": 0.01,
                        "shared.stop.steps": 10,
                    },
                )
                with self.subTest(name=name, scale=scale):
                    memory = Cluster(self, config).lockstep(0)
                    stored = Cluster(self, {**config, **self.stored}).lockstep(0)
                    self.assertEqual(stored, memory)

    def test_nodes_that_adopt_the_rows_of_the_dead_do_the_same(self):
        more = {"shared.membership.on_death": "adopt", "local.hold_limit": 20.0}
        # It ends by what was computed, so times and counts of frames follow from the rows.
        config = heart(5, **more, **{"shared.stop.gradient_norm": 1e-6})
        options = ("--executor", "network", "--faults", "crashes", "--seeds", "1..12")
        told = []
        for more in ({}, self.stored):
            done = self.sim({**config, **more}, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            told.append(done.stdout)
        self.assertEqual(told[1], told[0])
        counted = json.loads(told[0])
        self.assertGreater(counted["views with fewer members than the one before"], 0)


class Disks(Stores):
    def test_a_folder_that_cannot_be_used_is_refused_by_name(self):
        (self.store / "file").write_text("x", "utf-8")
        for name, why in (("missing", "No such file or directory"), ("file", "Not a directory")):
            place = self.store / name
            config = {**heart(1, "complete"), "local.data_store": str(place)}
            expected = f'local.data_store = "{place}": cannot hold files: {why}\n'
            with self.subTest(name):
                code, words = self.alone(Cluster(self, config))
                self.assertEqual((code, words), (2, "starling-node: " + expected))
                done = self.sim(config, "--check")
                self.assertEqual((done.returncode, done.stderr), (2, "starling-sim: " + expected))

    def test_a_full_disk_is_refused_with_the_bytes_asked_for(self):
        config = {**write_set(scratch(self), 20), **self.stored}
        file = Cluster(self, config).config_file
        node = [str(programs() / "starling-node"), "--config", str(file), "--id", "0", "--check"]
        mount = f"mount -t tmpfs -o size=1m none {self.store}"
        unshare = ["unshare", "--mount"] + ["--map-root-user"] * (os.geteuid() != 0)
        if not shutil.which("unshare") or subprocess.run(
            [*unshare, "sh", "-c", mount], capture_output=True, check=False
        ).returncode:
            print(f"SKIPPED: {self.id()}: no right to mount a small disk", file=sys.stderr)
            self.skipTest("no right to mount a small disk")
        done = subprocess.run(
            [*unshare, "sh", "-c", f'{mount} && exec "$@"', "sh", *node],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(
            done.stderr,
            rf'\Astarling-node: local\.data_store = "{self.store}": no room for a file of \d+ '
            r"bytes: No space left on device\n\Z",
        )

    def test_a_size_limit_is_refused_like_a_full_disk_and_no_signal(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

        config = {**write_set(scratch(self), 20), **self.stored}
        code, words = self.alone(Cluster(self, config), limit, ("--check",))
        self.assertEqual(code, 2, words)
        self.assertRegex(words, r"no room for a file of \d+ bytes: File too large\n\Z")

    def test_nothing_is_left_of_a_node_that_is_killed(self):
        more = {**self.stored, "shared.objective.scale": "standardize"}
        cluster = Cluster(self, heart(2, "complete", **more)).start()
        cluster.reach(5)
        for node in cluster.nodes.values():
            self.assertTrue(mapped(node.pid, self.store), "its rows are in the store")
            self.assertTrue(all("(deleted)" in line for line in mapped(node.pid, self.store)))
            node.signal(signal.SIGKILL)
        self.assertEqual(cluster.wait(20), {0: 137, 1: 137})
        self.assertEqual(list(self.store.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
