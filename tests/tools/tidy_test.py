#!/usr/bin/env python3
"""Reads the whole tree by tidy_rules and algorithm_rules, and shows that each rule can say no."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tools"))

import algorithm_rules  # noqa: E402
import tidy_rules  # noqa: E402


def files():
    """Every file of the project: what git knows, or, in an unpacked archive, what lies there."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8").rstrip("\0").split("\0")
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    skipped = ("build/", "runs/", ".git/")
    return sorted(
        name for name in names if (ROOT / name).is_file() and not name.startswith(skipped)
    )


def kind_of(name):
    """The rules a file goes by: its suffix, or its first line for scripts without one."""
    suffix = pathlib.Path(name).suffix
    if suffix in tidy_rules.BY_KIND:
        return suffix
    if suffix == "":
        with open(ROOT / name, "rb") as file:
            first = file.readline(64)
        if first.startswith(b"#!"):
            return ".py" if b"python" in first else ".sh"
    return None


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


class TheTree(unittest.TestCase):
    def assert_clean(self, complaints):
        self.assertFalse(complaints, "\n" + "\n".join(complaints))

    def test_every_file_keeps_the_rules(self):
        complaints = []
        for name in files():
            kind = kind_of(name)
            if kind:
                complaints += tidy_rules.check(name, text_of(name), kind)
        self.assert_clean(complaints)

    def test_algorithms_keep_the_rules_for_authors(self):
        names = [name for name in files() if re.fullmatch(r"consensus/algorithms/\w+\.cc", name)]
        self.assertGreater(len(names), 3)
        self.assert_clean(
            [
                f"{name}:{line}: {why}"
                for name in names
                for line, why in algorithm_rules.check(text_of(name))
            ]
        )

    def test_every_source_is_named_in_its_rooms_build_file(self):
        complaints = []
        for name in files():
            room = name.split("/")[0]
            if name.endswith(".cc") and room in tidy_rules.ROOMS:
                lists = [
                    text_of(f)
                    for f in files()
                    if f.startswith(room + "/") and f.endswith(("CMakeLists.txt", ".cmake"))
                ]
                if not any(pathlib.Path(name).name in text for text in lists):
                    complaints.append(f"{name}: in no build file of {room}/")
        self.assert_clean(complaints)

    def test_every_test_source_is_registered(self):
        registered = "".join(
            text_of(f) for f in files() if re.fullmatch(r"tests/.*(\.cmake|CMakeLists\.txt)", f)
        )
        self.assert_clean(
            [
                f"{name}: in no tests.cmake"
                for name in files()
                if re.fullmatch(r"tests/.*_test\.(cc|py)", name)
                and not re.search(rf"\b{pathlib.Path(name).stem}\b", registered)
            ]
        )


class TheRules(unittest.TestCase):
    """A rule that accepts everything would pass above, too."""

    def refused(self, path, text):
        return bool(tidy_rules.check(path, text, pathlib.Path(path).suffix))

    def test_every_tidy_rule_refuses_its_example(self):
        self.assertTrue(self.refused("node/a.cc", "x" * 101 + "\n"))
        self.assertTrue(self.refused("node/a.cc", "\tx;\n"))
        self.assertTrue(self.refused("node/a.cc", "x; \n"))
        self.assertTrue(self.refused("node/a.cc", "x;"))
        self.assertTrue(self.refused("node/a.cc", "// TO" + "DO later\n"))
        self.assertTrue(self.refused("node/a.cc", "x;\n" * 401))
        self.assertTrue(self.refused("node/a.h", "int x;\n"))
        self.assertTrue(self.refused("topology/a.cc", '#include "consensus/settings.h"\n'))
        self.assertTrue(self.refused("consensus/a.cc", '#include "node/data/data.h"\n'))
        self.assertTrue(self.refused("node/a.cc", '#include "tools/sim/sim.h"\n'))
        self.assertTrue(self.refused("node/a.cc", '#include "../topology/graph.h"\n'))
        self.assertTrue(self.refused("node/links/wire.cc", "#include <zmq.hpp>\n"))
        self.assertTrue(self.refused("consensus/a.cc", "#include <spdlog/spdlog.h>\n"))
        self.assertTrue(self.refused("topology/a.cc", "#include <chrono>\n"))
        self.assertTrue(self.refused("consensus/lockstep.cc", "#include <thread>\n"))

    def test_tidy_rules_accept_good_examples(self):
        self.assertFalse(
            self.refused("node/a.cc", '#include "consensus/settings.h"\n' + "x" * 100 + "\n")
        )
        self.assertFalse(self.refused("node/exchange/zmq_socket.cc", "#include <zmq.hpp>\n"))
        self.assertFalse(self.refused("consensus/objectives/a.cc", "#include <thread>\n"))
        self.assertFalse(self.refused("node/a.h", "// What it is.\n#pragma once\n"))

    def algorithm(self, *statements):
        body = "".join(f"  {statement}\n" for statement in statements)
        return algorithm_rules.check(
            f"template <class Real>\nProgram a(Peer<Real>& self) {{\n{body}}}\n"
        )

    def test_every_rule_for_authors_refuses_its_example(self):
        x = 'auto& x = self.state("x");'
        self.assertTrue(self.algorithm("co_await self.next_step();", x))
        self.assertTrue(self.algorithm(x, "x = co_await self.mix(Pair{x, x});"))
        self.assertTrue(self.algorithm(x, "f({1, 2}, co_await self.mix(x));"))
        self.assertTrue(self.algorithm(x, "Pair p{x, co_await self.mix(x)};"))
        self.assertTrue(
            self.algorithm(x, "auto f = [&](int k) -> Task<int> { co_await self.mix(x); };")
        )
        self.assertTrue(self.algorithm(x, "const auto z = x - y;", "co_await self.next_step();"))
        self.assertTrue(self.algorithm(x, "auto z = (co_await mixing) + g;"))
        self.assertTrue(self.algorithm(x, "while (co_await self.next_step()) { auto z = 2 * x; }"))
        self.assertTrue(self.algorithm(x, "const auto& m = co_await self.mix(x);"))

    def test_rules_for_authors_accept_the_catalogue_of_good_habits(self):
        self.assertEqual(
            [],
            self.algorithm(
                'auto& x = self.state("x");  // {a brace} and auto z = x - y in a comment',
                "if (self.fresh()) { g = co_await self.gradient(x); y = g; }",
                "while (co_await self.next_step()) {",
                "  auto mixing = self.mix(x - self.step_size() * y);",
                "  const auto previous = g;",
                "  const auto h = self.evaluate(x - eta * g);",
                "  const auto& mixed = co_await mixing;",
                "  for (int k = 0; k < 2; ++k) x = co_await self.mix(x);",
                "  x = mixed + g - previous;",
                "}",
            ),
        )


if __name__ == "__main__":
    unittest.main()
