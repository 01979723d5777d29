"""Follows a list of `forking/lists/`: see "How to read the lists" in docs/forking.md."""

import re
import shutil
import sys

from feature import leave_feature_out
from file import File

LISTS = "forking/lists"


def parts(original):
    """What can be left out: a list for each, and for what only two of them need."""
    names = sorted(path.name for path in (original / LISTS).iterdir())
    return [name for name in names if name != "every" and "+" not in name]


def lists(original, without):
    """Name and lines of what a fork without these parts follows."""
    for path in sorted((original / LISTS).iterdir()):
        if path.name == "every" or set(path.name.split("+")) <= set(without):
            yield path.name, path.read_text().splitlines()


def follow(folder, original, name, lines):
    """Does to the fork in this folder what a list says; `original` is as it was before."""
    file, at = None, 0

    def those_with(mark):
        nonlocal at
        taken = []
        while at < len(lines) and lines[at][:2].rstrip() == mark:
            taken.append(lines[at][2:])
            at += 1
        return taken

    try:
        while at < len(lines):
            word, rest = (lines[at].split(" ", 1) + [""])[:2]
            at += 1
            if word == "rm":
                remove(folder, original, rest.split())
            elif word == "feature":
                leave_feature_out(folder, rest)
            elif word == "in":
                file = File(folder, original, rest)
            elif word in ("-", "*"):
                file.delete(rest, those_with("+"), every=word == "*")
                file.write()
            elif word == "<":
                at -= 1
                file.replace(those_with("<"), those_with(">"))
                file.write()
            elif word not in ("", "#"):
                raise LookupError(f"what is {word!r}?")
    except LookupError as error:
        sys.exit(f"{name}, line {at}: {error}")


def remove(folder, original, paths):
    for path in paths:
        if not (original / path).exists():
            raise LookupError(f"there is no {path}")
        if (folder / path).is_dir():
            shutil.rmtree(folder / path)
        else:
            (folder / path).unlink(missing_ok=True)


def examples(original):
    """Those of docs/forking.md: the files they add, and the lists of what they change."""
    text = (original / "docs/forking.md").read_text()
    added = re.findall(r"^```[a-z]+ new ([^\n]+)\n(.*?)^```$", text, re.M | re.S)
    changed = re.findall(r"^```list ([^\n]*)\n(.*?)^```$", text, re.M | re.S)
    return added, [(name, body.splitlines()) for name, body in changed]
