"""The peers to compare with: how each is found, started and checked."""

import functools
import json
import math
import os
import pathlib
import shutil
import tempfile
from dataclasses import dataclass

from bench.exchange_lib import oracle
from bench.exchange_lib.processes import PeerError, WrongAverages, run_together

HERE = pathlib.Path(__file__).resolve().parents[1]
TOLERANCE = 1e-5  # float32 values up to 1, a few thousand rounds of averaging


@dataclass
class Measured:
    """Seconds per round: of each node's figures the worst node's."""

    min: float
    median: float
    p99: float
    error: float  # the largest difference from the known averages


def of_nodes(times, error, tolerance):
    """Errors  PeerError where the averages are wrong: a time for wrong sums is worth nothing."""
    if not error <= tolerance:
        raise WrongAverages(f"wrong averages: off by {error:.3g}, allowed {tolerance:.1g}")
    found = Measured(*(max(time[key] for time in times) for key in ("min", "median", "p99")), error)
    if not (0 < found.median < math.inf):
        raise PeerError(f"no time measured: median {found.median}")
    return found


def options_of(task):
    edges = ",".join(f"{a}-{b}" for a, b in task.edges)
    return ["--nodes", str(task.layout.nodes), "--edges", edges, "--values", str(task.values),
            "--rounds", str(task.rounds), "--warm-up", str(task.warm_up),
            "--stride", str(task.stride)] + (["--pin"] if task.pin else [])


def checked(task, nodes):
    """Of peers that report samples after the first round (weights, neighbours) and the last."""
    if len(nodes) != task.layout.nodes:
        raise PeerError(f"{len(nodes)} nodes reported, not {task.layout.nodes}")
    error = 0.0
    for when, steps in (("first", 1), ("last", task.warm_up + task.rounds)):
        wanted = oracle.expected(task, steps, oracle.peer_input)
        error = max(error, oracle.worst_error([node[when] for node in nodes], wanted))
    return of_nodes([node["round_seconds"] for node in nodes], error, TOLERANCE)


def last_json(text):
    try:
        return json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise PeerError("no JSON line on its stdout") from None


class RawTcp:
    key, title = "raw-tcp", "raw TCP (own program)"

    def __init__(self, programs):
        self._program = programs / "starling-bench-raw-tcp"

    def absent(self):
        return None if self._program.is_file() else f"{self._program.name} is not built"

    def run(self, task, seconds):
        (text,) = run_together([[str(self._program), *options_of(task)]], seconds)
        return checked(task, last_json(text)["nodes"])


class OpenMpi:
    key, title = "openmpi-tcp", "OpenMPI, isend/irecv over TCP"

    def __init__(self, programs):
        self._program = programs / "starling-bench-mpi"

    def absent(self):
        if not self._program.is_file():
            return "starling-bench-mpi is not built: no MPI was found"
        return None if shutil.which("mpirun") else "mpirun is not installed"

    def run(self, task, seconds):
        # Named components: no faster path (shared memory, UCX) is taken unasked. Loopback only.
        loopback = ["--mca", "btl_tcp_if_include", "lo", "--mca", "oob_tcp_if_include", "lo"]
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none",
                   "--mca", "pml", "ob1", "--mca", "btl", "tcp,self", *loopback,
                   "-np", str(task.layout.nodes), str(self._program), *options_of(task)]
        (text,) = run_together([command], seconds)
        return checked(task, last_json(text)["nodes"])


class Gloo:
    key, title = "gloo", "Gloo, torch isend/irecv"

    def __init__(self, _programs):
        self._python = os.environ.get("STARLING_BENCH_TORCH_PYTHON", "/usr/bin/python3")

    @functools.cache  # loading torch takes seconds
    def absent(self):
        probe = "import torch.distributed as d; raise SystemExit(0 if d.is_gloo_available() else 1)"
        try:
            run_together([[self._python, "-c", probe]], 60)
        except (OSError, PeerError) as error:
            return f"{self._python} has no torch with Gloo ({error})"
        return None

    def run(self, task, seconds):
        with tempfile.TemporaryDirectory(prefix="starling-bench-") as folder:
            command = [self._python, str(HERE / "gloo_exchange.py"), "--store", f"{folder}/store",
                       *options_of(task), "--node"]
            texts = run_together([command + [str(i)] for i in range(task.layout.nodes)], seconds,
                                 {"GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"})
        return checked(task, [last_json(text) for text in texts])
