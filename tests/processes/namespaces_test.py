#!/usr/bin/env python3
"""Two nodes in two network namespaces, as on two hosts: addresses off loopback, a link between.

Skips, loudly, without root or `ip`; the parts with loss and delay also where `tc` knows no netem.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from harness import Cluster, heart
from optimum_test import check_optimum, configuration, problem

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
ADDRESSES = ("10.213.7.1", "10.213.7.2")  # in namespaces of their own: nobody else's
PORT = 7700
OPEN = {"shared.security": "none"}


def skip(case: unittest.TestCase, why: str):
    print(f"SKIPPED: {case.id()}: {why}", file=sys.stderr, flush=True)
    case.skipTest(why)


class TwoHosts(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            skip(self, "network namespaces need root")
        if not shutil.which("ip"):
            skip(self, "no `ip` here (Debian: iproute2)")
        self.names = [f"starling-{os.getpid()}-{side}" for side in "ab"]
        for name in self.names:
            if self.ip("netns", "add", name, check=False):
                skip(self, "no right to make a network namespace")
            self.addCleanup(self.ip, "netns", "delete", name)
        ends = [["wire", "netns", name] for name in self.names]
        self.ip("link", "add", *ends[0], "type", "veth", "peer", "name", *ends[1])
        for side in (0, 1):
            self.within(side, "ip", "link", "set", "lo", "up")
            self.within(side, "ip", "address", "add", f"{ADDRESSES[side]}/24", "dev", "wire")
            self.within(side, "ip", "link", "set", "wire", "up")

    @staticmethod
    def ip(*words: str, check: bool = True) -> int:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"ip {' '.join(words)}: {done.stderr.strip()}")
        return done.returncode

    def within(self, side: int, *command: str, check: bool = True) -> int:
        return self.ip("netns", "exec", self.names[side], *command, check=check)

    def enter(self, side: int):
        """For a child before its program starts."""

        def move():
            handle = os.open(f"/run/netns/{self.names[side]}", os.O_RDONLY)
            if _libc.setns(handle, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            os.close(handle)

        return move

    def cluster(self, config: dict) -> Cluster:
        """Not started yet."""
        cluster = Cluster(self, {**config, **OPEN})
        addresses = [f"tcp://{address}:{PORT}" for address in ADDRESSES]
        cluster.config_file = cluster.write_config("config.toml", addresses)
        return cluster

    def start(self, cluster: Cluster) -> Cluster:
        return cluster.start(prepare={side: self.enter(side) for side in (0, 1)})

    def hold_to_bytes(self, disturb) -> None:
        """A run amid which disturb(cluster) happens has the models of as many steps of lockstep."""
        cluster = self.start(self.cluster(heart(2, "star", **{"local.grace": 30.0})))
        disturb(cluster)
        cluster.nodes[0].signal(signal.SIGINT)
        cluster.finish()
        steps = cluster.summary(1)["steps"]
        expected = cluster.lockstep(0, "--set", f"shared.stop.steps={steps}")
        for i in (0, 1):
            self.assertTrue(cluster.model_bytes(i) == expected[i], f"node {i}, {steps} steps")

    def on(self, cluster: Cluster, steps: int) -> None:
        """Waits for so many more steps: the wire carries again."""
        cluster.reach(min(node.step() for node in cluster.nodes.values()) + steps)

    # --- claims -------------------------------------------------------------------------------

    def test_two_nodes_on_two_hosts_reach_the_optimum(self):
        data = problem(self, "breast_cancer")
        cluster = self.cluster(configuration(data, "star", 2, "gradient_tracking"))
        self.start(cluster).finish()
        figures = check_optimum(data, cluster.out, 2, "star")
        print(f"two namespaces: gap {figures['gap']:.1e}", flush=True)

    def test_an_address_off_loopback_is_refused_without_the_word(self):
        cluster = self.cluster(heart(2, "star"))
        text = cluster.config_file.read_text("utf-8").replace('shared.security = "none"\n', "")
        cluster.config_file.write_text(text, "utf-8")
        codes = self.start(cluster).wait(30)
        self.assertEqual(set(codes.values()), {2}, cluster.words())
        self.assertIn(ADDRESSES[0], cluster.nodes[0].errors())

    def test_a_link_that_goes_down_for_less_than_the_grace_changes_no_bit(self):
        def down_and_up(cluster: Cluster):
            for _ in range(3):
                self.on(cluster, 100)
                self.within(0, "ip", "link", "set", "wire", "down")
                time.sleep(0.4)  # the disturbance itself
                self.within(0, "ip", "link", "set", "wire", "up")
            self.on(cluster, 100)

        self.hold_to_bytes(down_and_up)

    def test_loss_delay_and_reordering_on_the_wire_change_no_bit(self):
        for side in (0, 1):
            netem = "delay 2ms 1ms loss 1% reorder 5% duplicate 1%".split()
            command = ["tc", "qdisc", "add", "dev", "wire", "root", "netem", *netem]
            if self.within(side, *command, check=False):
                skip(self, "no `tc`, or a kernel without netem")
        self.hold_to_bytes(lambda cluster: self.on(cluster, 500))


if __name__ == "__main__":
    unittest.main()
