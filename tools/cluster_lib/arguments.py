"""The command line of tools/cluster, checked as far as it can be without the configuration."""

import argparse
import pathlib
import re
import time
from dataclasses import dataclass, field

from cluster_lib.errors import UsageError
from fault_proxy_lib import script

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Partition:
    """Two sides without a connection between them, while the larger one does these steps."""

    sides: tuple[frozenset[int], frozenset[int]]
    begin: int
    end: int

    def apart(self, node: int) -> list[str]:
        """What this node is told: the side that goes on refuses the other, which waits."""
        first, second = sorted(self.sides, key=lambda side: (-len(side), min(side)))
        if node not in first:
            return []
        return ["--apart", f"{','.join(map(str, sorted(second)))}@{self.begin}..{self.end}"]


@dataclass
class Arguments:
    """What the user asked for, as plain values."""

    config: pathlib.Path
    out: pathlib.Path
    programs: pathlib.Path  # folder of starling-node and starling-sim
    overrides: list[str] = field(default_factory=list)  # section.key=value
    kills: dict[int, int] = field(default_factory=dict)  # node -> step
    restarts: dict[int, int] = field(default_factory=dict)  # the same
    partition: Partition | None = None
    transport: str = "tcp"
    faults: str | None = None  # between the nodes: a file, or the faults themselves
    keys: bool = False  # encrypted, with keys made for this run
    json: bool = False
    check: bool = False
    print_config: bool = False


class _Parser(argparse.ArgumentParser):
    def error(self, message):  # one line, and the caller's exit code
        raise UsageError(message)


def version() -> str:
    """The project's version, as its build states it."""
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(r"project\(starling VERSION (\S+)", text)
    return found.group(1) if found else "unknown"


def _parser() -> _Parser:
    parser = _Parser(
        prog="tools/cluster",
        allow_abbrev=False,
        description=(
            "Runs one starling-node process per node on this machine and merges what they found."
        ),
    )
    add = parser.add_argument
    add("--config", metavar="FILE", help="the experiment, e.g. configs/quickstart.toml")
    add("--nodes", metavar="N", help="instead of shared.topology.nodes")
    add("--out", metavar="DIR", help="run folder (default: runs/<config>-<time>)")
    add(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="override one key, e.g. shared.mixing.acceleration=none",
    )
    add(
        "--kill",
        metavar="I@STEP",
        action="append",
        default=[],
        help="node I kills itself (SIGKILL) at the start of that step",
    )
    add(
        "--restart",
        metavar="I@STEP",
        action="append",
        default=[],
        help="start killed node I again; the others wait for it at the start of that step",
    )
    add(
        "--partition",
        metavar="A|B@STEP..STEP",
        help="no link between nodes A and B in these steps, e.g. '0-3|4-7@50..90'",
    )
    add("--transport", default="tcp", metavar="tcp|ipc", help="between the nodes (default: tcp)")
    add(
        "--faults",
        metavar="FILE|FAULTS",
        help="disturb the links, e.g. 'every 1s all cut 0..0.3' (see docs/faults.md)",
    )
    add("--keys", action="store_true", help="encrypt, with key pairs made for this run alone")
    add("--bin", metavar="DIR", help="folder of the programs (default: build/release/bin)")
    add("--json", action="store_true", help="print summary.json instead of a table")
    add("--check", action="store_true", help="check the configuration and start nothing")
    add("--print-config", action="store_true", help="print the effective configuration and exit")
    add("--version", action="store_true", help="print the version and exit")
    return parser


def _node_at_step(option: str, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)@(\d+)", text)
    if not found:
        raise UsageError(f"{option}: '{text}' is not I@STEP, e.g. {option} 2@50")
    return int(found.group(1)), int(found.group(2))


def _steps_of(option: str, texts: list[str]) -> dict[int, int]:
    steps: dict[int, int] = {}
    for text in texts:
        node, step = _node_at_step(option, text)
        if node in steps:
            raise UsageError(f"{option}: node {node} is named twice")
        steps[node] = step
    return steps


def _nodes(text: str) -> frozenset[int]:
    """'0-2,5' -> {0, 1, 2, 5}; empty when it is no such list."""
    nodes: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if not found:
            return frozenset()
        nodes.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return frozenset(nodes)


def _partition(text: str) -> Partition:
    found = re.fullmatch(r"([\d,-]+)\|([\d,-]+)@(\d+)\.\.(\d+)", text)
    sides = (_nodes(found[1]), _nodes(found[2])) if found else ()
    if not found or not all(sides) or sides[0] & sides[1] or int(found[3]) >= int(found[4]):
        raise UsageError(
            f"--partition: '{text}' is not A|B@STEP..STEP with two disjoint lists of nodes, "
            "e.g. '0-3|4-7@50..90'"
        )
    return Partition(sides, int(found[3]), int(found[4]))


def parse(argv: list[str]) -> Arguments | None:
    """Returns None when the question was answered by the parser itself (--version).

    Errors  UsageError naming the option and what it takes. --help leaves through SystemExit(0).
    """
    given = _parser().parse_args(argv)
    if given.version:
        print(f"starling {version()}")
        return None
    if given.config is None:
        raise UsageError("--config FILE is missing; configs/ holds some ready to run")
    config = pathlib.Path(given.config)
    if not config.is_file():
        raise UsageError(f"--config: no file '{config}'")
    if given.transport not in ("tcp", "ipc"):
        raise UsageError(f"--transport: '{given.transport}' is neither tcp nor ipc")
    if given.faults is not None:
        script.load(given.faults)  # a mistake is said before an earlier run is removed
        if given.transport != "tcp":
            raise UsageError("--faults: only --transport tcp has links to disturb")
    overrides = list(given.set)
    for item in overrides:
        if not re.fullmatch(r"[A-Za-z_][\w.-]*=.*", item, re.DOTALL):
            raise UsageError(f"--set: '{item}' is not section.key=value")
    if given.nodes is not None:
        if not re.fullmatch(r"[1-9]\d*", given.nodes):
            raise UsageError(f"--nodes: '{given.nodes}' is not a number of nodes from 1 on")
        overrides.append(f"shared.topology.nodes={given.nodes}")
    kills = _steps_of("--kill", given.kill)
    restarts = _steps_of("--restart", given.restart)
    for node, step in restarts.items():
        if node not in kills or step < kills[node]:
            raise UsageError(f"--restart {node}@{step}: needs a --kill {node}@STEP before it")
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return Arguments(
        config=config,
        out=pathlib.Path(given.out) if given.out else pathlib.Path(f"runs/{config.stem}-{stamp}"),
        programs=pathlib.Path(given.bin) if given.bin else ROOT / "build/release/bin",
        overrides=overrides,
        kills=kills,
        restarts=restarts,
        partition=_partition(given.partition) if given.partition else None,
        transport=given.transport,
        faults=given.faults,
        keys=given.keys,
        json=given.json,
        check=given.check,
        print_config=given.print_config,
    )
