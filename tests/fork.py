"""What scripts/fork takes out of a text: `python3 tests/fork.py`."""

import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from tempfile import TemporaryDirectory

loader = SourceFileLoader("fork", str(Path(__file__).resolve().parent.parent / "scripts/fork"))
fork = module_from_spec(spec_from_loader("fork", loader))
loader.exec_module(fork)


class Blocks(unittest.TestCase):
    def test_blocks_and_lines_of_a_part_go_and_marks_always(self):
        text = "a\n\n<!-- with sso -->\nb\n<!-- end sso -->\n\n| c <!-- with redis --> |\nd // with sso\n"
        self.assertEqual(fork.strip_blocks(text, {"sso"}), "a\n\n| c |\n")
        self.assertEqual(fork.strip_blocks(text, set()), "a\n\nb\n\n| c |\nd\n")

    def test_a_block_of_either_part_goes_with_both(self):
        text = "# with redis or sso\na\n# end redis or sso\nb\n"
        self.assertEqual(fork.strip_blocks(text, {"sso"}), "a\nb\n")
        self.assertEqual(fork.strip_blocks(text, {"redis", "sso"}), "b\n")

    def test_a_first_line_without_an_end_means_the_whole_file(self):
        self.assertIsNone(fork.strip_blocks("{#- with own-mail #}\na", {"own-mail"}))
        self.assertEqual(fork.strip_blocks("/* with own-mail */\na", {"sso"}), "a\n")

    def test_open_blocks_are_errors(self):
        for text in ["a\n# with sso\n", "# end sso", "# with sso\n# end redis\n# end sso"]:
            with self.assertRaises(ValueError):
                fork.strip_blocks(text, set())


class Features(unittest.TestCase):
    def strips(self, text, expected, removed=False):
        with TemporaryDirectory() as folder:
            (home := Path(folder)).joinpath("a.rs").touch()
            self.assertEqual(fork.strip_features(text, ["sso"], home), expected)
            self.assertEqual(not (home / "a.rs").exists(), removed)

    def test_items_go_with_comments_and_attributes(self):
        before = '/// Doc.\n#[cfg(feature = "sso")]\n#[must_use]\nfn a() {\n    b();\n\n    c()\n}\nfn d() {}'
        self.strips(before, "fn d() {}")

    def test_fields_arms_statements_and_modules_go(self):
        self.strips('s {\n    #[cfg(feature = "sso")]\n    a: 1,\n    ..b\n}', "s {\n    ..b\n}")
        self.strips('#[cfg(feature = "sso")]\nA => {\n    1\n}\nB => 2,', "B => 2,")
        self.strips('#[cfg(feature = "sso")]\nlet a = b\n    .c();\nd();', "d();")
        self.strips('#[cfg(feature = "sso")]\nif a {\n    b\n} else {\n    c\n}\nd', "d")
        self.strips('#[cfg(feature = "sso")]\nmod a;\nmod b;', "mod b;", removed=True)
        self.strips('#[cfg(feature = "sso")]\n#[path = "c/a.rs"]\nmod a;\nmod b;', "mod b;")

    def test_conditions_are_simplified(self):
        self.strips('#[cfg(not(feature = "sso"))]\na', "a")
        self.strips('#[cfg(any(feature = "a", feature = "sso"))]\na', '#[cfg(feature = "a")]\na')
        self.strips('#[cfg(all(test, not(feature = "sso"), unix))]\na', "#[cfg(all(test, unix))]\na")
        self.strips('#[cfg(\n    all(feature = "a", feature = "sso")\n)]\na\nb', "b")
        self.strips('#[cfg_attr(not(feature = "sso"), allow(dead_code))]\na', "#[allow(dead_code)]\na")
        self.strips('#[cfg_attr(feature = "sso", allow(dead_code))]\na', "a")
        with self.assertRaises(ValueError):
            fork.strip_features('cfg!(feature = "sso")', ["sso"], Path())


if __name__ == "__main__":
    unittest.main()
