"""The first run: eight peers on a ring, real data, and what Chebyshev's polynomials saved."""

import sys

from cluster_lib import arguments as command_line
from cluster_lib import comparison
from cluster_lib.arguments import ROOT
from cluster_lib.errors import RunError, UsageError
from cluster_lib.main import complain, run

INTRODUCTION = """\
Eight processes, no server. Each holds one eighth of the breast cancer data (569 samples) and talks
to its two neighbours on a ring; together they fit one logistic regression to all of it.
"""


def compare(arguments, merged):
    """Rows for the table; a comparison that cannot be made is said and harms nothing."""
    try:
        return comparison.rows(merged, comparison.plain_run(arguments))
    except RunError as error:
        return [("with plain gossip", f"not measured: {error}")]


def main() -> int:
    print(INTRODUCTION, file=sys.stderr)
    options = ["--config", str(ROOT / "configs/quickstart.toml"), "--out", "runs/quickstart"]
    try:
        return run(command_line.parse(options), more_rows=compare)
    except (RunError, UsageError, OSError) as error:
        complain(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
