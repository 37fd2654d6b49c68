"""The node processes: started, listened to, told to stop, and never left behind."""

import ctypes
import json
import os
import pathlib
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass, field

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """In the child, before exec: even a SIGKILL of this script leaves nobody behind (Linux)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Child:
    """One node: its process and the newest of what it said."""

    id: int
    process: subprocess.Popen
    kill_at: int | None = None
    progress: dict = field(default_factory=dict)  # the newest line of --progress json
    moved_at: float = 0.0  # when its step last changed
    last_words: str = ""  # last line on stderr
    ended_by_us: bool = False
    _partial: dict = field(default_factory=dict)  # stream name -> bytes of an unfinished line

    @property
    def code(self) -> int | None:
        """The exit code, 128 + n for signal n, None while it runs."""
        code = self.process.returncode
        return code if code is None or code >= 0 else 128 - code

    @property
    def killed_as_asked(self) -> bool:
        return self.kill_at is not None and self.process.returncode == -signal.SIGKILL

    def take(self, stream: str, data: bytes) -> list[str]:
        """The complete lines that `data` finishes."""
        whole = self._partial.get(stream, b"") + data
        *lines, self._partial[stream] = whole.split(b"\n")
        return [line.decode("utf-8", "replace").rstrip("\r") for line in lines]


class Children:
    """All nodes of the run.

    Each is a process group of its own: Ctrl-C on the terminal reaches this script alone, which
    passes it on exactly once, so that a node never takes one key press for two.
    """

    def __init__(self, say):
        self.all: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._say = say  # say(node id, line): a line a node wrote on stderr
        self.started = False  # whether any node has reported a step

    def start(self, node: int, command: list[str], kill_at: int | None) -> None:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
            preexec_fn=die_with_parent,
        )
        child = Child(node, process, kill_at, moved_at=time.monotonic())
        self.all = sorted([c for c in self.all if c.id != node] + [child], key=lambda c: c.id)
        for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, (child, name))

    def running(self) -> list[Child]:
        return [child for child in self.all if child.process.returncode is None]

    def listen(self, timeout: float) -> None:
        """Waits up to `timeout` seconds for something said or ended, and takes note of it."""
        if self._selector.get_map():
            for key, _ in self._selector.select(timeout):
                self._read(key.fileobj, *key.data)
        else:
            time.sleep(min(timeout, 0.05))
        for child in self.all:
            child.process.poll()

    def _read(self, pipe, child: Child, name: str) -> None:
        try:
            data = os.read(pipe.fileno(), 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(pipe)
            pipe.close()
            data = b"\n" if child._partial.get(name) else b""
        for line in child.take(name, data):
            if name == "stdout":
                self._take_progress(child, line)
            elif line.strip():
                child.last_words = line.strip()
                self._say(child.id, line)

    def _take_progress(self, child: Child, line: str) -> None:
        try:
            report = json.loads(line)
        except ValueError:
            return  # not a report, and nothing rests on it
        if not isinstance(report, dict):
            return
        if report.get("step") != child.progress.get("step"):
            child.moved_at = time.monotonic()
        self.started = self.started or bool(report.get("step"))
        child.progress = report

    def signal(self, number: int) -> None:
        for child in self.running():
            child.process.send_signal(number)

    def end(self, number: int) -> None:
        """A signal by our decision: the codes that follow say nothing about the nodes."""
        for child in self.running():
            child.ended_by_us = True
            child.process.send_signal(number)

    def drain(self) -> None:
        """Reads what is left in the pipes of ended processes (a grandchild may hold one open)."""
        until = time.monotonic() + 1.0
        while self._selector.get_map() and time.monotonic() < until:
            self.listen(0.05)

    def close(self) -> None:
        """Whatever happened before: no process and no pipe stays."""
        for child in self.running():
            child.process.kill()
        for child in self.all:
            child.process.wait()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()


def command_of(
    node: int,
    program: pathlib.Path,
    config: pathlib.Path,
    out: pathlib.Path,
    kill_at: int | None,
    awaited: dict[int, int],
) -> list[str]:
    command = [
        str(program),
        "--config",
        str(config),
        "--id",
        str(node),
        "--out",
        str(out),
        "--progress",
        "json",
    ]
    for other, step in awaited.items():
        command += ["--await", f"{other}@{step}"]
    return command + (["--kill-at", str(kill_at)] if kill_at is not None else [])
