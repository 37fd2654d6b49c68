"""The faults to come, as their small language says them: docs/faults.md.

    [WHEN] WHERE WHAT        one a line, or separated by ';'; '#' begins a comment

    WHEN    at SECONDS | after BYTES | every SECONDS | every BYTES     (left out: from the start)
    WHERE   all | node I | edge I-J | edge I>J (one way)
    WHAT    cut RANGE [rst|fin] | reset | refuse RANGE | half-open RANGE | replay
            | delay RANGE | rate BYTES | flip BYTES
    RANGE   0.3 | 300ms | 0..0.3 (drawn evenly)
"""

import os
import pathlib
import re
from dataclasses import dataclass

from cluster_lib.errors import UsageError

SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
BYTES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024.0, "MiB": 1024.0**2}
EVENTS = {"cut": "range", "reset": "", "refuse": "range", "half-open": "range", "replay": ""}
SETTINGS = {"delay": "range", "rate": "bytes", "flip": "bytes"}  # hold until set anew
WHEN = ("at", "after", "every")


@dataclass(frozen=True)
class Rule:
    """One line. `amount` in seconds, or in bytes carried by the edge where `in_bytes`."""

    text: str
    when: str = "at"
    amount: float = 0.0
    in_bytes: bool = False
    node: int | None = None
    edge: tuple[int, int] | None = None
    one_way: bool = False
    kind: str = ""
    low: float = 0.0
    high: float = 0.0
    polite: bool = False  # connections end with FIN instead of RST

    def ways(self, i: int, j: int) -> list[tuple[int, int]]:
        """Which ways of the edge {i, j} it is about: of none, one or both."""
        if self.edge is not None:
            if {i, j} != set(self.edge):
                return []
            return [self.edge] if self.one_way else [(i, j), (j, i)]
        return [(i, j), (j, i)] if self.node in (None, i, j) else []


@dataclass(frozen=True)
class Script:
    """All rules, and the seed of everything drawn at random."""

    rules: tuple[Rule, ...] = ()
    seed: int = 1


def _number(text: str, units: dict[str, float], what: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)", text)
    if not found or found.group(2) not in units:
        allowed = ", ".join(unit for unit in units if unit)
        raise UsageError(f"'{text}' is no {what} (a number and one of {allowed})")
    return float(found.group(1)) * units[found.group(2)]


def _range(text: str) -> tuple[float, float]:
    """'0..300ms': the unit of the end is that of both."""
    low, dots, high = text.partition("..")
    if not dots:
        value = _number(text, SECONDS, "time")
        return value, value
    unit = re.sub(r"[\d.]", "", high)
    bounds = _number(low if re.search(r"[a-z]", low) else low + unit, SECONDS, "time"), _number(
        high, SECONDS, "time"
    )
    if bounds[0] > bounds[1]:
        raise UsageError(f"'{text}' ends before it begins")
    return bounds


def _take_when(words: list[str]) -> dict:
    if words[0] not in WHEN:
        return {}
    when, amount = words.pop(0), words.pop(0) if words else ""
    in_bytes = when == "after" or (when == "every" and amount.endswith("B"))
    value = (
        _number(amount, BYTES, "number of bytes") if in_bytes else _number(amount, SECONDS, "time")
    )
    if when == "every" and value <= 0:
        raise UsageError(f"every '{amount}': more than 0 is needed")
    return {"when": when, "amount": value, "in_bytes": in_bytes}


def _take_where(words: list[str]) -> dict:
    place = words.pop(0) if words else ""
    if place == "all":
        return {}
    name = words.pop(0) if words else ""
    if place == "node" and name.isdigit():
        return {"node": int(name)}
    found = re.fullmatch(r"(\d+)([->])(\d+)", name)
    if place == "edge" and found and found.group(1) != found.group(3):
        ends = int(found.group(1)), int(found.group(3))
        return {"edge": ends, "one_way": found.group(2) == ">"}
    raise UsageError(f"'{f'{place} {name}'.strip()}' is none of: all, node I, edge I-J, edge I>J")


def _take_what(words: list[str]) -> dict:
    kinds = EVENTS | SETTINGS
    kind = words.pop(0) if words else ""
    if kind not in kinds:
        raise UsageError(f"'{kind}' is none of: {', '.join(kinds)}")
    found: dict = {"kind": kind}
    if kinds[kind] and not words:
        raise UsageError(f"{kind}: how {'long' if kinds[kind] == 'range' else 'many bytes'}?")
    if kinds[kind] == "range":
        found["low"], found["high"] = _range(words.pop(0))
    elif kinds[kind] == "bytes":
        amount = words.pop(0).removesuffix("/s")
        found["low"] = _number(amount, BYTES, "number of bytes")
    if kind == "cut" and words and words[0] in ("rst", "fin"):
        found["polite"] = words.pop(0) == "fin"
    return found


def parse_rule(line: str) -> Rule:
    """Errors: UsageError quoting the line."""
    words = line.split()
    try:
        rule = Rule(line, **_take_when(words), **_take_where(words), **_take_what(words))
        if words:
            raise UsageError(f"'{' '.join(words)}' is too much")
        if rule.kind in SETTINGS and rule.when == "every":
            raise UsageError(f"{rule.kind} holds until set anew; say at or after")
        if rule.one_way and rule.kind not in ("half-open", *SETTINGS):
            raise UsageError(f"a {rule.kind} has no direction; say edge I-J")
        return rule
    except UsageError as error:
        raise UsageError(f"'{line}': {error}") from None


def parse(text: str) -> Script:
    """Errors: UsageError quoting the first bad line."""
    rules, seed = [], 1
    spoken = [line.split("#")[0] for line in text.split("\n")]
    for line in ";".join(spoken).split(";"):
        line = " ".join(line.split())
        found = re.fullmatch(r"seed (\d+)", line)
        if found:
            seed = int(found.group(1))
        elif line:
            rules.append(parse_rule(line))
    return Script(tuple(rules), seed)


def load(text: str) -> Script:
    """A file of that name, or else the script itself. Errors: UsageError naming --faults."""
    try:
        if os.path.isfile(text):  # of a text too long for a name: False
            text = pathlib.Path(text).read_text("utf-8")
        elif re.fullmatch(r"\S*", text):
            raise UsageError(f"no file '{text}', and no faults like 'every 1s all cut 0..0.3'")
        return parse(text)
    except UsageError as error:
        raise UsageError(f"--faults: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--faults: cannot read '{text}': {error}") from None


def check_nodes(script: Script, nodes: int) -> None:
    """Errors: UsageError for a node that the address book lacks."""
    for rule in script.rules:
        for node in [*(rule.edge or ()), *([] if rule.node is None else [rule.node])]:
            if node >= nodes:
                raise UsageError(f"--faults: '{rule.text}': the nodes are 0..{nodes - 1}")
