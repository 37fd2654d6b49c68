#!/usr/bin/env python3
"""Clusters with keys: the same bytes as in the clear, and nobody inside who does not belong."""

import json
import re
import signal
import subprocess
import sys
import unittest

from harness import ROOT, Cluster, heart, programs, scratch, until

sys.path.insert(0, str(ROOT / "tools"))
from cluster_lib.keys import Keys  # noqa: E402 (the path comes first)

SOON = 30
STEPS = 300
UNKNOWN = "a connection refused: unknown key"


def ended(node) -> str:
    """The last line a node said, once it has ended."""
    return node.errors().strip().splitlines()[-1] if node.errors().strip() else ""


class Encrypted(unittest.TestCase):
    def keyed(self, nodes=5, **more) -> Cluster:
        return Cluster(self, heart(nodes, **{"shared.stop.steps": STEPS, **more}), keys=True)

    def strangers_keys(self, count: int) -> Keys:
        keys = Keys(programs() / "starling-topology", count)
        self.addCleanup(keys.close)
        return keys

    def plain_models(self, nodes=5) -> list[bytes]:
        plain = Cluster(self, heart(nodes, **{"shared.stop.steps": STEPS})).start().finish()
        return [plain.model_bytes(i) for i in range(nodes)]

    def intrude(self, cluster: Cluster, node: int, public: list[str], secret, **changed):
        """A process with the id of a node, a book and a secret key of its own."""
        addresses = [*cluster.addresses]
        addresses[node] = cluster.fresh_addresses(1)[0]
        name = f"intruder-{len(cluster.extra)}.toml"
        config = cluster.write_config(name, addresses, public, **changed)
        label = f"stranger-{len(cluster.extra)}"
        out, told = cluster.folder / label, ["--set", f"local.secret_key_file={secret}"]
        stranger = cluster.launch(node, label, config, out, told)
        cluster.extra.append(stranger)
        return stranger

    def dropped(self, cluster: Cluster, reason: str) -> int:
        return sum(cluster.summary(i)["dropped_frames"].get(reason, 0) for i in cluster.nodes)

    def test_models_are_bit_for_bit_those_of_a_cluster_in_the_clear(self):
        wanted = self.plain_models()
        secret = self.keyed().start().finish()
        for i in range(5):
            self.assertEqual(secret.model_bytes(i), wanted[i], f"node {i}")
            self.assertIn("secret key fits", secret.log(i))
            self.assertNotIn(UNKNOWN, secret.summary(i)["dropped_frames"])

    def test_a_key_that_the_others_do_not_know_is_refused_counted_and_told(self):
        cluster = self.keyed().start([0, 1, 3, 4])
        foreign = self.strangers_keys(1)
        book = [*cluster.keys.public]
        book[2] = foreign.public[0]
        limit = {"local.start_limit": 3.0}
        stranger = self.intrude(cluster, 2, book, foreign.secret_file(0), **limit)
        self.assertEqual(cluster.wait(SOON, [stranger]), {2: 4}, cluster.words())
        self.assertIn("last from node 3: handshake failed: our public key is not", ended(stranger))
        cluster.nodes[2] = cluster.launch(2)
        cluster.finish(SOON)
        self.assertGreater(self.dropped(cluster, UNKNOWN), 0)
        wanted = self.plain_models()
        self.assertEqual([cluster.model_bytes(i) for i in range(5)], wanted)

    def test_the_right_key_with_the_id_of_another_is_refused_and_counted(self):
        cluster = self.keyed().start([0, 1, 3, 4])
        book = [*cluster.keys.public]
        book[2], book[4] = book[4], book[2]  # in its own eyes node 4 is node 2
        liar = self.intrude(cluster, 2, book, cluster.keys.secret_file(4))
        self.assertEqual(cluster.wait(SOON, [liar]), {2: 2}, cluster.words())
        self.assertIn("node 3 refuses: the key is not that of node 2", ended(liar))
        cluster.nodes[2] = cluster.launch(2)
        cluster.finish(SOON)
        reason = "a HELLO with the id of a node whose key it has not"
        self.assertGreater(cluster.summary(3)["dropped_frames"].get(reason, 0), 0)

    def test_an_address_where_another_answers_is_told_and_dialled_again(self):
        cluster = self.keyed(3)
        wrong = self.strangers_keys(3)
        # A process with a foreign key serves as node 1 at first; node 0 must not tell it a thing.
        book = [cluster.keys.public[0], wrong.public[1], cluster.keys.public[2]]
        limit = {"local.start_limit": 4.0}
        config = cluster.write_config("impostor.toml", cluster.addresses, book, **limit)
        told = ["--set", f"local.secret_key_file={wrong.secret_file(1)}"]
        impostor = cluster.launch(1, "impostor", config, cluster.folder / "impostor", told)
        cluster.extra.append(impostor)
        cluster.start([0, 2])
        cluster.wait(SOON, [impostor])
        counted = json.loads((cluster.folder / "impostor/node-1/summary.json").read_text("utf-8"))
        self.assertGreater(counted["dropped_frames"]["a connection ended: no handshake"], 0)
        cluster.nodes[1] = cluster.launch(1)
        cluster.finish(SOON)

    def test_a_neighbor_in_the_clear_is_told_so(self):
        cluster = self.keyed(3).start([1, 2])
        config = cluster.folder / "plain.toml"
        text = cluster.config_file.read_text("utf-8")
        kept = [line for line in text.splitlines() if not line.startswith("public_key")]
        text = "local.start_limit = 3.0\n" + "\n".join(kept) + "\n"
        config.write_text(text, "utf-8")
        none = ["--set", "local.secret_key_file="]
        stranger = cluster.launch(0, "plain", config, cluster.folder / "plain", none)
        cluster.extra.append(stranger)
        self.assertEqual(cluster.wait(SOON, [stranger]), {0: 4}, cluster.words())
        self.assertIn("last from node 1: handshake failed: ", ended(stranger))
        cluster.nodes[0] = cluster.launch(0)
        cluster.finish(SOON)

    def test_keys_are_changed_one_node_at_a_time_while_the_others_know_both(self):
        cluster = self.keyed()
        new = self.strangers_keys(1)
        book = [*cluster.keys.public]
        book[2] = new.public[0]
        cluster.write_config("new.toml", cluster.addresses, book)
        both = self.with_two_keys(cluster, new.public[0])
        cluster.start([0, 1, 4])  # old books
        for i in (0, 1, 4):
            until(lambda i=i: "listening" in self.log_of(cluster, i), SOON, f"node {i} listens")
        self.read_again(cluster, both)
        cluster.nodes[3] = cluster.launch(3)
        told = ["--set", f"local.secret_key_file={new.secret_file(0)}"]
        cluster.nodes[2] = cluster.launch(2, config=cluster.folder / "new.toml", options=told)
        cluster.finish(SOON)
        self.assertEqual([cluster.model_bytes(i) for i in range(5)], self.plain_models())

    def test_a_running_node_changes_its_key_and_its_old_one_is_refused_from_then_on(self):
        more = {"shared.membership.on_death": "drop", "local.hold_limit": float(SOON)}
        cluster = self.keyed(**{"shared.stop.steps": 1_000_000_000, **more}).start()
        cluster.reach(10)
        new = self.strangers_keys(1)
        old_book, new_book = [*cluster.keys.public], [*cluster.keys.public]
        new_book[2] = new.public[0]
        self.read_again(cluster, self.with_two_keys(cluster, new.public[0]))
        cluster.nodes[2].signal(signal.SIGKILL)
        cluster.wait(SOON, [cluster.nodes[2]])
        told = ["--set", f"local.secret_key_file={new.secret_file(0)}"]
        cluster.extra.append(cluster.nodes[2])
        cluster.nodes[2] = cluster.launch(2, "again", options=told)
        joined = r"joining with a neighbor's model (.|\n)*running: nodes=5"
        until(lambda: re.search(joined, self.log_of(cluster, 2)), SOON, "all five in one view")
        self.read_again(cluster, cluster.write_config("new.toml", cluster.addresses, new_book)
                        .read_text("utf-8"))
        cluster.reach(cluster.nodes[0].step() + 20)
        secret = cluster.keys.secret_file(2)
        thief = self.intrude(cluster, 2, old_book, secret, **{"local.start_limit": 3.0})
        self.assertEqual(cluster.wait(SOON, [thief]), {2: 4}, cluster.words())
        self.assertIn("our public key is not in its address book", ended(thief))
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish(SOON)
        self.assertGreater(cluster.summary(3)["dropped_frames"].get(UNKNOWN, 0), 0)
        for i in range(5):
            self.assertEqual(cluster.summary(i)["views"][-1]["members"], list(range(5)))

    def test_an_address_book_that_cannot_be_used_changes_nothing(self):
        cluster = self.keyed(3, **{"shared.stop.steps": 1_000_000_000}).start()
        cluster.reach(10)
        good = cluster.config_file.read_text("utf-8")
        cluster.config_file.write_text(good.replace("\nid = 2", "\nid = 1"), "utf-8")
        cluster.nodes[0].signal(signal.SIGHUP)
        until(lambda: "address book stays" in cluster.log(0), SOON, "node 0 says why")
        self.assertIn("already given", cluster.log(0))
        cluster.reach(cluster.nodes[0].step() + 20)
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish(SOON)

    def read_again(self, cluster: Cluster, text: str) -> None:
        """Another address book, told to each node in turn."""
        cluster.config_file.write_text(text, "utf-8")
        for i, node in cluster.nodes.items():
            before = self.log_of(cluster, i).count("was read again")
            node.signal(signal.SIGHUP)
            told = lambda i=i, n=before: self.log_of(cluster, i).count("was read again") > n
            until(told, SOON, f"node {i} reads its address book")

    @staticmethod
    def log_of(cluster: Cluster, node: int) -> str:
        return cluster.log(node) if (cluster.node_folder(node) / "log.txt").is_file() else ""

    @staticmethod
    def with_two_keys(cluster: Cluster, key: str) -> str:
        old = cluster.keys.public[2]
        return cluster.config_file.read_text("utf-8").replace(f'"{old}"', f'["{old}", "{key}"]')


class CommandLine(unittest.TestCase):
    def run_program(self, name: str, *words) -> subprocess.CompletedProcess:
        command = [str(programs() / name), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    def test_keys_are_made_once_and_readable_by_their_owner_alone(self):
        folder = scratch(self) / "keys"
        made = self.run_program("starling-topology", "keys", "--nodes", 3, "--output", folder)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        names = sorted(path.name for path in folder.iterdir())
        secrets = [f"node-{i}.secret" for i in range(3)]
        self.assertEqual(names, [*secrets, "public_keys.toml"])
        for name in secrets:
            self.assertEqual((folder / name).stat().st_mode & 0o7777, 0o600)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        again = self.run_program("starling-topology", "keys", "--nodes", 3, "--output", folder)
        self.assertEqual(again.returncode, 2)
        self.assertIn("is there already", again.stderr)
        self.assertEqual({path.name: path.read_bytes() for path in folder.iterdir()}, before)
        for words in (("--nodes", 0, "--output", folder), ("--output", folder), ("--nodes", 3)):
            refused = self.run_program("starling-topology", "keys", *words)
            self.assertEqual(refused.returncode, 2, words)
            self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)

    def test_check_tells_of_keys_and_refuses_a_secret_that_does_not_fit(self):
        cluster = Cluster(self, heart(3), keys=True)

        def check(node: int, *more):
            words = ["--config", cluster.config_file, "--id", node, "--check", *more]
            return self.run_program("starling-node", *words)

        good = check(1, *cluster.keys.options(1))
        self.assertEqual(good.returncode, 4, good.stderr)  # nobody else is there
        self.assertIn("keys: of all 3 nodes", good.stdout)
        self.assertIn("node 1's secret key fits", good.stdout)
        for more, words in (
            ((), "local.secret_key_file is missing"),
            (cluster.keys.options(2), "node 2; this is node 1"),
            (("--set", "local.secret_key_file=/nowhere"), "/nowhere"),
            ((*cluster.keys.options(1), "--set", "shared.security=none"), 'security = "none"'),
        ):
            bad = check(1, *more)
            self.assertEqual(bad.returncode, 2, bad.stdout)
            self.assertIn(words, bad.stderr)
            self.assertEqual(bad.stderr.count("\n"), 1, bad.stderr)
        cluster.keys.secret_file(1).chmod(0o644)
        self.assertIn("0600", check(1, *cluster.keys.options(1)).stderr)

    def test_one_flag_encrypts_a_cluster_on_this_machine(self):
        folder = scratch(self)
        done = subprocess.run(
            [str(ROOT / "tools/cluster"), "--config", str(ROOT / "configs/quickstart.toml"),
             "--nodes", "3", "--set", "shared.stop.steps=20", "--keys", "--json",
             "--bin", str(programs()), "--out", str(folder / "run")],
            capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertIn(done.returncode, (0, 3), done.stderr)
        self.assertEqual(json.loads(done.stdout)["nodes"], 3)
        config = (folder / "run/config.toml").read_text("utf-8")
        self.assertEqual(config.count("public_key = "), 3)
        self.assertNotIn("secret", config)
        log = (folder / "run/node-0/log.txt").read_text("utf-8")
        self.assertIn("secret key fits", log)


if __name__ == "__main__":
    unittest.main()
