"""tools/fault-proxy between the nodes, as long as they run."""

import contextlib
import json
import pathlib
import signal
import subprocess
import sys

from cluster_lib.arguments import ROOT
from cluster_lib.children import die_with_parent
from cluster_lib.errors import RunError, UsageError

FOLDER = "faults"  # of the run folder: the nodes' configurations, the proxy's report
SHOWN = {
    "cuts": "cuts",
    "resets": "resets",
    "refusals": "refusals",
    "half_opens": "half-open",
    "replays": "replays",
    "flips": "flipped bits",
}


def _start(faults: str, config: pathlib.Path, folder: pathlib.Path) -> subprocess.Popen:
    """Returns when it listens. Errors: UsageError, RunError with its own line."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tools/fault-proxy"), "--faults", faults]
        + ["--config", str(config), "--out", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # one Ctrl-C is the nodes' alone
        preexec_fn=die_with_parent,
    )
    line = process.stderr.readline().strip()
    if line != "ready":
        raise (UsageError if process.wait() == 2 else RunError)(line.removeprefix("fault-proxy: "))
    return process


@contextlib.contextmanager
def between(faults: str | None, config: pathlib.Path, out: pathlib.Path):
    """Yields the configuration of each node, as a function of its id.

    Without faults there is no proxy, and one configuration for all.
    """
    if faults is None:
        yield lambda node: config
        return
    process = _start(faults, config, out / FOLDER)
    try:
        yield lambda node: out / FOLDER / f"node-{node}.toml"
        if process.poll() is not None:
            words = process.stderr.read().strip().splitlines() or ["no word"]
            raise RunError(f"the fault proxy ended before the nodes: {words[-1]}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stderr.close()


def row(out: pathlib.Path) -> tuple[str, str]:
    """What befell the links, for the table."""
    try:
        total = json.loads((out / FOLDER / "report.json").read_text("utf-8"))["total"]
    except (OSError, ValueError, KeyError) as error:
        raise RunError(f"no report of the fault proxy: {error}") from None
    done = [f"{total[name]:,} {word}" for name, word in SHOWN.items() if total[name]]
    return "faults", ", ".join(done) or "none that ends or alters anything"
