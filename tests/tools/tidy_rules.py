"""The rules that a reader should not have to look for, each a function from text to complaints.

Every rule takes a path inside the project and the text; it returns (line, complaint) pairs.
"""

import re

ROOMS = ("topology", "consensus", "cuda", "node", "tools")
COLUMNS = 100
LINES = 400
CODE = (".h", ".cc", ".cu")

# Each outside library has one door: what may include it.
DOORS = {
    r"<zmq\.|zmq": r"node/exchange/zmq_|tools/bench/|tests/node/",
    r"<gtest/|gmock": r"tests/",
    r"<benchmark/": r"tools/bench/",
    r"<toml": r"node/|tests/node/",
    r"<spdlog/": r"node/",
    r"<Spectra/": r"topology/|tests/topology/",
    r"<Random123/": r"topology/|tests/topology/",
    r"<zlib": r"node/|tests/node/",
    r"<boost/program_options": r"node/|tools/",
    r"<cuda|<cublas": r"cuda/",
}

# What values-in, values-out rooms do not know. Threads may work inside a kernel or an objective.
IMPURE = (
    r"<(chrono|ctime|time\.h|random|fstream|filesystem|iostream|unistd\.h|sys/socket\.h"
    r"|thread|mutex|condition_variable|future)>"
)
PURE_EXCEPT = {
    r"consensus/(kernels|objectives)/": r"<(thread|mutex|condition_variable)>",
    r"consensus/pool": r"<mutex>",
}

# Written in halves, so that this file passes its own rule.
LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|^\s*#\s*if 0\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])')


def _lines(text):
    return enumerate(text.split("\n"), 1)


def line_length(path, text):
    return [
        (n, f"{len(line)} columns, at most {COLUMNS}")
        for n, line in _lines(text)
        if len(line) > COLUMNS
    ]


def white_space(path, text):
    found = [(n, "a tab") for n, line in _lines(text) if "\t" in line]
    found += [(n, "white space at the end") for n, line in _lines(text) if line != line.rstrip()]
    if text and not text.endswith("\n"):
        found.append((text.count("\n") + 1, "no newline at the end"))
    return found


def leftovers(path, text):
    return [
        (n, "a leftover: do it or make it an issue")
        for n, line in _lines(text)
        if LEFTOVER.search(line)
    ]


def file_length(path, text):
    count = text.count("\n")
    if path.startswith("tests/"):  # one claim after the other: length is no second idea
        return []
    return [(count, f"{count} lines, at most {LINES}: two ideas?")] if count > LINES else []


def header_guard(path, text):
    if not path.endswith(".h"):
        return []
    if path.endswith("_body.h"):  # included several times on purpose
        return []
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL).strip()
    guarded = code.startswith(
        ("#pragma once", "#ifndef ")
    )  # the second for headers that C reads, too
    return [] if guarded else [(1, "a header begins with #pragma once")]


def include_direction(path, text):
    """tools -> node -> cuda -> consensus -> topology: a room includes itself and those below."""
    room = path.split("/")[0]
    if room not in ROOMS:
        return []
    found = []
    for n, line in _lines(text):
        included = INCLUDE.match(line)
        target = included.group(1)[1:].split("/")[0] if included else ""
        if (
            included
            and included.group(1)[0] == '"'
            and target in ROOMS
            and ROOMS.index(target) > ROOMS.index(room)
        ):
            found.append((n, f"{room}/ includes {target}/: includes go down only"))
        if included and included.group(1).startswith('"../'):
            found.append((n, "includes are written from the project's root"))
    return found


def library_doors(path, text):
    found = []
    for n, line in _lines(text):
        included = INCLUDE.match(line)
        if not included:
            continue
        for library, door in DOORS.items():
            name = included.group(1)
            if (
                name[0] == "<"
                and re.match(library if library[0] == "<" else "<" + library, name)
                and not re.match(door, path)
            ):
                found.append((n, f"{name} does not come in by its door ({door})"))
                break
    return found


def pure_rooms(path, text):
    if path.split("/")[0] not in ("topology", "consensus"):
        return []
    found = []
    for n, line in _lines(text):
        included = INCLUDE.match(line)
        if not included or not re.match(IMPURE, included.group(1)):
            continue
        allowed = any(
            re.match(place, path) and re.match(names, included.group(1))
            for place, names in PURE_EXCEPT.items()
        )
        if not allowed:
            found.append(
                (n, f"{included.group(1)}: this room knows no clock, file, thread or randomness")
            )
    return found


COMMON = (white_space, leftovers)
BY_KIND = {
    ".h": (line_length, file_length, header_guard, include_direction, library_doors, pure_rooms),
    ".cc": (line_length, file_length, include_direction, library_doors, pure_rooms),
    ".cu": (line_length, file_length, include_direction, library_doors, pure_rooms),
    ".py": (line_length, file_length),
    ".sh": (line_length, file_length),
    ".md": (),
    ".cmake": (),
    ".toml": (),
    ".txt": (),
}


def check(path, text, kind):
    """All complaints about one file as 'path:line: complaint'."""
    found = []
    for rule in COMMON + BY_KIND[kind]:
        found += rule(path, text)
    return [f"{path}:{n}: {complaint}" for n, complaint in sorted(found)]
