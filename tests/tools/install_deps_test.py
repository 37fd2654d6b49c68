#!/usr/bin/env python3
"""tools/install-deps on machines that are not this one: stand-ins for dpkg, apt, sudo and id."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class InstallDeps(unittest.TestCase):
    def machine(self, missing=(), user=0, sudo=True):
        """Programs that answer as that machine would; apt-get and sudo keep a journal."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        folder = pathlib.Path(scratch.name)
        self.journal = folder / "journal"
        absent = "|".join(missing) or "none-missing"
        programs = {
            "dpkg-query": f'case "$3" in {absent}) exit 1 ;; esac\necho installed',
            "id": f"echo {user}",
            "apt-get": f'echo "apt-get $*" >>"{self.journal}"',
            "sudo": f'[ "$1" = -n ] && exit {0 if sudo else 1}\necho sudo >>"{self.journal}"\n"$@"',
        }
        for name, text in programs.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        return folder

    def install(self, folder, *options):
        return subprocess.run(
            [ROOT / "tools/install-deps", *options],
            env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def journal_lines(self):
        return self.journal.read_text("utf-8").splitlines() if self.journal.exists() else []

    def test_with_all_there_it_needs_neither_root_nor_network(self):
        done = self.install(self.machine(user=1000, sudo=False))
        self.assertEqual((done.returncode, self.journal_lines()), (0, []), done.stderr)

    def test_missing_packages_and_only_those_are_installed(self):
        done = self.install(self.machine(missing=["libspectra-dev", "cppzmq-dev"]))
        self.assertEqual(done.returncode, 0, done.stderr)
        update, install = self.journal_lines()
        self.assertTrue(update.startswith("apt-get update"))
        self.assertTrue(install.endswith("--no-install-recommends cppzmq-dev libspectra-dev"))

    def test_a_user_with_sudo_becomes_root_for_apt_alone(self):
        done = self.install(self.machine(missing=["cmake"], user=1000))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            [line.split()[0] for line in self.journal_lines()], ["sudo", "apt-get"] * 2
        )

    def test_without_root_and_sudo_it_says_what_root_should_run(self):
        done = self.install(self.machine(missing=["cmake"], user=1000, sudo=False))
        self.assertEqual((done.returncode, self.journal_lines()), (1, []))
        self.assertIn("apt-get install -y --no-install-recommends cmake\n", done.stderr)

    def test_dry_run_prints_the_commands_and_runs_none(self):
        done = self.install(self.machine(missing=["clang-14"], user=1000), "--fuzz", "--dry-run")
        self.assertEqual((done.returncode, self.journal_lines()), (0, []))
        self.assertRegex(done.stdout, r"sudo env .*apt-get install .* clang-14\n")

    def test_optional_groups_are_asked_for_by_name(self):
        absent = ["clang-14", "openmpi-bin"]
        self.assertEqual(self.install(self.machine(missing=absent), "--dry-run").stdout, "")
        self.assertIn(
            "openmpi-bin", self.install(self.machine(absent), "--all", "--dry-run").stdout
        )

    def test_an_unknown_option_is_a_usage_error(self):
        self.assertEqual(self.install(self.machine(), "--dryrun").returncode, 2)


if __name__ == "__main__":
    unittest.main()
