"""The command line of `starling-bench exchange`, and the order in which peers take turns."""

import argparse
import json
import pathlib
import shlex
import signal
import sys

from bench.exchange_lib import graphs, report
from bench.exchange_lib.peers import Gloo, OpenMpi, RawTcp
from bench.exchange_lib.processes import PeerError
from bench.exchange_lib.starling import Starling


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"starling-bench exchange: {message}", file=sys.stderr)
        raise SystemExit(2)


def peers_in(programs):
    return [RawTcp(programs), OpenMpi(programs), Gloo(programs),
            Starling(programs, "tcp", "payload"), Starling(programs, "tcp", "header"),
            Starling(programs, "tcp", "header", keys=True),
            Starling(programs, "ipc", "payload"), Starling(programs, "ipc", "header")]


PEER_KEYS = ("raw-tcp", "openmpi-tcp", "gloo", "starling-tcp", "starling-tcp-header",
             "starling-tcp-keys", "starling-ipc", "starling-ipc-header")


def _list_of(what, allowed):
    def parse(text):
        words = text.split(",")
        for word in words:
            if word not in allowed:
                raise argparse.ArgumentTypeError(
                    f"no {what} '{word}'; allowed: {' '.join(allowed)}")
        return words
    return parse


def _lengths(text):
    try:
        values = [int(float(word)) for word in text.split(",")]
    except (ValueError, OverflowError):
        values = [0]
    if not all(1 <= value <= 10**9 for value in values):
        raise argparse.ArgumentTypeError(f"'{text}' is no list of lengths like 1e3,1e6")
    return values


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return int(text)


def parse(argv):
    parser = _Parser(prog="starling-bench exchange", allow_abbrev=False, description=(
        "Times a gossip round of Starling on this host beside raw TCP, OpenMPI over TCP and Gloo. "
        "All processes stay on loopback."))
    layouts = [layout.name for layout in graphs.LAYOUTS]
    add = parser.add_argument
    add("--only", metavar="PEER,...", type=_list_of("peer", PEER_KEYS), default=list(PEER_KEYS),
        help="of " + " ".join(PEER_KEYS) + "; ratios need raw-tcp and openmpi-tcp")
    add("--layouts", metavar="NAME,...", type=_list_of("layout", layouts), default=layouts,
        help="of " + " ".join(layouts))
    add("--values", metavar="D,...", type=_lengths,
        help="vector lengths (default: 1e3,1e5,1e6, and 25e6 with four nodes)")
    add("--rounds", metavar="R", type=_count, help="measured rounds (default: by length, 2000..12)")
    add("--passes", metavar="P", type=_count, default=2, help="over everything (default: 2)")
    add("--pin", action="store_true", help="node i of every peer on core i mod cores")
    add("--deadline", metavar="SECONDS", type=_count, default=300, help="for one run of one peer")
    add("--json", action="store_true", help="all figures as JSON instead of Markdown")
    add("--before", metavar="DIR", help="a folder of another build's programs: its starling-tcp "
                                        "takes turns with this one's, and ratios are printed")
    add("--bin", metavar="DIR", help="folder of the programs (default: that of starling-bench)")
    return parser.parse_args(argv)


def tasks_of(given):
    layouts = [layout for layout in graphs.LAYOUTS if layout.name in given.layouts]
    return [graphs.make_task(layout, values, given.rounds, given.pin) for layout in layouts
            for values in given.values or graphs.LENGTHS
            if given.values or graphs.runs_by_default(layout, values)]


def measure(results, passes, deadline, say):
    """All peers of a configuration in the same minute; every second pass in the opposite order."""
    for number in range(passes):
        for task in results.tasks:
            for peer in results.peers if number % 2 == 0 else results.peers[::-1]:
                if results.absent[peer.key]:
                    continue
                place = f"pass {number + 1}/{passes} {task.title} {peer.key}"
                try:
                    measured = peer.run(task, deadline)
                except PeerError as error:
                    results.fail(task, peer, error)
                    say(f"{place}: failed: {error}")
                    continue
                results.add(task, peer, measured)
                say(f"{place}: {measured.median * 1e3:.4g} ms")


def _stop(number, _frame):
    """As an exception, so that processes are ended and folders removed on the way out."""
    print("starling-bench exchange: stopped", file=sys.stderr)
    raise SystemExit(128 + number)


def main(argv):
    given = parse(argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    programs = pathlib.Path(given.bin or pathlib.Path(__file__).resolve().parents[3]
                            / "build/release/bin").resolve()
    peers = [peer for peer in peers_in(programs) if peer.key in given.only]
    if given.before:
        other = pathlib.Path(given.before).resolve()
        peers.append(Starling(other, "tcp", "payload", before=True))
    shown = [word for i, word in enumerate(argv)
             if word != "--bin" and (i == 0 or argv[i - 1] != "--bin")]
    if given.before:
        shown = [word.replace(given.before, "DIR") for word in shown]
    command = shlex.join(["starling-bench", "exchange", *shown])
    results = report.Results(tasks_of(given), peers, command)
    measure(results, given.passes, given.deadline,
            lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps(report.as_json(results)) if given.json else report.markdown(results))
    return 1 if results.problems else 0
