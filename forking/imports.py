"""Takes out imports of what is gone, and of what a file named before and names no more."""

import re

# The stand-in loses nothing.
OURS = ["src", "tests", "benches", "fuzz"]
USE = re.compile(r"^([ \t]*)((?:pub(?:\([a-z]+\))? )?)use ([^;]+);\n", re.M)
DEFINITION = re.compile(r"\b(?:struct|enum|fn|const|static|trait|type|(mod)) (\w+)")


def clear_imports(folder, original):
    gone = definitions(original) - definitions(folder)
    gone_modules = {name for kind, name in gone if kind == "mod"}
    gone = {name for _, name in gone} - {name for _, name in definitions(folder)}
    ours = [path for part in OURS for path in sorted((folder / part).rglob("*.rs"))]
    for path in ours:
        before = original / path.relative_to(folder)
        if not before.is_file():
            continue
        text, was = path.read_text(), before.read_text()
        if text == was and not gone:
            continue
        named, named_before = words(text), words(was)
        unnamed = named_before - named

        def left(statement):
            is_ours = statement[2] == ""
            names = set(re.findall(r"\w+", statement[3])) - {"_"}
            tree = statement[3]
            for name in names & gone_modules if folder / "src" in path.parents else ():
                tree = without(tree, rf"{name}\b(?:::(?:\w+|\{{[^{{}}]*\}}))*(?:\s+as\s+\w+)?")
            for name in names & (unnamed if is_ours else gone):
                tree = without(tree, rf"(?:{name}|\w+\s+as\s+{name})\b(?!\s*(?:::|as\b))")
            return f"{statement[1]}{statement[2]}use {tree};\n" if tree else ""

        path.write_text(USE.sub(left, text))


def definitions(folder):
    texts = (path.read_text() for path in sorted((folder / "src").rglob("*.rs")))
    return {name for text in texts for name in DEFINITION.findall(text)}


def words(text):
    """What a file names beside its imports and comments."""
    return set(re.findall(r"\w+", re.sub(r"//[^\n]*", "", USE.sub("", text))))


def without(tree, leaf):
    """`a::{b, c::d}` without the `b`, or the `d` and what leads to nothing else."""
    left = re.sub(rf"(?<![\w:])(?<!\bas )(?:\w+::)*{leaf}", "", tree)
    while True:
        tidied = re.sub(r"(?:\w+::)*\{\s*\}", "", left)
        tidied = re.sub(r"([{,])\s*,", r"\1", tidied)
        if tidied == left:
            return left.strip()
        left = tidied
