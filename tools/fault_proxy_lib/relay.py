"""One connection that passes through: two sockets, and a pipe for each direction."""

import errno
import selectors
import socket
import struct
from collections import deque

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
PIECE = 65536  # bytes read at once
HELD = 1 << 20  # bytes under way in one direction; a sender waits beyond
HANDSHAKE = 8192  # bytes of each direction that flips spare and that count for no rule
_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Pipe:
    """One direction of one connection: what was read waits here until its way lets it go.

    way  delay, rate, flips and standstill of this direction of the edge (way.py)
    """

    def __init__(self, relay: "Relay", source: socket.socket, sink: socket.socket, way):
        self.relay, self.source, self.sink, self.way = relay, source, sink, way
        self.queue: deque[tuple[float, bytes]] = deque()  # when due, and what; b"" is the end
        self.held = 0
        self.passed = 0  # bytes read since the connection began
        self.ended = False  # the source will say no more
        self.blocked = False  # the sink takes nothing now
        self.awaits_due = False

    def may_read(self) -> bool:
        return not self.ended and not self.way.stands_still and self.held < HELD

    def read(self, now: float) -> None:
        try:
            data = self.source.recv(self.way.piece(PIECE))
        except BlockingIOError:
            return
        except OSError:
            return self.relay.end()
        if data:
            if self is self.relay.out and self.passed < HANDSHAKE:
                self.relay.first_words.append(data)
            data = self.way.altered(data, self.passed)
            self.passed += len(data)
            self.held += len(data)
        else:
            self.ended = True
        self.queue.append((self.way.due(len(data), now), data))
        self.write(now)

    def write(self, now: float) -> None:
        """Hands on what is due."""
        self.blocked = False
        while self.queue and not self.way.stands_still and not self.relay.closed:
            due, data = self.queue[0]
            if due > now:
                if not self.awaits_due:
                    self.awaits_due = True
                    self.relay.proxy.call_at(due, self.resume)
                break
            if not self._send(due, data):
                break
        if not self.relay.closed:
            self.relay.watch()

    def resume(self, now: float) -> None:
        self.awaits_due = False
        if not self.relay.closed:
            self.write(now)

    def _send(self, due: float, data: bytes) -> bool:
        """Whether all of it went."""
        try:
            if not data:
                self.sink.shutdown(socket.SHUT_WR)
                self.queue.popleft()
                self.relay.half_closed()
                return True
            sent = self.sink.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.relay.end()
            return False
        self.held -= sent
        if sent == len(data):
            self.queue.popleft()
        else:
            self.queue[0] = (due, data[sent:])
            self.blocked = True
        self.way.carried(sent, counted=self.passed > HANDSHAKE)
        return not self.blocked


class Relay:
    """From the node that dialled to the node it meant."""

    def __init__(self, proxy, edge, dialled: socket.socket, target, way_out, way_back):
        self.proxy, self.edge, self.target, self.closed = proxy, edge, target, False
        self.near = dialled
        self.far = socket.socket(target[0], socket.SOCK_STREAM)
        self.connected = False
        self._half_closed = 0
        self._watched: dict[socket.socket, int] = {}
        for end in (self.near, self.far):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.out = Pipe(self, self.near, self.far, way_out)
        self.back = Pipe(self, self.far, self.near, way_back)
        self.first_words: list[bytes] = []  # what a replay says again
        edge.relays.add(self)
        if self.far.connect_ex(target[1]) not in (0, errno.EINPROGRESS):
            return self.unreachable()
        self.watch()

    def watch(self) -> None:
        """Asks the selector for exactly what can go on."""
        if not self.connected:
            return self._watch(self.far, WRITE)
        for end, reads, writes in (
            (self.near, self.out, self.back),
            (self.far, self.back, self.out),
        ):
            wants_write = writes.blocked and not writes.way.stands_still
            self._watch(end, READ * reads.may_read() | WRITE * wants_write)

    def _watch(self, end: socket.socket, events: int) -> None:
        before = self._watched.get(end, 0)
        if events == before:
            return
        selector = self.proxy.selector
        if not events:
            selector.unregister(end)
        elif before:
            selector.modify(end, events, self)
        else:
            selector.register(end, events, self)
        self._watched[end] = events

    def ready(self, end: socket.socket, events: int, now: float) -> None:
        """What the selector found."""
        if not self.connected:
            if self.far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return self.unreachable()
            self.connected = True
            return self.watch()
        reads, writes = (self.out, self.back) if end is self.near else (self.back, self.out)
        if events & READ and not self.closed:
            reads.read(now)
        if events & WRITE and not self.closed:
            writes.write(now)

    def unreachable(self) -> None:
        self.edge.count["unreachable"] += 1
        self.end()

    def half_closed(self) -> None:
        self._half_closed += 1
        if self._half_closed == 2:
            self.end(polite=True)

    def end(self, polite: bool = False) -> None:
        """Both sockets go: with RST, or politely with FIN."""
        if self.closed:
            return
        self.closed = True
        self.edge.relays.discard(self)
        for end in (self.near, self.far):
            self._watch(end, 0)
            try:
                if polite:
                    end.shutdown(socket.SHUT_RDWR)
                else:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
            except OSError:
                pass  # it has gone already
            end.close()
