"""Waiting for the nodes: every wait has a limit and a reason that is said."""

import signal
import time
from dataclasses import dataclass

from cluster_lib.children import Children


@dataclass(frozen=True)
class Limits:
    """Seconds."""

    before_start: float = 8.0  # after a node failed and none had begun: for the others' own words
    no_progress: float = 10.0  # after a node failed in a begun run: for the others to move or end
    to_stop: float = 60.0  # after Ctrl-C: the agreed stop takes a lap and a last write
    to_end: float = 5.0  # between SIGTERM and SIGKILL


class Watch:
    """Runs until the last child has ended.

    The first Ctrl-C (or SIGTERM to this script) asks for the agreed stop, the second kills.
    """

    def __init__(self, children: Children, display, limits: Limits):
        self._children, self._display, self._limits = children, display, limits
        self.killed_by_user = False
        self.reason = ""  # why nodes were ended by us, if they were
        self._failed_at: float | None = None
        self._stop_until: float | None = None  # the agreed stop is awaited until then
        self._kill_at: float | None = None  # SIGTERM was sent; SIGKILL follows then

    def __enter__(self):
        self._previous = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        return self

    def __exit__(self, *_):
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def run(self, killed=lambda node: None) -> None:
        """killed(node): a node was killed as asked; it may be started again."""
        told: set[int] = set()
        while self._children.running():
            self._children.listen(0.1)
            for child in self._children.all:
                if child.killed_as_asked and child.id not in told:
                    told.add(child.id)
                    killed(child.id)
            self._mind_limits(time.monotonic())
            self._display.show(self._children.all)
        self._children.drain()
        self._display.finish()

    def _on_signal(self, number, frame) -> None:
        if self._stop_until is None:
            self._stop_until = time.monotonic() + self._limits.to_stop
            self._display.note("stopping: the nodes agree on a last step (Ctrl-C again kills them)")
            self._children.signal(signal.SIGINT)
        else:
            self.killed_by_user = True
            self.reason = "killed by a second Ctrl-C"
            self._children.end(signal.SIGKILL)

    def _mind_limits(self, now: float) -> None:
        if self._kill_at is not None:
            if now > self._kill_at:
                self._children.end(signal.SIGKILL)
        elif self._stop_until is not None:
            if now > self._stop_until:
                self._end(f"ended: no agreed stop within {self._limits.to_stop:g} s", now)
        elif any(c.code not in (None, 0) and not c.killed_as_asked for c in self._children.all):
            self._failed_at = self._failed_at or now
            self._mind_failure(now)

    def _mind_failure(self, now: float) -> None:
        """A node failed. The others notice it themselves; here is only the limit to that."""
        if not self._children.started:
            if now > self._failed_at + self._limits.before_start:
                self._end("ended: another node failed before the run began", now)
            return
        quiet_since = max(
            [self._failed_at, *(child.moved_at for child in self._children.running())]
        )
        if now > quiet_since + self._limits.no_progress:
            self._end(
                f"ended: no progress for {self._limits.no_progress:g} s after a node failed", now
            )

    def _end(self, reason: str, now: float) -> None:
        self.reason = reason
        self._children.end(signal.SIGTERM)
        self._kill_at = now + self._limits.to_end
