"""What a dialler said first, said again to the same node on a connection of its own."""

import selectors
import socket


class Replay:
    """Piece by piece, each after an answer, as the dialler did; then it stays, and only listens.

    pieces  as they were read; address of (family, socket address)
    """

    def __init__(self, proxy, pieces: list[bytes], address: tuple):
        self.proxy, self.closed = proxy, False
        self._pieces = list(pieces)
        self._link = socket.socket(address[0], socket.SOCK_STREAM)
        self._link.setblocking(False)
        self._link.connect_ex(address[1])
        proxy.selector.register(self._link, selectors.EVENT_WRITE, self)

    def ready(self, link: socket.socket, events: int, now: float) -> None:
        try:
            if events & selectors.EVENT_READ and not link.recv(1 << 16):
                return self.end()
            if self._pieces:
                link.send(self._pieces.pop(0))
        except OSError:
            return self.end()
        self.proxy.selector.modify(link, selectors.EVENT_READ, self)

    def end(self) -> None:
        if not self.closed:
            self.closed = True
            self.proxy.selector.unregister(self._link)
            self._link.close()
