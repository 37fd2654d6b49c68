"""Clusters of real starling-node processes, for tests: started, watched, and never left behind.

Reads   STARLING_BIN, the folder of the programs; STARLING_DATA_DIR, the folder of the larger data.
Waits   by deadline only: for the end of a process, or for something it wrote.
"""

import ctypes
import json
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import oracles

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
sys.path.insert(0, str(ROOT / "tools"))

from cluster_lib.endpoints import TcpEndpoints  # noqa: E402 (the path comes first)
from cluster_lib.keys import Keys, NoKeys, address_book  # noqa: E402

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
ATTEMPTS = 5  # to start on ports that a stranger took in between


def programs() -> pathlib.Path:
    """The folder of the programs under test."""
    return pathlib.Path(os.environ.get("STARLING_BIN", ROOT / "build/release/bin"))


def large_data(name: str) -> pathlib.Path:
    """A data set that is not committed. Skips the test, loudly, where it is absent."""
    path = pathlib.Path(os.environ.get("STARLING_DATA_DIR", "")) / name
    if not path.is_file():
        print(f"SKIPPED: no {name} in STARLING_DATA_DIR", file=sys.stderr, flush=True)
        raise unittest.SkipTest(f"no {name} in STARLING_DATA_DIR")
    return path


def toml(values: dict) -> str:
    """Full keys and plain values as a TOML file."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def until(condition, seconds: float, what: str):
    """The first true value of condition(). Errors: AssertionError naming what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.01)  # the pace of asking, not what makes it true


class Node:
    """One process: what it said, when and how it ended."""

    def __init__(self, node: int, process: subprocess.Popen, folder: pathlib.Path, label: str):
        self.id, self.process, self.pid = node, process, process.pid
        self.stdout, self.stderr = folder / f"{label}.stdout", folder / f"{label}.stderr"
        self.began = time.monotonic()
        self.ended: float | None = None  # on the monotonic clock
        self.descriptor = os.pidfd_open(process.pid)

    def poll(self) -> int | None:
        """The exit code, 128 + n for signal n, None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        if self.ended is None:
            self.ended = time.monotonic()
        return code if code >= 0 else 128 - code

    def errors(self) -> str:
        return self.stderr.read_text("utf-8", "replace")

    def progress(self) -> dict:
        """The newest complete status line; empty before the first."""
        lines = self.stdout.read_bytes().split(b"\n")
        return json.loads(lines[-2]) if len(lines) > 1 else {}

    def step(self) -> int:
        return int(self.progress().get("step", -1))

    def signal(self, number: int) -> None:
        if self.process.poll() is None:
            os.kill(self.pid, number)

    def memory_peak(self) -> int:
        """Bytes; 0 when it has ended."""
        try:
            status = pathlib.Path(f"/proc/{self.pid}/status").read_text("utf-8")
        except OSError:
            return 0
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        return int(found.group(1)) * 1024 if found else 0

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


class Cluster:
    """n node processes in one run folder.

    config    full keys and values, without address book
    keys      encrypted, each node with a key pair of its own
    Errors    AssertionError with every node's last words when a wait runs out.
    """

    def __init__(self, case: unittest.TestCase, config: dict, name: str = "run", keys=False):
        self.case, self.config = case, config
        self.size = int(config["shared.topology.nodes"])
        self.folder = scratch(case)
        self.out = self.folder / name
        self.nodes: dict[int, Node] = {}
        self.extra: list[Node] = []  # strangers with an id that is taken
        case.addCleanup(self.close)
        self.addresses = self.fresh_addresses(self.size)
        self.keys = Keys(programs() / "starling-topology", self.size) if keys else NoKeys()
        if keys:
            case.addCleanup(self.keys.close)
        self.config_file = self.write_config("config.toml", self.addresses)
        self.config_of: dict[int, pathlib.Path] = {}  # nodes with a file of their own

    @staticmethod
    def fresh_addresses(count: int) -> list[str]:
        held = TcpEndpoints(count)
        held.release()
        return held.addresses

    def write_config(self, name: str, addresses: list[str], public=None, **changed) -> pathlib.Path:
        path = self.folder / name
        book = address_book(addresses, public or self.keys.public)
        path.write_text(toml({**self.config, **changed}) + book, "utf-8")
        return path

    def port(self, node: int) -> int:
        return int(self.addresses[node].rsplit(":", 1)[1])

    # --- starting -----------------------------------------------------------------------------

    def launch(self, node: int, label: str = "", config=None, out=None, options=(), prepare=None):
        """Starts one process; `prepare` runs in it before the program does."""

        def in_child():
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if prepare:
                prepare()

        label = label or f"node-{node}"
        config = config or self.config_of.get(node, self.config_file)
        command = [str(programs() / "starling-node"), "--config", str(config)]
        command += ["--id", str(node), "--out", str(out or self.out), "--progress", "json"]
        command += [*self.keys.options(node), *options]
        with (
            open(self.folder / f"{label}.stdout", "wb") as stdout,
            open(self.folder / f"{label}.stderr", "wb") as stderr,
        ):
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                process_group=0,
                preexec_fn=in_child,
            )
        return Node(node, process, self.folder, label)

    def start(self, ids=None, options=None, prepare=None) -> "Cluster":
        """All nodes, or `ids`; `options` and `prepare` by node."""
        for i in range(self.size) if ids is None else ids:
            self.nodes[i] = self.launch(
                i, options=(options or {}).get(i, ()), prepare=(prepare or {}).get(i)
            )
        return self

    def intrude(self, node: int, config: pathlib.Path) -> Node:
        """A second process with the id of a node, writing to a folder of its own."""
        label = f"stranger-{len(self.extra)}"
        stranger = self.launch(node, label, config, self.folder / "stranger")
        self.extra.append(stranger)
        return stranger

    # --- waiting ------------------------------------------------------------------------------

    def wait(self, seconds: float, nodes=None) -> dict[int, int]:
        """The exit codes of all nodes (or the given ones)."""
        awaited = list(self.nodes.values() if nodes is None else nodes)
        deadline = time.monotonic() + seconds
        poller = select.poll()
        for node in awaited:
            poller.register(node.descriptor, select.POLLIN)
        running = [node for node in awaited if node.poll() is None]
        while running:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(
                    f"still running after {seconds:g} s: {[n.id for n in running]}\n{self.words()}"
                )
            for descriptor, _ in poller.poll(left * 1000):
                poller.unregister(descriptor)
            running = [node for node in awaited if node.poll() is None]
        return {node.id: node.poll() for node in awaited}

    def finish(self, seconds: float = 120) -> "Cluster":
        """Waits and holds every node to exit code 0."""
        codes = self.wait(seconds)
        self.case.assertEqual(set(codes.values()), {0}, f"{codes}\n{self.words()}")
        return self

    def reach(self, step: int, seconds: float = 60, nodes=None) -> None:
        """Waits until the nodes have reported this step."""
        awaited = list(self.nodes.values() if nodes is None else nodes)

        def there():
            for node in awaited:
                if node.poll() is not None:
                    raise AssertionError(f"node {node.id} ended early\n{self.words()}")
            return all(node.step() >= step for node in awaited)

        until(there, seconds, f"step {step} on every node\n{self.words()}")

    # --- what they left -----------------------------------------------------------------------

    def words(self) -> str:
        """What every process said last, for a failed assertion."""
        everyone = [*self.nodes.values(), *self.extra]
        return "\n".join(
            f"  {node.stderr.stem}: exit {node.poll()}: {node.errors()[-400:]}" for node in everyone
        )

    def node_folder(self, node: int) -> pathlib.Path:
        return self.out / f"node-{node}"

    def summary(self, node: int) -> dict:
        return json.loads((self.node_folder(node) / "summary.json").read_text("utf-8"))

    def log(self, node: int) -> str:
        """Empty before the node has begun it."""
        path = self.node_folder(node) / "log.txt"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def models(self) -> list[list[float]]:
        """Every node's final x, read by the tests' own reader."""
        paths = (self.node_folder(i) / "model.safetensors" for i in range(self.size))
        return [oracles.read_model(path) for path in paths]

    def model_bytes(self, node: int) -> bytes:
        return (self.node_folder(node) / "model.safetensors").read_bytes()

    def summarize(self) -> dict:
        """The merged summary, by starling-sim."""
        (self.out / "config.toml").write_text(self.config_file.read_text("utf-8"), "utf-8")
        done = subprocess.run(
            [str(programs() / "starling-sim"), "summarize", str(self.out)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.case.assertEqual(done.returncode, 0, done.stderr)
        return json.loads((self.out / "summary.json").read_text("utf-8"))

    def lockstep(self, code: int, *options: str) -> list[bytes]:
        """The models starling-sim writes for the very same file, ending with this exit code."""
        out = self.folder / "lockstep"
        done = subprocess.run(
            [str(programs() / "starling-sim"), "--config", str(self.config_file)]
            + ["--out", str(out), *options],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.case.assertEqual(done.returncode, code, done.stderr)
        paths = [out / f"node-{i}" / "model.safetensors" for i in range(self.size)]
        return [path.read_bytes() for path in paths]

    def close(self) -> None:
        for node in [*self.nodes.values(), *self.extra]:
            node.close()


def scratch(case: unittest.TestCase) -> pathlib.Path:
    """A folder that is removed after the test."""
    folder = tempfile.TemporaryDirectory(prefix="starling-test-")
    case.addCleanup(folder.cleanup)
    return pathlib.Path(folder.name)


def log_times(log: str, pattern: str) -> list[float]:
    """When (seconds since the epoch) lines with this pattern were written."""
    found = re.findall(rf"^(\S+?)\.(\d+) .*(?:{pattern})", log, re.MULTILINE)
    return [
        time.mktime(time.strptime(second, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{fraction[:3]}")
        for second, fraction in found
    ]


def heart(nodes: int, kind: str = "ring", **more) -> dict:
    """A run on real data that goes on until something ends it: a lost node, too."""
    return {
        "shared.name": "heart",
        "shared.objective.kind": "logistic",
        "shared.objective.data": str(DATA / "heart_scale.libsvm"),
        "shared.objective.l2": 1e-3,
        "shared.objective.partition": "contiguous",
        "shared.topology.kind": kind,
        "shared.topology.nodes": nodes,
        "shared.algorithm.kind": "gradient_tracking",
        "shared.stop.steps": 1_000_000_000,
        "shared.membership.on_death": "wait",
        "local.hold_limit": 0.0,
        **more,
    }
