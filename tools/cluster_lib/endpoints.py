"""Addresses for the nodes of one machine that nobody else has."""

import contextlib
import pathlib
import random
import shutil
import socket
import tempfile


def _ports_never_given_out() -> range:
    """Ports below those the kernel hands to outgoing connections.

    A port from bind(0) lies among those: between our letting go of it and the node's taking it,
    another node's outgoing connection could land on it.
    """
    try:
        text = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
        low = int(text.split()[0])
    except (OSError, ValueError, IndexError):
        low = 32768
    return range(10240, low) if low > 12000 else range(10240, 32768)


class TcpEndpoints:
    """n addresses tcp://127.0.0.1:PORT, each held by a bound socket until `release`."""

    def __init__(self, nodes: int):
        self._held: list[socket.socket] = []
        self.addresses: list[str] = []
        choice = random.SystemRandom()  # two clusters started at once look in different places
        ports = _ports_never_given_out()
        for port in choice.sample(ports, len(ports)):
            if len(self.addresses) == nodes:
                break
            holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                holder.bind(("127.0.0.1", port))
            except OSError:
                holder.close()
                continue
            self._held.append(holder)
            self.addresses.append(f"tcp://127.0.0.1:{port}")
        if len(self.addresses) < nodes:
            self.release()
            raise OSError(f"no {nodes} free ports among {ports.start}..{ports.stop - 1}")

    def release(self) -> None:
        """Called just before the nodes start: from here on the ports are theirs."""
        while self._held:
            self._held.pop().close()

    def take(self) -> list[socket.socket]:
        """The sockets themselves, for who listens on them: from here on they are the caller's."""
        held, self._held = self._held, []
        return held

    def close(self) -> None:
        self.release()


class IpcEndpoints:
    """n addresses ipc://FILE in a folder of their own, removed by `close`.

    Not in the run folder: a socket's path has at most 107 characters.
    """

    def __init__(self, nodes: int):
        self._folder = tempfile.mkdtemp(prefix="starling-")
        self.addresses = [f"ipc://{self._folder}/{i}" for i in range(nodes)]

    def release(self) -> None:
        pass

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def open_endpoints(transport: str, nodes: int):
    """A context that holds the addresses and tidies up after them."""
    make = IpcEndpoints if transport == "ipc" else TcpEndpoints
    return contextlib.closing(make(nodes))
