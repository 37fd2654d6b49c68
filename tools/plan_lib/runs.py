"""One run of tools/cluster: its configuration, what it took and what it sent."""

import json
import pathlib
import subprocess
import tempfile
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]


class CheckError(Exception):
    """A run or a plan failed; one line."""


@dataclass(frozen=True)
class Measured:
    """What a run did, from the end of its joining on."""

    steps: int
    seconds: float  # of the slowest node
    bytes_sent: int
    step_seconds: float  # seconds / steps


def toml(values: dict) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


def _node(folder: pathlib.Path) -> tuple[float, float]:
    """When the first step began and when the run ended, on the node's own clock."""
    first = (folder / "metrics.jsonl").read_text("utf-8").split("\n", 1)[0]
    ended = json.loads((folder / "summary.json").read_text("utf-8"))["wall_seconds"]
    return json.loads(first)["elapsed"], ended


def run(config: dict, programs: pathlib.Path, deadline: float = 300) -> Measured:
    """Runs full keys and values as a cluster on this machine."""
    with tempfile.TemporaryDirectory(prefix="starling-plan-") as scratch:
        folder = pathlib.Path(scratch)
        (folder / "config.toml").write_text(toml(config), "utf-8")
        command = [str(ROOT / "tools/cluster"), "--config", str(folder / "config.toml")]
        command += ["--out", str(folder / "run"), "--bin", str(programs), "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=deadline, check=False
        )
        if done.returncode != 0:
            raise CheckError(f"tools/cluster ended with {done.returncode}: {done.stderr[-400:]}")
        summary = json.loads(done.stdout)
        nodes = [_node(path) for path in sorted((folder / "run").glob("node-*"))]
    seconds = max(ended - began for began, ended in nodes)
    steps = int(summary["steps"])
    return Measured(steps, seconds, int(summary["bytes_sent"]), seconds / max(steps, 1))


def plan(options: dict, programs: pathlib.Path) -> list[dict]:
    """The ranking of starling-topology plan; options by name, _ for -."""
    command = [str(programs / "starling-topology"), "plan", "--json"]
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise CheckError(done.stderr.strip())
    return json.loads(done.stdout)["ranking"]
