"""Calibrates, predicts, runs and compares."""

import argparse
import math
import os
import pathlib
import platform
import sys

from plan_lib.calibration import Costs, calibrate, costs_of, gradient_seconds
from plan_lib.runs import ROOT, CheckError, Measured, plan, run
from plan_lib.setups import PAIRS, Setup

ACCURACY = 1e-6
AIM = 8


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def config_of(setup: Setup, entry: dict) -> dict:
    """The run that an entry of the plan speaks of.

    An error of the relative size e, in the slowest mode, has a gradient of mu e |x*|, and |x*| is
    close to sqrt(d / 3n): the centres are uniform in [-1, 1].
    """
    kind, _, degree = setup.graph.partition(":")
    size = math.sqrt(setup.dimension / (3 * setup.nodes))
    config = {
        "shared.name": "plan",
        "shared.objective.kind": "reference_quadratic",
        "shared.objective.dimension": setup.dimension,
        "shared.objective.kappa": setup.kappa,
        "shared.topology.kind": kind,
        "shared.topology.nodes": setup.nodes,
        "shared.topology.weights": entry["weights"],
        "shared.mixing.acceleration": "none" if setup.mixer == "plain" else setup.mixer,
        "shared.mixing.steps": entry["mixing_steps"],
        "shared.algorithm.kind": setup.algorithm,
        "shared.stop.steps": 1_000_000,
        "shared.stop.gradient_norm": ACCURACY / setup.kappa * size,
    }
    return config | ({"shared.topology.degree": int(degree)} if degree else {})


def predict(setup: Setup, costs: Costs, gradient: float, programs: pathlib.Path) -> dict:
    """The plan's entry for this setup with all its nodes on this machine."""
    options = {
        "nodes": setup.nodes,
        "parameters": setup.dimension,
        "bandwidth": "1TB",  # within a machine neither counts
        "latency": 0,
        "compute_time": f"{gradient:.9g}",
        "kappa": setup.kappa,
        "accuracy": ACCURACY,
        "topologies": setup.graph,
        "weights": "metropolis",
        "algorithms": setup.algorithm,
        "processes_per_machine": setup.nodes,
    }
    for entry in plan(options | costs.options(), programs):
        wanted = (
            entry["mixing_steps_auto"]
            if setup.mixing_steps == 0
            else entry["mixing_steps"] == setup.mixing_steps
        )
        # On a complete graph one plain step is Chebyshev's.
        if wanted and (entry["mixer"] == setup.mixer or entry["contraction"] < 1e-9):
            return entry
    raise CheckError(f"plan knows nothing of: {setup}")


def bytes_of(entry: dict, measured: Measured) -> int:
    """What the plan says that so many steps send: the vote is known to all a lap later."""
    made = measured.steps + entry["lap_steps"]
    looks = -(-made // entry["lap_steps"])
    return made * entry["bytes_per_step"] + looks * entry["bytes_per_look"]


def compare(
    pair: tuple[Setup, Setup], entries: list[dict], programs: pathlib.Path, passes: int
) -> list[Measured]:
    """By turns, so that a disturbance meets both; the best of each."""
    best: list[Measured | None] = [None, None]
    for _ in range(passes):
        for i, (setup, entry) in enumerate(zip(pair, entries)):
            now = run(config_of(setup, entry), programs)
            if best[i] is None or now.seconds < best[i].seconds:
                best[i] = now
    return best


def lines_of(number: int, pair, entries, measured) -> tuple[list[str], bool, bool]:
    """Two rows of the table; whether the order is right and the bytes are exact."""
    right = (entries[0]["seconds"] < entries[1]["seconds"]) == (
        measured[0].seconds < measured[1].seconds
    )
    exact = all(bytes_of(entry, m) == m.bytes_sent for entry, m in zip(entries, measured))
    rows = []
    for i, (setup, entry, m) in enumerate(zip(pair, entries, measured)):
        verdict = ("right" if right else "WRONG") if i == 0 else ""
        sent = "exact" if bytes_of(entry, m) == m.bytes_sent else f"{bytes_of(entry, m)}"
        rows.append(
            f"| {number if i == 0 else ''} | {setup} | {entry['steps']} | {m.steps} | "
            f"{entry['seconds']:.2f} | {m.seconds:.2f} | {m.bytes_sent} | {sent} | {verdict} |"
        )
    return rows, right, exact


def check(programs: pathlib.Path, passes: int, pairs) -> int:
    say("calibrating:")
    costs = calibrate(programs, passes, say)
    figures = zip(("step", "gossip", "message", "byte"), costs_of(costs))
    machine = f"{platform.machine()}, {costs.cores} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}; " + ", ".join(f"{name} {value * 1e6:.4g} us" for name, value in figures))
    dimensions = sorted({setup.dimension for pair in pairs for setup in pair})
    gradients = {d: gradient_seconds(d, costs, programs, passes) for d in dimensions}
    print("a gradient: " + ", ".join(f"d = {d} {s * 1e6:.1f} us" for d, s in gradients.items()))
    print(
        "\n| pair | setup | steps predicted | steps | seconds predicted | seconds | bytes sent "
        "| bytes predicted | order |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---|", flush=True)
    ranked = exact = 0
    for number, pair in enumerate(pairs, 1):
        entries = [predict(s, costs, gradients[s.dimension], programs) for s in pair]
        measured = compare(pair, entries, programs, passes)
        rows, order, sent = lines_of(number, pair, entries, measured)
        print("\n".join(rows), flush=True)
        ranked, exact = ranked + order, exact + sent
    total = len(pairs)
    print(f"\n{ranked} of {total} pairs ranked right, bytes exact in {exact} of {total}")
    return 0 if exact == total and ranked * 10 >= AIM * total else 1


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tools/plan_check",
        allow_abbrev=False,
        description="Measures what this machine's nodes spend, predicts pairs of runs with "
        "starling-topology plan, runs both with tools/cluster and compares: exit code 0 when the "
        "order is right in 8 of 10 and every byte count exact. Wants an idle machine.",
    )
    parser.add_argument("--bin", metavar="DIR", default=str(ROOT / "build/release/bin"))
    parser.add_argument("--passes", type=int, default=3, help="runs of each; the best counts (3)")
    parser.add_argument("--pairs", type=int, default=len(PAIRS), help="only the first so many")
    given = parser.parse_args(argv)
    try:
        return check(pathlib.Path(given.bin), given.passes, PAIRS[: given.pairs])
    except CheckError as error:
        say(f"plan_check: {error}")
        return 1
