"""A file of a fork, by things that begin in a line and end where their indentation does."""

import re


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
            raise LookupError(f"{self.name} holds no {text!r}")

    def is_above(self, line):
        """Whether it is a comment or an attribute of what stands below."""
        if self.path.suffix != ".rs":
            return line.startswith("# ")
        return re.match(r"\s*(#\[|//(?!!))", line)

    def span(self, at):
        """Where what begins in this line begins and ends, with what belongs to it."""
        if self.path.suffix == ".md" and self.lines[at].startswith("#"):
            return at, self.end_of_section(at)
        if self.lines[at].startswith("[["):
            return self.table(at)
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
        return first, last

    def cut(self, at, put=()):
        """Takes out what begins in this line, puts lines there, and gives the line behind them."""
        # A comment or an attribute goes alone.
        first, last = (at, at) if self.is_above(self.lines[at]) else self.span(at)
        margin = " " * indent(self.lines[at])
        self.lines[first : last + 1] = [margin + line for line in put]
        if not put and not any(line.strip() for line in self.lines[max(first - 1, 0) : first + 1]):
            del self.lines[max(first - 1, 0)]
            first -= 1
        return max(first, 0) + len(put)

    def cut_where(self, is_it):
        """Takes out everything that begins in such a line."""
        at, found = 0, False
        while at < len(self.lines):
            if is_it(self.lines[at]):
                at, found = self.cut(at), True
            else:
                at += 1
        if found:
            self.write()

    def delete(self, text, put, every):
        """Deletes what begins with this text, or every thing that holds it."""
        found, at = 0, 0
        while at < len(self.lines):
            line = self.lines[at].strip()
            if line.startswith(text) or (every and text in line):
                at, found = self.cut(at, put), found + 1
            else:
                at += 1
        if found == 0:
            self.must_have_held(text)
        elif found > 1 and not every:
            raise LookupError(f"{self.name} has {found} things that begin with {text!r}")

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
