#!/usr/bin/env python3
"""Times a gossip round of Starling on this host beside raw TCP, OpenMPI over TCP and Gloo.

Run as `starling-bench exchange`. What is measured and how: docs/benchmarks/README.md.
Writes  Markdown tables (or --json) to stdout, progress to stderr.
Exits   0 when every peer that is installed ran and was right, 1 when one failed, 2 on a bad option.
"""

import pathlib
import sys

if sys.version_info < (3, 11):
    sys.exit(f"starling-bench: needs Python 3.11 or newer, this is {sys.version.split()[0]}")

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # tools/: cluster_lib, too

from bench.exchange_lib.main import main  # noqa: E402 (after the path is set)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
