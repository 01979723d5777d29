"""Tests what scripts/fork removes from files: `python3 tests/fork.py`."""

import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from tempfile import TemporaryDirectory

loader = SourceFileLoader("fork", str(Path(__file__).resolve().parent.parent / "scripts/fork"))
fork = module_from_spec(spec_from_loader("fork", loader))
loader.exec_module(fork)


class Blocks(unittest.TestCase):
    def test_blocks_and_lines_of_a_part_are_removed_and_marks_always(self):
        text = "a\n\n<!-- with sso -->\nb\n<!-- end sso -->\n\n| c <!-- with redis --> |\nd // with sso\n"
        self.assertEqual(fork.strip_blocks(text, {"sso"}), "a\n\n| c |\n")
        self.assertEqual(fork.strip_blocks(text, set()), "a\n\nb\n\n| c |\nd\n")

    def test_block_of_two_parts_is_removed_with_both(self):
        text = "# with redis or sso\na\n# end redis or sso\nb\n"
        self.assertEqual(fork.strip_blocks(text, {"sso"}), "a\nb\n")
        self.assertEqual(fork.strip_blocks(text, {"redis", "sso"}), "b\n")

    def test_mark_in_the_first_line_without_an_end_removes_the_file(self):
        self.assertIsNone(fork.strip_blocks("{#- with own-mail #}\na", {"own-mail"}))
        self.assertEqual(fork.strip_blocks("/* with own-mail */\na", {"sso"}), "a\n")

    def test_open_blocks_are_errors(self):
        for text in ["a\n# with sso\n", "# end sso", "# with sso\n# end redis\n# end sso"]:
            with self.assertRaises(ValueError):
                fork.strip_blocks(text, set())


class Items(unittest.TestCase):
    def strips(self, text, expected, parts=("sso",), removed=False):
        with TemporaryDirectory() as folder:
            (home := Path(folder)).joinpath("a.rs").touch()
            self.assertEqual(fork.strip_items(text, set(parts), home), expected)
            self.assertEqual(not (home / "a.rs").exists(), removed)

    def test_items_are_removed_with_comments_and_attributes(self):
        before = "// for sso\n/// Doc.\n#[must_use]\nfn a() {\n    b();\n\n    c()\n}\nfn d() {}"
        self.strips(before, "fn d() {}")
        self.strips(before.replace("// for sso\n/// Doc.", "/// Doc.\n// for sso"), "fn d() {}")

    def test_fields_arms_statements_and_modules_are_removed(self):
        self.strips("s {\n    // for sso\n    a: 1,\n    ..b\n}", "s {\n    ..b\n}")
        self.strips("// for sso\nA => {\n    1\n}\nB => 2,", "B => 2,")
        self.strips("// for sso\nlet a = b\n    .c();\nd();", "d();")
        self.strips("// for sso\nif a {\n    b\n} else {\n    c\n}\nd", "d")
        self.strips("// for sso\nmod a;\nmod b;", "mod b;", removed=True)
        self.strips('// for sso\n#[path = "c/a.rs"]\nmod a;\nmod b;', "mod b;")

    def test_marks_of_kept_parts_are_removed(self):
        self.strips("// for redis\na();\n// without redis: b();", "a();")
        self.strips("// for redis or sso\na();", "a();")
        self.strips("// for redis or sso\na();\nb();", "b();", parts=("redis", "sso"))

    def test_replacement_code_appears_without_the_part(self):
        self.strips("    // without sso: b();\n    // for sso\n    a();", "    b();")

    def test_features_count_as_marks(self):
        own_mail = ("own-mail",)
        self.strips('a\n// Why.\n#[cfg(feature = "smtp")]\nb();\nc();', "a\nc();", own_mail)
        self.strips('#[cfg(not(feature = "smtp"))]\na', "a", own_mail)
        self.strips('#[cfg_attr(not(feature = "smtp"), allow(dead_code))]\na', "#[allow(dead_code)]\na", own_mail)
        self.strips('#[cfg(feature = "demo")]\na', '#[cfg(feature = "demo")]\na')


class Imports(unittest.TestCase):
    def test_only_imports_of_removed_code_are_removed(self):
        uses = "use a::B;\nuse c::{self, d::{E, F}, G};\nuse h::Trait as _;\n"
        self.assertEqual(
            fork.prune_imports(f"{uses}B c::x E F G", f"{uses}G"), "use c::{G};\nuse h::Trait as _;\nG"
        )
        self.assertEqual(fork.prune_imports(f"{uses}B", f"{uses}B"), f"{uses}B")


if __name__ == "__main__":
    unittest.main()
