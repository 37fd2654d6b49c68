"""Encryption between the nodes of one machine, with key pairs made for one run."""

import contextlib
import pathlib
import subprocess
import tempfile
import tomllib

from cluster_lib.errors import RunError


class Keys:
    """One CURVE key pair per node in a folder of their own, gone with `close`.

    program   starling-topology, which makes them
    public    the public keys, by node
    Errors    RunError with its own line when it cannot.
    """

    def __init__(self, program: pathlib.Path, nodes: int):
        self._home = tempfile.TemporaryDirectory(prefix="starling-keys-")
        self._folder = pathlib.Path(self._home.name) / "keys"
        done = subprocess.run(
            [str(program), "keys", "--nodes", str(nodes), "--output", str(self._folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.close()
            raise RunError(done.stderr.strip() or f"{program} keys ended with {done.returncode}")
        book = tomllib.loads((self._folder / "public_keys.toml").read_text(encoding="utf-8"))
        self.public = [node["public_key"] for node in book["node"]]

    def secret_file(self, node: int) -> pathlib.Path:
        return self._folder / f"node-{node}.secret"

    def options(self, node: int) -> list[str]:
        """What its starling-node has to be told."""
        return ["--set", f"local.secret_key_file={self.secret_file(node)}"]

    def close(self) -> None:
        self._home.cleanup()


class NoKeys:
    """The same in the clear."""

    public = None

    @staticmethod
    def options(_node: int) -> list[str]:
        return []


def make_keys(wanted: bool, program: pathlib.Path, nodes: int):
    """A context that holds the keys and tidies up after them."""
    return contextlib.closing(Keys(program, nodes)) if wanted else contextlib.nullcontext(NoKeys())


def address_book(addresses: list[str], public: list[str] | None = None) -> str:
    """One [[node]] table per address, with its key where there are keys."""
    tables = []
    for i, address in enumerate(addresses):
        key = f'public_key = "{public[i]}"\n' if public else ""
        tables.append(f'\n[[node]]\nid = {i}\nlisten = "{address}"\n{key}')
    return "".join(tables)
