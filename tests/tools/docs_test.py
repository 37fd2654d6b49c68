#!/usr/bin/env python3
"""What the documents name exists: commands, files, links, configuration keys."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), ROOT / "data/README.md"]


def commands(page):
    """The lines of a page's sh blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


class Documents(unittest.TestCase):
    def test_every_command_starts_a_script_or_a_program_of_ours_with_files_that_exist(self):
        self.assertIn("tools/quickstart", commands(ROOT / "README.md"))
        builds = "".join(p.read_text("utf-8") for p in ROOT.glob("[cnt]*/**/CMakeLists.txt"))
        for page in PAGES:
            for line in commands(page):
                words = line.split("#")[0].replace("\\", " ").split()
                with self.subTest(page=page.name, command=line):
                    first = words[0] if words else ""
                    if first.startswith(("tools/", ".ci/")):
                        self.assertTrue((ROOT / first).stat().st_mode & 0o111)
                    elif first.startswith("build/release/bin/"):
                        self.assertIn(f"add_executable({pathlib.Path(first).name}", builds)
                    for word in words[1:]:
                        if word.startswith(("configs/", "data/", "docs/")):
                            self.assertTrue((ROOT / word).exists(), word)

    def test_every_link_to_a_file_leads_somewhere(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
                if "://" not in target:
                    self.assertTrue((page.parent / target).exists(), f"{page.name}: {target}")

    def test_every_file_of_the_project_named_in_the_text_exists(self):
        named = re.compile(r"`((?:topology|consensus|node|tools|tests|configs|data)/[\w./-]+\w)`")
        for page in PAGES:
            for path in named.findall(page.read_text("utf-8")):
                self.assertTrue((ROOT / path).exists(), f"{page.name}: {path}")

    def test_every_setting_of_the_program_is_documented(self):
        documented = (ROOT / "docs/configuration.md").read_text("utf-8")
        header = (ROOT / "consensus/settings.h").read_text("utf-8")
        header += (ROOT / "node/config/config.h").read_text("utf-8").split("struct NodeAddress")[0]
        members = re.findall(
            r"^  [\w:]+(?:<[\w:]+>)? ((?:\w+(?: = [^,;]+)?, )*\w+)(?: = [^;]+)?;",
            header,
            re.MULTILINE,
        )
        names = {re.sub(r" =.*", "", name) for group in members for name in group.split(", ")}
        sections = {
            "objective",
            "topology",
            "mixing",
            "algorithm",
            "stop",
            "membership",
            "synchrony",
            "config",
            "kind",
            "weighted_edges",  # what a weighted file holds
            "edge_weights",
        }
        self.assertGreater(len(names), 30)
        for name in sorted(names - sections):
            self.assertRegex(documented, rf"\b{name}\b")

    def test_the_table_of_exit_codes_is_that_of_the_program(self):
        header = (ROOT / "node/exit_code.h").read_text("utf-8")
        codes = {int(code) for code in re.findall(r"^  \w+ = (\d),", header, re.MULTILINE)}
        table = re.findall(r"^\| (\d) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
        self.assertEqual({int(code) for code in table}, codes)


if __name__ == "__main__":
    unittest.main()
