"""What the exit codes of the nodes mean for the run."""

import re

from cluster_lib.children import Child

MEANING = {
    1: "failed",
    2: "usage or configuration error",
    3: "budget spent before the target",
    4: "lost the cluster",
}


def worst_code(children: list[Child]) -> int:
    """The largest code of the nodes that ended by themselves; a node killed as asked is no failure.

    If every other node was ended by us, there is a first one that failed, and it counts.
    """
    own = [child for child in children if not child.killed_as_asked and not child.ended_by_us]
    return max((child.code or 0 for child in own), default=0)


def _ranges(ids: list[int]) -> str:
    """[0, 1, 2, 5] -> '0-2, 5'."""
    parts: list[list[int]] = []
    for i in sorted(ids):
        if parts and parts[-1][1] == i - 1:
            parts[-1][1] = i
        else:
            parts.append([i, i])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def _code_meaning(code: int) -> str:
    if code > 128:
        return f"signal {code - 128}"
    return MEANING.get(code, "unknown code")


def _fate(child: Child, reason: str) -> str:
    if child.killed_as_asked:
        return f"killed as asked at step {child.kill_at}"
    if child.ended_by_us:
        return reason or "ended by tools/cluster"
    if child.kill_at is not None and child.code == 0:
        return f"was to be killed at step {child.kill_at}, but the run ended before it"
    words = re.sub(r"^starling-node(\[\d+\])?: ", "", child.last_words)
    tail = f": {words}" if words and child.code < 128 else ""
    return f"exit {child.code} ({_code_meaning(child.code)}){tail}"


def describe(children: list[Child], reason: str = "") -> list[str]:
    """One line per fate other than plain success: 'nodes 0-4: exit 4 (lost the cluster): ...'."""
    groups: dict[str, list[int]] = {}
    for child in children:
        if child.code == 0 and child.kill_at is None and not child.ended_by_us:
            continue
        groups.setdefault(_fate(child, reason), []).append(child.id)
    return [
        f"node{'s' if len(ids) > 1 else ''} {_ranges(ids)}: {fate}" for fate, ids in groups.items()
    ]
