"""Address books: each node gets its own, in which all others are reached through the proxy."""

import pathlib
import re
import resource
import socket
import tomllib

from cluster_lib.endpoints import TcpEndpoints
from cluster_lib.errors import RunError, UsageError


def read_addresses(text: str, name: str) -> dict[int, str]:
    """The listen address of each node. Errors: UsageError."""
    try:
        nodes = tomllib.loads(text).get("node", [])
        book = {int(node["id"]): str(node["listen"]) for node in nodes}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"--config: no address book in '{name}': {error}") from None
    if not book:
        raise UsageError(f"--config: no [[node]] in '{name}'")
    for node, address in book.items():
        if not address.startswith("tcp://"):
            raise UsageError(f"--config: node {node} listens on '{address}'; only tcp is proxied")
    return book


def target_of(address: str) -> tuple:
    """tcp://HOST:PORT as (family, socket address). Errors: UsageError."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
    except (OSError, ValueError) as error:
        raise UsageError(f"--config: '{address}': {error}") from None
    return found[0], found[4]


def open_ports(count: int, book: dict[int, str]) -> list[socket.socket]:
    """So many ports of this host that are free and no node's own, bound. Errors: RunError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = 3 * count + 64  # a listener and, at most, two sockets of a connection each
    if soft != resource.RLIM_INFINITY and soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise RunError(
                f"{count} ports need {needed} open files, {hard} are allowed (ulimit -n)"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    try:
        found = TcpEndpoints(count + len(book)).take()
    except OSError as error:
        raise RunError(f"cannot listen: {error}") from None
    own = {int(address.rpartition(":")[2]) for address in book.values()}
    free = [port for port in found if port.getsockname()[1] not in own]
    for port in set(found) - set(free[:count]):
        port.close()
    return free[:count]


def book_for(node: int, text: str, book: dict[int, str], through: dict[int, str]) -> str:
    """The configuration with the others' addresses replaced, all else as it stands."""
    for other, address in through.items():
        if other != node:
            quoted = re.compile(f"""(["']){re.escape(book[other])}\\1""")
            text = quoted.sub(f'"{address}"', text)
    return text


def write_book(folder: pathlib.Path, node: int, text: str) -> None:
    """FOLDER/node-<i>.toml. Errors: RunError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"node-{node}.toml").write_text(text, "utf-8")
    except OSError as error:
        raise RunError(f"--out: {error.strerror}: '{error.filename}'") from None
