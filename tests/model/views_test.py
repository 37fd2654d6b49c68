#!/usr/bin/env python3
"""Spin checks the model of rounds and views: every scenario holds, every mutation is found.

usage: views_test.py [--slow]

Each scenario is searched exhaustively for violated assertions and for executions that never end
(non-progress cycles, of which any cycle would be one). The states stored are printed: about two
for each state of the model, because the search for cycles keeps it with and without its mark.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import scenarios

MODEL = pathlib.Path(__file__).resolve().parent / "views.pml"
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
MEMORY_MIB = 900
SLOW_MEMORY_MIB = 8000


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def search(definitions, folder, optimize, memory):
    """Returns pan's output; its trail lies in the folder."""
    spin, said = run(["spin", "-a", *definitions.split(), str(MODEL)], folder)
    if spin != 0 or not (folder / "pan.c").exists():
        sys.exit(f"spin cannot read the model ({definitions}):\n{said}")
    flags = ["-w", "-DNP", "-DCOLLAPSE", "-DNOFAIR", f"-DMEMLIM={memory}"]
    code, said = run(["gcc", optimize, *flags, "-o", "pan", "pan.c"], folder)
    if code != 0:
        sys.exit(f"gcc cannot compile the verifier ({definitions}):\n{said}")
    return run(["./pan", "-l", "-w20", "-m100000"], folder)[1]


def outcome(said):
    """Errors, states stored and transitions; None where the search did not end by itself."""
    errors = re.search(r"errors: (\d+)", said)
    states = re.search(r"(\d\S*) states, stored", said)
    transitions = re.search(r"(\d\S*) transitions", said)
    if not (errors and states and transitions) or "max search depth too small" in said:
        return None
    if int(errors.group(1)) == 0 and "Search not completed" in said:
        return None
    return int(errors.group(1)), int(float(states.group(1))), int(float(transitions.group(1)))


def violated(said):
    """What kind of error pan found; one of its own limits is none."""
    if "block in d_step" in said or "<=7)" in said:
        return "a limit of the model itself"
    if "ran[p]!=view" in said:
        return "equal ids, other start values"
    if "&members)" in said and "ran[p]==0" in said:
        return "two parts run on their own"
    if "tag[" in said:
        return "mixed across views"
    if "what==got" in said:
        return "a gap inside a session"
    if "non-progress cycle" in said.split("(at depth")[0]:
        return "an execution that never ends"
    return "settled in a wrong state"


def counterexample(definitions, folder):
    _, said = run(["spin", "-k", "views.pml.trail", "-t", *definitions.split(), str(MODEL)], folder)
    return said.split("trail ends")[0]


def check(name, definitions, wanted, optimize, memory):
    """Prints one line; returns whether the result is as wanted (None: no error)."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        said = search(definitions, folder, optimize, memory)
        result = outcome(said)
        if result is None:
            print(f"{name}: the search did not end (memory {memory} MiB)\n{said}")
            return False
        errors, states, transitions = result
        kind = violated(said) if errors else "holds"
        right = (errors > 0) == (wanted is not None) and kind != "a limit of the model itself"
        seconds = time.monotonic() - begun
        print(
            f"{name:42} {states:10,} states {transitions:11,} transitions {seconds:6.1f} s"
            f"  {'found: ' + kind if wanted and right else kind}",
            flush=True,
        )
        if not right:
            print(f"  definitions: {definitions}")
            if errors:
                print(counterexample(definitions, folder))
        return right


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--slow", action="store_true", help="the larger scenarios instead")
    slow = parser.parse_args().slow
    for program in ("spin", "gcc"):
        if not shutil.which(program):
            print(f"SKIPPED: {program} is not installed, so the model of views was NOT checked")
            return SKIPPED
    print(subprocess.run(["spin", "-V"], capture_output=True, text=True, check=True).stdout.strip())
    holds = scenarios.SLOW if slow else scenarios.SCENARIOS
    mutations = scenarios.SLOW_MUTATIONS if slow else scenarios.MUTATIONS
    memory = SLOW_MEMORY_MIB if slow else MEMORY_MIB
    optimize = "-O2" if slow else "-O0"  # the small searches end before gcc would
    right = [check(name, flags, None, optimize, memory) for name, flags in holds.items()]
    for name, (rule, flags) in mutations.items():
        right.append(check(f"{name}", f"{flags} -D{name}", rule, optimize, memory))
    print(f"{sum(right)} of {len(right)} as they must be")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
