#!/usr/bin/env python3
"""Times full gradients at one thread, beside scikit-learn and PyTorch on the same data.

Run as `starling-bench gradient`. What is measured and how: docs/benchmarks/gradient.md.
Writes  Markdown tables to stdout, progress to stderr.
Exits   0 when everything that is installed ran and was right, 1 when not, 2 on a bad option.
"""

import pathlib
import sys

if sys.version_info < (3, 11):
    sys.exit(f"starling-bench: needs Python 3.11 or newer, this is {sys.version.split()[0]}")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # tools/

from bench.gradient_lib.main import main  # noqa: E402 (after the path is set)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
