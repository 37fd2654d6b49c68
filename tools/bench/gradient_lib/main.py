"""The sides take turns, pass after pass; medians over all gradients are printed."""

import argparse
import datetime
import os
import pathlib
import statistics
import sys

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def options(words):
    parser = argparse.ArgumentParser(prog="starling-bench gradient", description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder of the data sets")
    parser.add_argument("--only", default="", help="cases whose title has this word")
    parser.add_argument("--passes", type=int, default=5, help="turns of each side")
    parser.add_argument("--repeats", type=int, default=5, help="gradients of a turn")
    return parser.parse_args(words)


def blas():
    """The library that numpy's and torch's products come from, as loaded."""
    maps = pathlib.Path("/proc/self/maps").read_text("utf-8").split()
    names = {pathlib.Path(os.path.realpath(word)).name for word in maps if ".so" in word}
    return ", ".join(sorted(name for name in names
                            if name.startswith("lib") and "blas" in name)) or "none"


def measure(case, given, cases, sides):
    """{title: seconds}, after all agree. Errors: AssertionError."""
    import numpy as np

    data = cases.arrays(case, given.data)
    made = [side(case, data, given.data, given.bin) for side in sides]
    seconds = {side.title: [] for side in made}
    results = {}
    for number in range(given.passes):
        for side in made if number % 2 == 0 else made[::-1]:
            spent, value, gradient = side.run(given.repeats)
            seconds[side.title] += spent
            results[side.title] = value, np.asarray(gradient).ravel()
    value, gradient = results["Starling"]
    for title, (other, theirs) in results.items():
        apart = np.abs(theirs - gradient).max() / np.abs(gradient).max()
        assert apart < 1e-9 and abs(other / value - 1) < 1e-9, f"{case.title}: {title} {apart:.1e}"
    return seconds


def main(words):
    given = options(words)
    for name in THREADS:  # before numpy is loaded
        os.environ[name] = "1"
    try:
        from bench.gradient_lib import cases, sides
        import torch  # noqa: F401
    except ImportError as error:
        print(f"starling-bench gradient: {error} (tools/install-deps --benchmarks)",
              file=sys.stderr)
        return 1
    from bench.exchange_lib.report import load, machine

    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    print(f"{date}; {machine()}; load average before {load()}; BLAS of numpy and torch: {blas()}\n")
    print("| gradient | " + " | ".join(f"{side.title}, ms" for side in sides.SIDES)
          + " | scikit-learn / Starling | PyTorch / Starling | of the least |")
    print("|---|" + "---:|" * (len(sides.SIDES) + 3))
    for case in cases.CASES:
        if given.only not in case.title:
            continue
        seconds = measure(case, given, cases, sides.SIDES)
        median = {title: statistics.median(one) for title, one in seconds.items()}
        least = {title: min(one) for title, one in seconds.items()}
        ratios = [median[t] / median["Starling"] for t in ("scikit-learn", "PyTorch")]
        print(f"| {case.title} | " + " | ".join(f"{one * 1e3:.3g}" for one in median.values())
              + " | " + " | ".join(f"{one:.2f}" for one in ratios) + " | "
              + "; ".join(f"{least[t] / least['Starling']:.2f}"
                          for t in ("scikit-learn", "PyTorch")) + " |", flush=True)
    return 0
