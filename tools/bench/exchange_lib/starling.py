"""Starling itself: n real starling-node processes on a configuration written here."""

import json
import os
import pathlib
import struct
import tempfile

from bench.exchange_lib import oracle
from bench.exchange_lib.peers import of_nodes
from bench.exchange_lib.processes import PeerError, run_together
from cluster_lib.endpoints import open_endpoints
from cluster_lib.keys import address_book, make_keys

TOLERANCE = 5e-5  # standard normals, up to 6; the mean of float32 gossip wanders by rounding

CONFIG = """[shared]
name = "exchange benchmark"
seed = 1
precision = "float32"
checksum = "{checksum}"
[shared.objective]
kind = "vectors"
random = {values}
weighting = "nodes"
[shared.topology]
kind = "{kind}"
nodes = {nodes}
weights = "metropolis"
[shared.mixing]
acceleration = "none"
steps = 1
[shared.algorithm]
kind = "average"
[shared.stop]
steps = {steps}
"""


def read_samples(path, places):
    """The tensor "x" of a safetensors file, float32, at these coordinates."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(size))["x"]
        if entry["dtype"] != "F32":
            raise PeerError(f"the model is {entry['dtype']}, not F32")
        begin, values = 8 + size + entry["data_offsets"][0], []
        for k in places:
            file.seek(begin + 4 * k)
            values.append(struct.unpack("<f", file.read(4))[0])
        return values


class Starling:
    """One way of running Starling.

    transport  tcp, or ipc: Unix sockets between nodes of one host.
    checksum   payload, or header (as much as raw TCP and OpenMPI check: nothing of the payload).
    keys       encrypted with CURVE, checksum of headers only: what a cluster with keys does.
    before     another build of it, to compare this one with.
    """

    def __init__(self, programs, transport, checksum, keys=False, before=False):
        self._program, self._keygen = programs / "starling-node", programs / "starling-topology"
        self._transport, self._checksum, self._keys = transport, checksum, keys
        plain = checksum == "payload"
        self.key = f"starling-{transport}" + ("-keys" if keys else "" if plain else "-header")
        self.title = f"Starling, {transport}" + (
            ", encrypted" if keys else "" if plain else ", checksum of headers only"
        )
        if before:
            self.key, self.title = f"{self.key}-before", f"{self.title}, the other build"

    def absent(self):
        return None if self._program.is_file() else "starling-node is not built"

    def run(self, task, seconds):
        nodes, steps = task.layout.nodes, task.warm_up + task.rounds
        with (tempfile.TemporaryDirectory(prefix="starling-bench-") as scratch,
              make_keys(self._keys, self._keygen, nodes) as keys,
              open_endpoints(self._transport, nodes) as endpoints):
            folder = pathlib.Path(scratch)
            config, out = folder / "exchange.toml", folder / "run"
            text = CONFIG.format(checksum=self._checksum, values=task.values, nodes=nodes,
                                 kind=task.layout.kind, steps=steps)
            text += address_book(endpoints.addresses, keys.public)
            config.write_text(text, encoding="utf-8")
            out.mkdir()
            endpoints.release()
            cores = [i % os.cpu_count() for i in range(nodes)] if task.pin else None
            program = [str(self._program), "--config", str(config), "--out", str(out)]
            run_together([[*program, "--id", str(i), *keys.options(i)] for i in range(nodes)],
                         seconds, cores=cores)
            return self._collect(task, steps, out)

    @staticmethod
    def _collect(task, steps, out):
        """A whole run, all its steps, and the averages that follow from them."""
        times, samples = [], []
        for node in range(task.layout.nodes):
            folder = out / f"node-{node}"
            try:
                summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
                done, seconds = summary["steps"], summary["step_seconds"]
                samples.append(read_samples(folder / "model.safetensors", task.samples()))
            except (OSError, ValueError, KeyError, struct.error) as error:
                raise PeerError(f"node {node}: {type(error).__name__}: {error}") from None
            if done != steps:
                raise PeerError(f"node {node} made {done} steps, not {steps}")
            times.append(seconds)
        wanted = oracle.expected(task, steps, oracle.starling_input)
        return of_nodes(times, oracle.worst_error(samples, wanted), TOLERANCE)
