"""The lists of docs/forking.md, and how they are followed: see "How to read the lists" there."""

import re
import shutil
import sys

DOCUMENT = "docs/forking.md"


def blocks(original, kind):
    """The document's blocks of this kind: what their first line names, and the lines in them."""
    text = (original / DOCUMENT).read_text()
    found = re.findall(r"^```%s ([^\n]*)\n(.*?)^```$" % kind, text, re.M | re.S)
    return [(name, body.splitlines()) for name, body in found]


def new_files(original):
    """The files that the examples add, in blocks such as ```rust new src/routes/reports.rs"""
    text = (original / DOCUMENT).read_text()
    return re.findall(r"^```[a-z]+ new ([^\n]+)\n(.*?)^```$", text, re.M | re.S)


def indent(line):
    return len(line) - len(line.lstrip())


class File:
    """A file of the fork, and how it was before: what one list took, another need not find."""

    def __init__(self, folder, original, name):
        self.name = name
        self.path = folder / name
        before = original / name
        self.before = before.read_text() if before.is_file() else ""
        self.lines = self.path.read_text().split("\n") if self.path.is_file() else []

    def write(self):
        if self.path.is_file():
            self.path.write_text("\n".join(self.lines))

    def must_have_held(self, text):
        if text not in self.before:
            sys.exit(f"{DOCUMENT}: {self.name} holds no {text!r}")

    def is_above(self, line):
        """Whether it is a comment or an attribute of what stands below."""
        if self.path.suffix != ".rs":
            return line.startswith("# ")
        return re.match(r"\s*(#\[|//(?!!))", line)

    def span(self, at):
        """Where what begins in this line begins and ends, with what belongs to it."""
        if self.path.suffix == ".md" and self.lines[at].startswith("#"):
            return at, self.end_of_section(at)
        if self.path.suffix == ".toml" and not self.lines[at].startswith("["):
            first, last = self.table(at)
            # One of several tables of the same name goes as a whole.
            if any(line.startswith("[[") for line in self.lines[first:at]):
                return first, last
        first = at
        while first > 0 and self.is_above(self.lines[first - 1]):
            if indent(self.lines[first - 1]) != indent(self.lines[at]):
                break
            first -= 1
        while self.is_above(self.lines[at]):
            at += 1
        return first, self.end(at)

    def end(self, at):
        """The last line of what is indented under this one, with its closing bracket."""
        depth, last = indent(self.lines[at]), at
        while True:
            following = last + 1
            while following < len(self.lines) and not self.lines[following].strip():
                following += 1
            if following == len(self.lines):
                return last
            line = self.lines[following]
            closes = re.match(r"[\])}]|where$|\{$", line.strip())
            is_its_end = closes and following == last + 1 and indent(line) == depth
            if indent(line) <= depth and not is_its_end:
                return last
            last = following

    def end_of_section(self, at):
        heading = re.compile("#{1,%d} " % self.lines[at].split(" ")[0].count("#"))
        following = (n for n in range(at + 1, len(self.lines)) if heading.match(self.lines[n]))
        return next(following, len(self.lines)) - 1

    def table(self, at):
        first, last = at, at
        while first > 0 and self.lines[first - 1].strip():
            first -= 1
        while last + 1 < len(self.lines) and self.lines[last + 1].strip():
            last += 1
        return first, last + 1

    def delete(self, text, put, every):
        """Deletes what begins with this text, or every thing that holds it."""
        found, at = 0, 0
        while at < len(self.lines):
            line = self.lines[at].strip()
            if not (line.startswith(text) or (every and text in line)):
                at += 1
                continue
            # A comment or an attribute goes alone.
            first, last = (at, at) if self.is_above(self.lines[at]) else self.span(at)
            margin = " " * indent(self.lines[at])
            self.lines[first : last + 1] = [margin + line for line in put]
            if not put and not any(line.strip() for line in self.lines[first - 1 : first + 1]):
                del self.lines[first - 1]
                first -= 1
            found, at = found + 1, first + len(put)
        if found == 0:
            self.must_have_held(text)
        elif found > 1 and not every:
            sys.exit(f"{DOCUMENT}: {self.name} has {found} things that begin with {text!r}")

    def replace(self, old, new):
        """One: what lines hold. Several: lines that follow one another and begin like this."""
        if len(old) == 1:
            text = "\n".join(self.lines)
            if old[0] not in text:
                self.must_have_held(old[0])
            self.lines = text.replace(old[0], "\n".join(new)).split("\n")
            return
        starts = [line.strip() for line in old]
        for at in reversed(range(len(self.lines) - len(old) + 1)):
            lines = self.lines[at : at + len(old)]
            if all(line.strip().startswith(start) for line, start in zip(lines, starts)):
                self.lines[at : at + len(old)] = [] if new == [""] else new
                return
        self.must_have_held(starts[0])


def follow(folder, original, commands):
    """Does to the fork in this folder what a list says."""
    file, at = None, 0

    def those_with(mark):
        nonlocal at
        taken = []
        while at < len(commands) and commands[at][:2].rstrip() == mark:
            taken.append(commands[at][2:])
            at += 1
        return taken

    while at < len(commands):
        word, rest = (commands[at].split(" ", 1) + [""])[:2]
        at += 1
        if word == "rm":
            remove(folder, original, rest.split())
        elif word == "feature":
            leave_feature_out(folder, original, rest)
        elif word == "in":
            file = File(folder, original, rest)
        elif word in ("-", "*"):
            file.delete(rest, those_with("+"), every=word == "*")
            file.write()
        elif word == "<":
            at -= 1
            file.replace(those_with("<"), those_with(">"))
            file.write()
        elif word:
            sys.exit(f"{DOCUMENT}: what is {word!r}?")


def remove(folder, original, paths):
    for path in paths:
        if not (original / path).exists():
            sys.exit(f"{DOCUMENT}: there is no {path}")
        if (folder / path).is_dir():
            shutil.rmtree(folder / path)
        else:
            (folder / path).unlink(missing_ok=True)


def leave_feature_out(folder, original, feature):
    manifest = folder / "Cargo.toml"
    text = manifest.read_text()
    default = re.search(r"^default = \[(.*)\]$", text, re.M)
    others = [name for name in default[1].split(", ") if name and name != f'"{feature}"']
    manifest.write_text(text.replace(default[0], f"default = [{', '.join(others)}]"))
    condition, opposite = f'feature = "{feature}"', f'not(feature = "{feature}")'
    attribute = re.compile(r"#\[cfg_attr\(%s, (.*)\)\]$" % re.escape(opposite))
    for path in sorted([*(folder / "src").rglob("*.rs"), *(folder / "tests").rglob("*.rs")]):
        file = File(folder, original, str(path.relative_to(folder)))
        while (at := first_line(file.lines, f"#[cfg({condition})]")) is not None:
            first, last = file.span(at)
            del file.lines[first : last + 1]
        lines = [line for line in file.lines if line.strip() != f"#[cfg({opposite})]"]
        file.lines = [attribute.sub(r"#[\1]", line) for line in lines]
        file.write()


def first_line(lines, text):
    return next((at for at, line in enumerate(lines) if line.strip() == text), None)


def forget_tests(folder):
    """Takes the names of tests that are gone out of docs/security.md, and rows without any left."""
    document = folder / "docs/security.md"
    kept = []
    for line in document.read_text().split("\n"):
        names = re.findall(r"`([a-z_0-9/]+\.rs)::([a-z_0-9]+)`", line)
        gone = [(file, test) for file, test in names if not has_test(folder / "tests" / file, test)]
        if names and gone == names:
            continue
        for file, test in gone:
            name = f"`{file}::{test}`"
            line = line.replace(name + " ", "").replace(" " + name, "")
        kept.append(line)
    document.write_text("\n".join(kept))


def has_test(path, name):
    return path.is_file() and f"fn {name}(" in path.read_text()
