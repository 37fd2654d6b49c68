"""Strangers at a node's port: raw sockets, and ZMTP 3 spoken by hand."""

import contextlib
import random
import socket
import struct
import threading

GREETING = (
    b"\xff\0\0\0\0\0\0\0\1\x7f"  # signature
    + b"\3\1"  # version
    + b"NULL".ljust(20, b"\0")
    + b"\0"  # no server
    + bytes(31)
)


def ready(socket_type: bytes = b"DEALER") -> bytes:
    """The READY command of the NULL mechanism."""
    body = b"\5READY\x0bSocket-Type" + struct.pack(">I", len(socket_type)) + socket_type
    body += b"\x08Identity" + struct.pack(">I", 0)
    return bytes([4, len(body)]) + body


def message(*parts: bytes) -> bytes:
    """Parts as ZMTP frames; long ones with eight bytes of length."""
    text = b""
    for at, part in enumerate(parts):
        more = int(at + 1 < len(parts))
        if len(part) < 256:
            text += bytes([more, len(part)]) + part
        else:
            text += bytes([more | 2]) + struct.pack(">Q", len(part)) + part
    return text


def connect(port: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port), timeout=5)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def pour(port: int, chunks, start: bytes = b"") -> int:
    """Connects, says `start` once it was greeted, then the chunks: the bytes that were taken.

    A node that hangs up ends it, and so does one that takes nothing for five seconds.
    """
    taken = 0
    with contextlib.suppress(OSError), connect(port) as link:
        if start:
            link.sendall(start[: len(GREETING)])
            while taken < len(GREETING) and (heard := link.recv(1 << 16)):
                taken += len(heard)
            link.sendall(start[len(GREETING) :])
            taken = len(start)
        for chunk in chunks:
            at = 0
            while at < len(chunk):
                at += (sent := link.send(chunk[at:]))
                taken += sent
    return taken


PING = bytes([4, 11]) + b"\4PING\0\0here"


def say(port: int, text: bytes) -> None:
    """Connects, says it, leaves. A node that hangs up is no error."""
    with contextlib.suppress(OSError), connect(port) as link:
        link.sendall(text)


def converse(port: int, text: bytes) -> bool:
    """A whole handshake, then the text, then a ping: whether the node has read all of it."""
    heard = b""
    with contextlib.suppress(OSError), connect(port) as link:
        link.settimeout(0.5)
        link.sendall(GREETING)
        for wanted, answer in ((b"NULL", ready()), (b"READY", text + PING), (b"PONG", b"")):
            while wanted not in heard:
                more = link.recv(1 << 16)
                if not more:
                    return False
                heard += more
            link.sendall(answer)
    return b"PONG" in heard


def header(chance: random.Random, frame_type: int, payload: bytes, magic: bytes) -> bytes:
    """64 bytes in the shape of a frame's header, with a checksum that is not one."""
    return (
        magic
        + bytes([1, frame_type, 0, chance.randrange(256)])
        + struct.pack("<QII", chance.getrandbits(64), chance.getrandbits(32), chance.randrange(8))
        + struct.pack("<IHHI", chance.randrange(4), chance.randrange(9), 0, chance.randrange(4))
        + struct.pack("<III", len(payload), chance.randrange(9), chance.randrange(9))
        + struct.pack("<QQ", 0, chance.getrandbits(64))
    )


class Vandal:
    """Goes round all kinds of nonsense at the given ports until told to stop.

    Seeded: the bytes are the same in every run; how many fit in is the machine's affair.
    """

    def __init__(self, ports: list[int], seed: int, magic: bytes = b"STLN"):
        self._ports, self._chance, self._magic = ports, random.Random(seed), magic
        self._stop = threading.Event()
        self._held: list[socket.socket] = []
        self.rounds = 0  # how often every kind was tried on some port
        self.answers = {port: 0 for port in ports}  # conversations the node has read to the end
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(60)
        for link in self._held:
            link.close()

    def _work(self):
        while not self._stop.is_set():
            self._round(self._ports[self.rounds % len(self._ports)])
            self.rounds += 1

    def _round(self, port: int):
        chance = self._chance
        # No ZMTP at all.
        say(port, chance.randbytes(chance.randrange(1, 5000)))
        say(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        say(port, b"")
        # Half a handshake; some of these connections stay open.
        with contextlib.suppress(OSError):
            link = connect(port)
            link.sendall(GREETING[: chance.randrange(1, 64)])
            if len(self._held) < 20:
                self._held.append(link)
            else:
                link.close()
        say(port, GREETING.replace(b"NULL", b"EVIL"))
        say(port, GREETING + b"\4\xff" + chance.randbytes(40))
        # A whole handshake, then frames that mean nothing.
        self.answers[port] += converse(port, message(b"hello?"))
        self.answers[port] += converse(port, message(b"") * 100)
        text = message(*[chance.randbytes(chance.randrange(400)) for _ in range(9)])
        self.answers[port] += converse(port, text)
        self.answers[port] += converse(port, message(chance.randbytes(100_000)))
        for frame_type in range(11):
            body = chance.randbytes(chance.randrange(200))
            head = header(chance, frame_type, body, self._magic)
            self.answers[port] += converse(port, message(head + body) + message(head, body))
            self.answers[port] += converse(port, message(head[:40]))
        # Lengths that are not meant: more than a node takes, and a part that never ends.
        converse(port, b"\2" + struct.pack(">Q", 1 << 60) + chance.randbytes(1000))
        say(port, GREETING + ready() + b"\2" + struct.pack(">Q", 200_000) + bytes(1000))
