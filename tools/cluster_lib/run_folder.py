"""The run folder: effective configuration, address book, and nothing left of an earlier run."""

import pathlib
import re
import shutil
import subprocess
import tomllib

from cluster_lib.arguments import Arguments
from cluster_lib.errors import RunError, UsageError
from cluster_lib.keys import address_book


def program(arguments: Arguments, name: str) -> pathlib.Path:
    """The absolute path of one of our programs. Errors: RunError when it was not built."""
    path = (arguments.programs / name).absolute()
    if not path.is_file():
        raise RunError(f"no {name} in {arguments.programs}; tools/build makes it, --bin says where")
    return path


def _overridden(arguments: Arguments) -> list[str]:
    command = [
        str(program(arguments, "starling-node")),
        "--config",
        str(arguments.config),
        "--id",
        "0",
    ]
    for item in arguments.overrides:
        command += ["--set", item]
    return command


def effective_config(arguments: Arguments) -> str:
    """The user's file with defaults and overrides merged, by the node: there is one reading of it.

    Errors  UsageError with the node's own line for a bad key or value.
    """
    done = subprocess.run(
        [*_overridden(arguments), "--print-config"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"starling-node ended with {done.returncode}"]
        line = re.sub(r"^starling-node: ", "", lines[-1])
        raise (UsageError if done.returncode == 2 else RunError)(line)
    return done.stdout


def check_config(arguments: Arguments) -> int:
    """Lets a node check the configuration; its messages and its code are the answer."""
    return subprocess.run([*_overridden(arguments), "--check"], check=False).returncode


def nodes_of(config: dict) -> int:
    """How many nodes the configuration asks for; a graph file says it in its own header."""
    topology = config.get("shared", {}).get("topology", {})
    if topology.get("file"):
        try:
            with open(topology["file"], encoding="utf-8") as lines:
                for line in lines:
                    found = re.match(r"#\s*nodes\s+(\d+)", line)
                    if found:
                        return int(found.group(1))
        except OSError as error:
            raise UsageError(
                f"shared.topology.file: {error.strerror}: '{error.filename}'"
            ) from None
    nodes = topology.get("nodes", 0)
    if not isinstance(nodes, int) or nodes < 1:
        raise UsageError("shared.topology.nodes: missing; say --nodes N")
    return nodes


def without_address_book(text: str) -> str:
    """The configuration without its [[node]] tables: here every node lives on this machine.

    Without its secret key as well, which belongs to one of them.
    """
    kept, inside = [], False
    for line in text.splitlines():
        if re.match(r"\s*\[", line):
            inside = re.match(r"\s*\[\[?\s*node\s*[\].]", line) is not None
        if not inside and not re.match(r"secret_key_file\s*=", line):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n"


def _clear_node(folder: pathlib.Path) -> None:
    """All but the checkpoints."""
    for entry in folder.iterdir():
        if entry.name == "checkpoints":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def prepare(folder: pathlib.Path, config: dict, nodes: int) -> None:
    """Makes the folder; of an earlier run in it, removes exactly what a run writes, nothing else.

    Left-over models of an earlier, larger run would be taken for results of this one. Checkpoints
    stay where this run keeps them, too: it may go on from there.
    """
    keeps = config.get("shared", {}).get("membership", {}).get("checkpoint_every", 0) > 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for entry in folder.iterdir():
            if re.fullmatch(r"node-\d+", entry.name) and entry.is_dir() and not entry.is_symlink():
                if keeps and int(entry.name[5:]) < nodes:
                    _clear_node(entry)
                else:
                    shutil.rmtree(entry)
            elif entry.name == "faults" and entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name in ("summary.json", "report.html", "config.toml", "topology.edges"):
                entry.unlink()
    except OSError as error:
        raise RunError(f"--out: {error.strerror}: '{error.filename}'") from None


def write_config(
    folder: pathlib.Path, text: str, addresses: list[str], public_keys: list[str] | None = None
) -> pathlib.Path:
    """Writes FOLDER/config.toml: the effective configuration and one [[node]] table per address."""
    path = folder / "config.toml"
    try:
        book = address_book(addresses, public_keys)
        path.write_text(without_address_book(text) + book, encoding="utf-8")
    except OSError as error:
        raise RunError(f"--out: {error.strerror}: '{path}'") from None
    return path


def parse_config(text: str) -> dict:
    """The effective configuration as nested tables. Errors: RunError: its printer is at fault."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RunError(f"starling-node --print-config printed no TOML: {error}") from None
