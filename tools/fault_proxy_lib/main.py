"""The story of one proxy, from the command line to its report."""

import argparse
import json
import pathlib
import signal
import sys
from dataclasses import replace

from cluster_lib.arguments import version
from cluster_lib.errors import RunError, UsageError
from fault_proxy_lib import books, script
from fault_proxy_lib.proxy import Proxy

FAULTS = """
faults, one a line of FILE or separated by ';' (docs/faults.md):
  every 1s all cut 0..0.3          cuts of up to 0.3 s on each edge, one a second on average
  every 50kB all reset             by what an edge has carried, not by the clock
  at 2 edge 0-3 cut 0.3 fin        two seconds after the first connection; rst is the default
  after 1MB edge 0>3 half-open 5   nothing passes from 0 to 3, the connection stays
  at 5 node 2 refuse 1             no new connections
  all delay 2..8ms                 also: rate 200kB, flip 100kB, replay
  seed 7                           of everything drawn at random
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(message)


def _parser() -> _Parser:
    parser = _Parser(
        prog="tools/fault-proxy",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Stands between the nodes of an address book and disturbs what passes. Writes one\n"
            "configuration for each node, DIR/node-<i>.toml, says 'ready', and runs until SIGINT\n"
            "or SIGTERM; then prints what it did as JSON, and leaves it in DIR/report.json."
        ),
        epilog=FAULTS,
    )
    add = parser.add_argument
    add("--config", metavar="FILE", help="a configuration with its [[node]] tables")
    add("--out", metavar="DIR", help="folder for the nodes' configurations and the report")
    add("--faults", metavar="FILE|FAULTS", help="what to do; without, bytes only pass")
    add("--flap", metavar="RATE", help="each edge is cut at random, RATE times a second")
    add("--longest", metavar="S", default="0.3", help="of these cuts, in seconds (default: 0.3)")
    add("--seed", metavar="S", help="of everything drawn at random (default: 1)")
    add("--version", action="store_true", help="print the version and exit")
    return parser


def script_of(given: argparse.Namespace) -> script.Script:
    """The faults of all options together. Errors: UsageError."""
    faults = script.load(given.faults) if given.faults is not None else script.Script()
    if given.flap is not None:
        try:
            rate = float(given.flap)
            longest = float(given.longest)
        except ValueError:
            rate = longest = -1.0
        if not 0 < rate < 1e6 or not 0 <= longest < 1e6:
            raise UsageError(
                f"--flap {given.flap} --longest {given.longest}: RATE > 0 a second, seconds >= 0"
            )
        rule = script.parse_rule(f"every {1 / rate:.9f}s all cut 0..{longest:.9f}")
        faults = replace(faults, rules=(*faults.rules, rule))
    if given.seed is not None:
        if not given.seed.isdigit():
            raise UsageError(f"--seed: '{given.seed}' is not a number from 0 on")
        faults = replace(faults, seed=int(given.seed))
    return faults


def set_up(config: pathlib.Path, out: pathlib.Path, faults: script.Script) -> Proxy:
    """Listens for every node on behalf of every other, and writes their address books."""
    try:
        text = config.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--config: cannot read '{config}': {error}") from None
    book = books.read_addresses(text, str(config))
    script.check_nodes(faults, 1 + max(book))
    pairs = [(i, j) for i in book for j in book if i != j]
    targets = {j: books.target_of(address) for j, address in book.items()}
    ports = books.open_ports(len(pairs), book)
    proxy = Proxy(faults)
    through: dict[int, dict[int, str]] = {i: {} for i in book}
    for (i, j), listener in zip(pairs, ports):
        proxy.add(i, j, listener, targets[j])
        through[i][j] = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    for i in book:
        books.write_book(out, i, books.book_for(i, text, book, through[i]))
    return proxy


def run(given: argparse.Namespace) -> int:
    for name in ("config", "out"):
        if getattr(given, name) is None:
            raise UsageError(f"--{name} is missing; see --help")
    out = pathlib.Path(given.out)
    proxy = set_up(pathlib.Path(given.config), out, script_of(given))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: proxy.stop())
    print("ready", file=sys.stderr, flush=True)
    proxy.run()
    report = json.dumps(proxy.report(), indent=2)
    proxy.close()
    (out / "report.json").write_text(report + "\n", "utf-8")
    print(report)
    return 0


def main(argv: list[str]) -> int:
    try:
        given = _parser().parse_args(argv)
        if given.version:
            print(f"starling {version()}")
            return 0
        return run(given)
    except UsageError as error:
        print(f"fault-proxy: {error}", file=sys.stderr)
        return 2
    except (RunError, OSError) as error:
        print(f"fault-proxy: {error}", file=sys.stderr)
        return 1
