#!/usr/bin/env python3
"""tools/fault-proxy: each fault between two plain sockets of one process, and its command line."""

import contextlib
import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_lib.endpoints import TcpEndpoints  # noqa: E402
from fault_proxy_lib import books, script  # noqa: E402
from fault_proxy_lib.proxy import Proxy  # noqa: E402
from fault_proxy_lib.relay import HANDSHAKE  # noqa: E402

WAIT = 20.0  # seconds: a deadline, nothing is measured by it


class Between(unittest.TestCase):
    """Node 0 dials node 1 through the proxy."""

    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.server = self.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.server.settimeout(WAIT)

    def proxy(self, text: str, seed: int = 1) -> Proxy:
        proxy = Proxy(script.Script(script.parse(text).rules, seed))
        ports = TcpEndpoints(1)
        (listener,) = ports.take()
        self.port = listener.getsockname()
        proxy.add(0, 1, listener, (socket.AF_INET, self.server.getsockname()))
        thread = threading.Thread(target=proxy.run, daemon=True)
        self.began = time.monotonic()
        thread.start()

        def end():
            proxy.stop()
            thread.join(WAIT)
            proxy.close()

        self.stack.callback(end)
        return proxy

    def connect(self) -> tuple[socket.socket, socket.socket]:
        dialled = self.stack.enter_context(socket.create_connection(self.port, WAIT))
        accepted, _ = self.server.accept()
        accepted.settimeout(WAIT)
        return dialled, self.stack.enter_context(accepted)

    @staticmethod
    def send(link: socket.socket, data: bytes) -> threading.Thread:
        """On a thread of its own: what is under way has its limits."""

        def work():
            with contextlib.suppress(OSError):
                link.sendall(data)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    @staticmethod
    def receive(link: socket.socket, length: int) -> bytes:
        """Up to `length` bytes, fewer if the connection ends."""
        data = b""
        while len(data) < length:
            more = link.recv(min(1 << 16, length - len(data)))
            if not more:
                break
            data += more
        return data

    def test_without_faults_every_byte_passes_both_ways_and_so_does_the_end(self):
        proxy = self.proxy("")
        near, far = self.connect()
        text = random.Random(1).randbytes(3_000_000)
        for source, sink in ((near, far), (far, near)):
            sender = self.send(source, text)
            self.assertEqual(self.receive(sink, len(text)), text)
            sender.join(WAIT)
        near.shutdown(socket.SHUT_WR)
        self.assertEqual(far.recv(1), b"")
        far.sendall(b"still there")
        self.assertEqual(self.receive(near, 11), b"still there")
        deadline = time.monotonic() + WAIT
        while proxy.report()["total"]["bytes"] < 6_000_011:  # counted after it was sent
            self.assertLess(time.monotonic(), deadline)

    def test_delayed_bytes_come_late_and_in_order(self):
        self.proxy("all delay 20..60ms")
        near, far = self.connect()
        text = random.Random(2).randbytes(200_000)
        began = time.monotonic()
        for at in range(0, len(text), 1000):
            near.sendall(text[at : at + 1000])
        self.assertEqual(self.receive(far, 1), text[:1])
        self.assertGreaterEqual(time.monotonic() - began, 0.019)
        self.assertEqual(self.receive(far, len(text) - 1), text[1:])

    def test_a_rate_is_not_exceeded(self):
        self.proxy("edge 0>1 rate 4MB/s")
        near, far = self.connect()
        text = random.Random(3).randbytes(1_000_000)
        began = time.monotonic()
        self.send(near, text)
        self.assertEqual(self.receive(far, len(text)), text)
        self.assertGreater(time.monotonic() - began, 0.2)

    def cut(self, faults: str) -> Proxy:
        proxy = self.proxy(faults)
        near, far = self.connect()
        self.send(near, bytes(100_000))
        with self.assertRaises(ConnectionResetError):
            while self.receive(far, 1 << 16):
                pass
        total = proxy.report()["total"]
        self.assertEqual((total["cuts"], total["ended"]), (1, 1))
        return proxy

    def hold_to_refusal(self) -> None:
        with self.assertRaises(ConnectionRefusedError):
            while True:  # one that waits in the backlog at that moment is reset
                with contextlib.suppress(ConnectionResetError):
                    socket.create_connection(self.port, WAIT).close()

    def test_a_cut_resets_and_refuses(self):
        self.cut("after 30kB all cut 3600")
        self.hold_to_refusal()

    def test_after_a_cut_the_same_port_is_open_again(self):
        self.cut("after 30kB all cut 0.05")
        deadline = time.monotonic() + WAIT
        self.server.settimeout(1)  # one that waits in the backlog at that moment never arrives
        connected = False
        while not connected:
            self.assertLess(time.monotonic(), deadline)
            with contextlib.suppress(ConnectionError, TimeoutError):
                near, far = self.connect()
                connected = True
        near.sendall(b"again")
        self.assertEqual(self.receive(far, 5), b"again")

    def test_a_polite_cut_is_an_end_and_no_reset(self):
        self.proxy("after 10B all cut 0.01 fin")
        near, far = self.connect()
        near.sendall(bytes(HANDSHAKE))
        self.receive(far, HANDSHAKE)
        near.sendall(bytes(10))
        self.receive(far, 10)
        self.assertEqual(far.recv(1), b"")
        self.assertEqual(near.recv(1), b"")

    def test_what_strikes_by_bytes_strikes_again_and_again_from_its_seed(self):
        counts = []
        for seed in (1, 1, 2):
            proxy = self.proxy("every 40kB all reset", seed)
            lived = []
            for _ in range(6):
                near, far = self.connect()
                self.send(near, bytes(1_000_000))
                length = 0
                with contextlib.suppress(ConnectionResetError):
                    while more := len(far.recv(1000)):
                        length += more
                lived.append(length)
            counts.append(proxy.report()["total"]["resets"])
            self.assertTrue(all(length < 1_000_000 for length in lived), lived)
        self.assertEqual(counts, [6, 6, 6])

    def flipped(self, seed: int) -> tuple[list[int], int]:
        """Positions of flipped bits, and how many the proxy says there are."""
        proxy = self.proxy("edge 0>1 flip 10kB", seed)
        near, far = self.connect()
        self.send(near, bytes(500_000))
        bits = int.from_bytes(self.receive(far, 500_000), "little")
        return ones(bits), proxy.report()["total"]["flips"]

    def test_flips_are_counted_spare_the_handshake_and_follow_from_the_seed(self):
        places, counted = self.flipped(1)
        self.assertEqual(len(places), counted)
        self.assertTrue(25 < counted < 90, counted)  # 49 expected
        self.assertGreaterEqual(min(places), 8 * HANDSHAKE)
        self.assertEqual(self.flipped(1)[0], places)
        self.assertNotEqual(self.flipped(2)[0], places)

    def test_half_open_one_way_lets_the_other_pass_and_loses_nothing(self):
        self.proxy("edge 0>1 half-open 0.4")
        near, far = self.connect()
        near.sendall(b"late")
        far.sendall(b"at once")
        self.assertEqual(self.receive(near, 7), b"at once")
        self.assertEqual(self.receive(far, 4), b"late")
        self.assertGreaterEqual(time.monotonic() - self.began, 0.4)

    def test_an_edge_that_refuses_keeps_the_connections_it_has(self):
        self.proxy("after 10kB all refuse 3600")
        near, far = self.connect()
        near.sendall(bytes(20_000))
        self.receive(far, 20_000)
        self.hold_to_refusal()
        far.sendall(b"still there")
        self.assertEqual(self.receive(near, 11), b"still there")

    def test_a_replay_says_the_first_words_again_to_the_same_node_in_turns(self):
        proxy = self.proxy("after 10B all replay")
        near, far = self.connect()
        words = [b"hello", bytes(HANDSHAKE - 5), b"enough for the rule"]
        for word in words:
            near.sendall(word)
            self.assertEqual(self.receive(far, len(word)), word)
        again, _ = self.server.accept()
        again.settimeout(WAIT)
        self.stack.enter_context(again)
        self.assertEqual(self.receive(again, 5), b"hello")
        again.settimeout(0.05)
        with self.assertRaises(TimeoutError):
            again.recv(1)  # not before it was answered
        again.settimeout(WAIT)
        again.sendall(b"welcome")
        self.assertEqual(self.receive(again, HANDSHAKE - 5), words[1])
        self.assertEqual(proxy.report()["total"]["replays"], 1)

    def test_a_node_that_is_not_there_is_counted_and_the_dialler_hung_up_on(self):
        proxy = self.proxy("")
        self.server.close()
        with self.assertRaises(ConnectionResetError):
            self.stack.enter_context(socket.create_connection(self.port, WAIT)).recv(1)
        self.assertEqual(proxy.report()["total"]["unreachable"], 1)


def ones(bits: int) -> list[int]:
    """The places of the ones, from the lowest."""
    places = []
    while bits:
        low = bits & -bits
        places.append(low.bit_length() - 1)
        bits ^= low
    return places


class CommandLine(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.config = self.folder / "a.toml"
        self.config.write_text(
            "".join(
                f'[[node]]\nid = {i}\nlisten = "tcp://127.0.0.1:{7000 + i}"\n' for i in range(3)
            ),
            "utf-8",
        )

    def command(self, *options):
        return [ROOT / "tools/fault-proxy", *options]

    def test_it_says_ready_writes_a_book_for_each_node_and_reports_when_stopped(self):
        out = self.folder / "out"
        process = subprocess.Popen(
            self.command("--config", self.config, "--out", out, "--flap", "1", "--seed", "5"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        self.assertEqual(process.stderr.readline(), "ready\n")
        written = [
            books.read_addresses((out / f"node-{i}.toml").read_text("utf-8"), "") for i in range(3)
        ]
        for i, book in enumerate(written):
            self.assertEqual(book[i], f"tcp://127.0.0.1:{7000 + i}")
        others = {book[j] for i, book in enumerate(written) for j in book if i != j}
        self.assertEqual(len(others), 6)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=WAIT)
        self.assertEqual((process.returncode, errors), (0, ""))
        report = json.loads(output)
        self.assertEqual((report["seed"], report["total"]["connections"]), (5, 0))
        self.assertEqual(json.loads((out / "report.json").read_text("utf-8")), report)

    def test_bad_input_is_refused_in_one_line(self):
        good = {"--config": str(self.config), "--out": str(self.folder)}
        for options, named in (
            ({"--config": "absent.toml"}, "absent.toml"),
            ({"--faults": "node 3 reset"}, "0..2"),
            ({"--faults": "all explode"}, "explode"),
            ({"--faults": "absent"}, "absent"),
            ({"--flap": "0"}, "--flap"),
            ({"--flap": "1", "--longest": "x"}, "--longest"),
            ({"--seed": "-1"}, "--seed"),
            ({"--flaps": "1"}, "--flaps"),
        ):
            words = [word for pair in (good | options).items() for word in pair]
            done = subprocess.run(
                self.command(*words), capture_output=True, text=True, timeout=WAIT, check=False
            )
            with self.subTest(options):
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertTrue(done.stderr.startswith("fault-proxy: "), done.stderr)
                self.assertIn(named, done.stderr)


if __name__ == "__main__":
    unittest.main()
