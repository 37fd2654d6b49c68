#!/usr/bin/env python3
"""Writes the binary seeds of tests/fuzz/corpus; the text seeds there are written by hand.

Small files a parser accepts, and some it refuses late: mutations of them reach deep.
"""

import json
import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def frame(kind: int, ride: bytes = b"", payload: bytes = b"", flags: int = 0) -> bytes:
    """A frame as node/links/wire.h draws it, its checksum left at zero."""
    head = struct.pack("<IBBBBQ", 0x4E4C5453, 1, kind, 0, flags, 7)
    head += struct.pack("<IIIHH", 11, 2, 3, 4, len(ride))
    head += struct.pack("<IIII", 1, len(payload), 5, 6) + bytes(16)
    return head + ride + payload


def npy(header: str, values: bytes, version: int = 1) -> bytes:
    width = "<H" if version == 1 else "<I"
    text = header.encode() + b" " * (-(len(header) + 9 + struct.calcsize(width)) % 16) + b"\n"
    return b"\x93NUMPY" + bytes((version, 0)) + struct.pack(width, len(text)) + text + values


def safetensors(header: dict, values: bytes) -> bytes:
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + values


def ride(table: int) -> bytes:
    return struct.pack("<II7d", 1, 2, 0.5, 1.5, 2.5, 1.0, 0.25, 0.25, 0.125) + bytes(8 * table)


def doubles(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}d", *values)


SEEDS = {
    # The first byte: where the message is cut into two parts, 255 for one.
    "header/beat": b"\xff" + frame(4, payload=b'{"step":3}'),
    "header/data_in_one_part": b"\xff" + frame(5, bytes(16), doubles(1, 2, 3)),
    "header/data_in_two_parts": b"\x50" + frame(5, bytes(16), doubles(1, 2, 3)),
    "header/header_checksum": b"\x40" + frame(5, b"", doubles(1, 2), 0x80),
    "header/hello": b"\xff" + frame(1, payload=b'{"id":1}'),
    "header/done": b"\xff" + frame(9, flags=1),
    "messages/ride_of_no_table": b"\x00\x00" + ride(0),
    "messages/ride_of_three": b"\x03\x03" + ride(3),
    "idx/images": struct.pack(">HBBIII", 0, 8, 3, 2, 2, 3) + bytes(range(12)),
    "idx/labels": struct.pack(">HBBI", 0, 8, 1, 4) + bytes((3, 1, 2, 0)),
    "idx/float64": struct.pack(">HBBII", 0, 14, 2, 2, 2) + struct.pack(">4d", 1, 2, 3, 4),
    "idx/too_short": struct.pack(">HBBII", 0, 13, 2, 3, 2) + bytes(8),
    "npy/matrix": npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", doubles(*range(6))
    ),
    "npy/fortran": npy(
        "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }", struct.pack("<6f", *range(6))
    ),
    "npy/labels": npy(
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", struct.pack("<3q", 1, 0, 1)
    ),
    "npy/version_2": npy(
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", bytes((1, 2, 3, 4)), 2
    ),
    "safetensors/model": safetensors(
        {
            "__metadata__": {"format": "starling"},
            "x": {"dtype": "F64", "shape": [3], "data_offsets": [0, 24]},
        },
        doubles(1, 2, 3),
    ),
    "safetensors/two_tensors": safetensors(
        {
            "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
            "b": {"dtype": "U8", "shape": [], "data_offsets": [16, 17]},
        },
        bytes(17),
    ),
    "safetensors/empty": safetensors(
        {"x": {"dtype": "F64", "shape": [0], "data_offsets": [0, 0]}}, b""
    ),
}

# The bodies of control frames as node/links/messages.cc writes them; the first byte chooses.
RECORD = [0.75, -0.5, 5, 1.0, 0.01, 1.0, 0.01]
BODIES = {
    "greeting": {
        "id": 1,
        "instance": "0123456789abcdef0123456789abcdef",
        "nonce": 17,
        "window": 4,
        "counter": 2,
        "view": 9,
        "shared": {"shared.seed": "1", "shared.name": '"heart"'},
        "expected": [[0, 7], [1, 0]],
        "done": 0,
    },
    "refusal": {"code": 2, "reason": "shared.seed: 1 here, 2 there"},
    "state": {
        "edges": [[0, 1, 2, 0, 0], [1, 2, 3, 2, 40]],
        "nodes": [
            {"id": 0, "samples": 10},
            {"id": 1, "samples": 12, "view": 9, "age": 4, "record": RECORD},
        ],
    },
    "done": {"step": 120, "code": 4, "status": "failed", "reason": "lost node 5"},
    "beat": {"step": 12, "waiting_s": 0.25, "computing_s": 0.0, "waiting_for": 3},
}


def main() -> None:
    for name, body in BODIES.items():
        SEEDS[f"messages/{name}"] = name[:1].encode() + json.dumps(body).encode()
    for name, seed in SEEDS.items():
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seed)
    print(f"{len(SEEDS)} seeds in {CORPUS}")


if __name__ == "__main__":
    main()
