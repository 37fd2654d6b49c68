#!/usr/bin/env python3
"""Times steps of single rows by threads, without locks and with them, beside LIBLINEAR's solvers.

Run as `starling-bench hogwild`. What is measured and how: docs/benchmarks/hogwild.md.
Writes  Markdown tables to stdout, progress to stderr.
Exits   0 when everything that is installed ran and was right, 1 when not, 2 on a bad option.
"""

import pathlib
import sys

if sys.version_info < (3, 11):
    sys.exit(f"starling-bench: needs Python 3.11 or newer, this is {sys.version.split()[0]}")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # tools/

from bench.hogwild_lib.main import main  # noqa: E402 (after the path is set)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
