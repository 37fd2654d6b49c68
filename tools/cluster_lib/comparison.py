"""What the same run would have cost with plain gossip, measured rather than guessed."""

import json
import subprocess

from cluster_lib import run_folder
from cluster_lib.arguments import Arguments
from cluster_lib.errors import RunError
from cluster_lib.summary import amount, count


def plain_run(arguments: Arguments) -> dict:
    """The run's own configuration in the lockstep simulator, with plain gossip.

    Method, target and budget are the same. Gossip steps per mix and step size follow their "auto"
    rules, as they would in a cluster. Errors: RunError with the simulator's last line.
    """
    simulator = run_folder.program(arguments, "starling-sim")
    command = [str(simulator), "--config", str(arguments.out / "config.toml"), "--json"]
    command += ["--set", "shared.mixing.acceleration=none"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode not in (0, 3):  # 3: the budget was spent, which is an answer
        lines = done.stderr.strip().splitlines() or [f"starling-sim ended with {done.returncode}"]
        raise RunError(lines[-1])
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise RunError("starling-sim --json printed no JSON") from None


def rows(accelerated: dict, plain: dict) -> list[tuple[str, str]]:
    """Lines for the table. Of a plain run that missed the target the figures are lower bounds."""
    steps, gossip = plain.get("steps"), plain.get("gossip_steps")
    missed = plain.get("status") not in ("converged", "stopped")
    bound = "more than " if missed else ""
    table = [("with plain gossip: steps", f"{bound}{count(steps)}")]
    ratio = ""
    if isinstance(gossip, int) and accelerated.get("gossip_steps"):
        ratio = f" ({gossip / accelerated['gossip_steps']:.2g} times as many)"
    table.append(("with plain gossip: gossip steps", f"{bound}{count(gossip)}{ratio}"))
    # The simulator sends nothing: a gossip step is charged what one cost in the cluster.
    if (
        isinstance(gossip, int)
        and accelerated.get("gossip_steps")
        and accelerated.get("bytes_sent")
    ):
        bytes_sent = gossip * accelerated["bytes_sent"] / accelerated["gossip_steps"]
        table.append(("with plain gossip: bytes", f"{bound or 'about '}{amount(bytes_sent)}"))
    return table
