"""The sides take turns, pass after pass; medians over the passes are printed."""

import argparse
import array
import datetime
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

from bench.exchange_lib.report import load, machine
from bench.hogwild_lib import liblinear
from bench.hogwild_lib.problem import Problem

SHARINGS = ("hogwild", "atomic", "striped", "locked")
# LIBLINEAR has no step size but a tolerance; each is tried from here down by factors of 10^(1/2).
TOLERANCES = {0: (1.0, 6), 7: (1000.0, 8)}
GAPS = (1e-2, 1e-3, 1e-4)  # (f - f*) / f*


def options(words):
    parser = argparse.ArgumentParser(prog="starling-bench hogwild", description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="LIBSVM file, two classes")
    parser.add_argument("--l2", type=float, default=1e-4, help="of the objective")
    parser.add_argument("--step", type=float, default=0.5, help="size in the first epoch")
    parser.add_argument("--decay", type=float, default=0.6, help="its factor from epoch to epoch")
    parser.add_argument("--epochs", type=int, default=20, help="of each pass")
    parser.add_argument("--passes", type=int, default=5, help="of which medians are taken")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, between commas")
    given = parser.parse_args(words)
    if not given.data.is_file():
        parser.error(f"--data {given.data}: no such file")
    try:
        given.threads = [int(word) for word in given.threads.split(",")]
    except ValueError:
        parser.error(f"--threads {given.threads}: whole numbers between commas")
    return given


class WrongModel(Exception):
    pass


def starling(given, problem, sharing, threads):
    """One run of starling-bench-hogwild, its last f checked."""
    with tempfile.NamedTemporaryFile() as model:
        done = subprocess.run(
            [given.bin / "starling-bench-hogwild", "--data", given.data, "--scale", "unit_rows",
             "--sharing", sharing, "--threads", str(threads), "--epochs", str(given.epochs),
             "--l2", repr(given.l2), "--step", repr(given.step), "--decay", repr(given.decay),
             "--model", model.name],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise WrongModel(done.stderr.strip())
        run = json.loads(done.stdout)
        x = array.array("d", pathlib.Path(model.name).read_bytes())
    if abs(problem.value(x) / run["f"][-1] - 1) > 1e-9:
        raise WrongModel(f"{sharing} of {threads} threads: f = {run['f'][-1]}, "
                         f"computed here {problem.value(x)}")
    return run


def times_to(run, target):
    """(wall, busy) with setup and draws; None where it never came there."""
    spent = run["setup"]
    for draw, step, f in zip(run["draws"], run["steps"], run["f"]):
        spent = [sum(parts) for parts in zip(spent, draw, step)]
        if f <= target:
            return spent
    return None


def epochs_to(run, target):
    return next((e + 1 for e, f in enumerate(run["f"]) if f <= target), math.inf)


def solver_runs(library, problem, solver):
    """[((wall, busy), f)] over falling tolerances."""
    first, count = TOLERANCES[solver]
    runs = []
    for k in range(count):
        seconds, x = library.train(solver, first * 10 ** (-k / 2))
        runs.append((seconds, problem.value(x)))
    return runs


def cell(times):
    """Medians: wall (busy)."""
    if None in times:
        return "-"
    wall, busy = (statistics.median(part) * 1e3 for part in zip(*times))
    return f"{wall:.3g} ({busy:.3g})"


def measure(given):
    problem = Problem(given.data, given.l2)
    library = None if liblinear.absent() else liblinear.Liblinear(problem)
    sides = [(sharing, threads) for sharing in SHARINGS for threads in given.threads]
    runs = {side: [] for side in sides}
    theirs = {solver: [] for solver in liblinear.SOLVERS} if library else {}
    for number in range(given.passes):
        print(f"pass {number + 1} of {given.passes}", file=sys.stderr, flush=True)
        for side in sides if number % 2 == 0 else sides[::-1]:
            runs[side].append(starling(given, problem, *side))
        for solver in theirs:
            theirs[solver].append(solver_runs(library, problem, solver))
    return problem, library, runs, theirs


def optimum(given, problem, library, theirs):
    """f* by Newton's method to |grad f| <= 1e-8, so within |grad f|^2 / (2 l2) of it."""
    _, x = library.train(0, 1e-10)
    norm = problem.gradient_norm(x)
    if norm**2 / (2 * given.l2) > 1e-9:
        raise WrongModel(f"no optimum: the norm of the gradient is {norm:.1e}")
    return problem.value(x)


def speed_table(problem, runs):
    lines = ["| updates | threads | ms an epoch (of the processor) | least | updates/s | "
             "locked / this | by the least |", "|---|---:|---:|---:|---:|---:|---:|"]
    for (sharing, threads), passes in runs.items():
        times = [time for run in passes for time in run["steps"]]
        rivals = [wall for run in runs["locked", threads] for wall, _ in run["steps"]]
        walls = [wall for wall, _ in times]
        median = statistics.median(walls)
        lines.append(
            f"| {sharing} | {threads} | {cell(times)} | {min(walls) * 1e3:.2f} | "
            f"{len(problem.rows) / median:,.0f} | {statistics.median(rivals) / median:.2f} | "
            f"{min(rivals) / min(walls):.2f} |")
    return lines


def gap_table(f_star, runs, theirs):
    lines = ["| solver | " + " | ".join(f"gap {gap:g}" for gap in GAPS) + " | epochs for each |",
             "|---|" + "---:|" * (len(GAPS) + 1)]
    targets = [f_star * (1 + gap) for gap in GAPS]
    for (sharing, threads), passes in runs.items():
        cells = [cell([times_to(run, target) for run in passes]) for target in targets]
        epochs = [statistics.median([epochs_to(run, target) for run in passes])
                  for target in targets]
        lines.append(f"| {sharing}, threads: {threads} | " + " | ".join(cells) + " | "
                     + ", ".join(f"{count:g}" for count in epochs) + " |")
    for solver, passes in theirs.items():
        cells = [cell([min((times for times, f in one if f <= target), default=None)
                       for one in passes]) for target in targets]
        lines.append(f"| {liblinear.SOLVERS[solver]} | " + " | ".join(cells) + " | |")
    return lines


def main(words):
    given = options(words)
    before = load()
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    try:
        problem, library, runs, theirs = measure(given)
        print(f"{date}; {machine()}; load average before {before}; {given.passes} passes\n")
        print(f"{given.data.name}: {len(problem.rows)} rows, {problem.columns} columns, "
              f"{sum(map(len, problem.rows))} entries; l2 = {given.l2:g}, rows of length 1; "
              f"step size {given.step:g} times {given.decay:g} an epoch\n")
        print("\n".join(speed_table(problem, runs)) + "\n")
        if not library:
            print(f"LIBLINEAR: {liblinear.absent()}")
            return 0
        print("Milliseconds until (f - f*) / f* is at most the gap (of the processor):\n")
        print("\n".join(gap_table(optimum(given, problem, library, theirs), runs, theirs)))
    except WrongModel as error:
        print(f"starling-bench hogwild: {error}", file=sys.stderr)
        return 1
    return 0
