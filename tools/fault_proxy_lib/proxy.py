"""The loop: sockets and timers in one thread."""

import heapq
import itertools
import selectors
import socket
import time

from fault_proxy_lib.edge import COUNTED, Edge
from fault_proxy_lib.replay import Replay
from fault_proxy_lib.script import Script


class Proxy:
    """Stands between the nodes until told to stop.

    The script's time begins with the first connection.
    """

    def __init__(self, script: Script):
        self.script = script
        self.selector = selectors.DefaultSelector()
        self.edges: dict[tuple[int, int], Edge] = {}
        self._timers: list = []
        self._numbers = itertools.count()
        self._early: list = []  # (wait, call) until the first connection
        self._began: float | None = None
        self._stopped = False
        self.replays: list[Replay] = []

    def add(self, dialler: int, node: int, listener: socket.socket, target: tuple) -> None:
        """Whoever connects to `listener` is node `dialler` and means `node` at the target.

        target  (address family, socket address)
        """
        i, j = min(dialler, node), max(dialler, node)
        if (i, j) not in self.edges:
            self.edges[i, j] = edge = Edge(self, i, j, self.script.seed)
            for number, rule in enumerate(self.script.rules):
                if rule.ways(i, j):
                    edge.add_rule(number, rule)
        edge, way = self.edges[i, j], (dialler, node)
        edge.listeners[way], edge.targets[way] = listener, target
        # The listener takes its port back after it has refused, while old connections have it, too.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listen(listener, (edge, way))

    def listen(self, listener: socket.socket, key: tuple) -> None:
        listener.listen(128)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, key)

    def call_at(self, when: float, call) -> None:
        """call(now) from the loop, not before `when`."""
        heapq.heappush(self._timers, (when, next(self._numbers), call))

    def after_begin(self, wait: float, call) -> None:
        if self._began is None and wait > 0:
            self._early.append((wait, call))
        else:
            self.call_at((self._began or 0.0) + wait, call)

    def stop(self) -> None:
        self._stopped = True

    def run(self) -> None:
        while not self._stopped:
            now = time.monotonic()
            while self._timers and self._timers[0][0] <= now:
                heapq.heappop(self._timers)[2](now)
            wait = min(self._timers[0][0] - now, 0.2) if self._timers else 0.2
            for key, events in self.selector.select(max(wait, 0.0)):
                now = time.monotonic()
                if isinstance(key.data, tuple):
                    self._accept(*key.data, now)
                elif not key.data.closed:
                    key.data.ready(key.fileobj, events, now)

    def _accept(self, edge: Edge, way: tuple[int, int], now: float) -> None:
        if self._began is None:
            self._began = now
            for wait, call in self._early:
                self.call_at(now + wait, call)
        edge.accept(way, now)

    def close(self) -> None:
        for edge in self.edges.values():
            for relay in list(edge.relays):
                relay.end()
            for listener in edge.listeners.values():
                listener.close()
        for replay in self.replays:
            replay.end()
        self.selector.close()

    def report(self) -> dict:
        """What it did: of all edges and, of those that saw a connection, of each."""
        used = {f"{i}-{j}": e.count for (i, j), e in self.edges.items() if e.count["connections"]}
        seconds = 0.0 if self._began is None else time.monotonic() - self._began
        return {
            "seed": self.script.seed,
            "seconds": round(seconds, 3),
            "total": {name: sum(count[name] for count in used.values()) for name in COUNTED},
            "edges": {name: dict(count) for name, count in used.items()},
        }
