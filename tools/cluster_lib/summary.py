"""The merged result: exact figures computed by starling-sim, and a table to read them in."""

import json
import pathlib
import subprocess

from cluster_lib.display import number
from cluster_lib.errors import RunError


def summarize(program: pathlib.Path, out: pathlib.Path) -> dict:
    """Runs `starling-sim summarize OUT`, which writes OUT/summary.json. Errors: RunError."""
    done = subprocess.run(
        [str(program), "summarize", str(out)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"starling-sim ended with {done.returncode}"]
        raise RunError(lines[-1])
    try:
        return json.loads((out / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"no readable summary.json: {error}") from None


def count(value) -> str:
    """1234567 -> '1,234,567'; a dash for what is not known."""
    return (
        f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else number(value, 6)
    )


def amount(value) -> str:
    """Bytes for people."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "-"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.2f} {unit}"
        value /= 1000
    return "-"


def _nodes(summary: dict) -> str:
    """'8', or '7 of 8, 3 views': all figures are of the members' data."""
    all_nodes, members = summary.get("nodes"), summary.get("members")
    views = len(summary.get("views") or [])
    if members is None or all_nodes is None or (len(members) == all_nodes and views < 2):
        return count(all_nodes)
    return f"{len(members)} of {all_nodes}, {views} views"


def _schedule(schedule: dict) -> str:
    """'changes: period 5, exact after 5 rounds'."""
    period, exact = schedule.get("period"), schedule.get("exact_after")
    if period == 1:
        return "directed"
    text = "changes: " + ("at random" if period is None else f"period {period}")
    if exact is not None:
        return text + f", exact after {exact} rounds"
    return text + f", {number(schedule.get('rate'), 4)} a round"


def rows(summary: dict, optimum: float | None = None) -> list[tuple[str, str]]:
    """The figures worth reading, each with its name; what a run does not have is left out."""
    get = summary.get
    table = [
        ("status", str(get("status", "-"))),
        ("algorithm", str(get("algorithm", "-"))),
        ("nodes", _nodes(summary)),
        ("global objective f(mean)", number(get("objective"), 12)),
    ]
    if optimum is not None:
        table.append(("known optimum f*", number(optimum, 12)))
        if isinstance(get("objective"), (int, float)):
            table.append(("gap f(mean) - f*", f"{get('objective') - optimum:.2e}"))
    table += [
        ("worst node's objective", number(get("objective_worst"), 12)),
        ("gradient norm at the mean", number(get("gradient_norm"))),
        ("consensus error", number(get("consensus_error"))),
    ]
    schedule = get("schedule")
    if isinstance(schedule, dict):
        table.append(("graph", _schedule(schedule)))
    accuracy = get("accuracy") or {}
    for part in ("train", "test"):
        if isinstance(accuracy.get(part), (int, float)):
            table.append((f"accuracy, {part}", f"{100 * accuracy[part]:.2f} %"))
    contraction = get("contraction") or {}
    contracted = (
        f"measured {number(contraction.get('measured'), 4)}, "
        f"predicted {number(contraction.get('predicted'), 4)}"
    )
    if "mean_square" in contraction:
        contracted += f" at worst, {number(contraction['mean_square'], 4)} in the mean square"
    table += [
        ("steps", count(get("steps"))),
        ("gossip steps", count(get("gossip_steps"))),
        ("bytes sent, all nodes", amount(get("bytes_sent"))),
        ("contraction of a mix", contracted),
        ("wall time", f"{number(get('wall_seconds'))} s"),
    ]
    return table


def as_text(table: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in table)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in table)
