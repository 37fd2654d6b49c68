"""Known optima of the problems whose data ships with the project (data/optima.json)."""

import json
import os

from cluster_lib.arguments import ROOT


def known_optimum(config: dict) -> float | None:
    """f* of the configured objective, or None: only for exactly the problem it was computed for.

    "samples" weighting only: the plain mean of the f_i has another optimum when shards are unequal.
    """
    objective = config.get("shared", {}).get("objective", {})
    try:
        problems = json.loads((ROOT / "data/optima.json").read_text(encoding="utf-8"))["problems"]
    except (OSError, ValueError, KeyError):
        return None
    for problem in problems:
        same = (
            os.path.basename(str(objective.get("data", ""))) == problem["data"]
            and objective.get("kind") == problem["kind"]
            and objective.get("scale", "none") == problem["scale"]
            and float(objective.get("l2", 0.0)) == problem["l2"]
            and objective.get("weighting", "samples") == "samples"
        )
        if same:
            return float(problem["f_star"])
    return None
