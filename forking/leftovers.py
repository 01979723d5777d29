"""Clears away what nothing needs any more after the lists, as far as a tool can tell."""

import re
from pathlib import Path

from conditions import clear_conditions
from file import File
from imports import clear_imports


def clear_away(folder, original):
    clear_modules(folder)
    clear_targets(folder)
    clear_codes(folder)
    clear_conditions(folder)
    clear_phrases(folder)
    clear_settings(folder)
    clear_tests_named(folder)
    clear_picture(folder)
    clear_imports(folder, original)


def sources(folder, *parts):
    """The Rust of these parts, by path."""
    paths = [path for part in parts for path in sorted((folder / part).rglob("*.rs"))]
    return {path: path.read_text() for path in paths}


def opened(folder, path):
    return File(folder, folder, str(Path(path).relative_to(folder)))


def clear_modules(folder):
    """`mod` of files that are gone."""
    module = re.compile(r"(?:pub(?:\(\w+\))? )?mod (\w+);")
    for path in sources(folder, "src", "tests"):
        file = opened(folder, path)

        def is_gone(line):
            found = module.match(line)
            if not found:
                return False
            named = f"{found[1]}.rs"
            above = file.lines[file.lines.index(line) - 1]
            if place := re.match(r'#\[path = "(.*)"\]', above):
                return not (path.parent / place[1]).exists()
            homes = [path.parent, path.with_suffix("")]
            return not any(
                (home / named).exists() or (home / found[1] / "mod.rs").exists() for home in homes
            )

        file.cut_where(is_gone)


def clear_targets(folder):
    """Tests and benches of Cargo.toml whose file is gone."""
    file = opened(folder, folder / "Cargo.toml")
    for path in re.findall(r'^path = "(.*)"$', "\n".join(file.lines), re.M):
        if not (folder / path).exists():
            at = file.lines.index(f'path = "{path}"')
            while not file.lines[at].startswith("[["):
                at -= 1
            file.cut(at)
    file.write()


def clear_codes(folder):
    """Failures that nobody has."""
    path = folder / "src/error/kind.rs"
    table = path.read_text()
    had = "".join(text for other, text in sources(folder, "src").items() if other != path)
    had = set(re.findall(r"ErrorKind::(\w+)", had)) | set(re.findall(r"=> Self::(\w+)", table))
    codes = set(re.findall(r"^            Self::(\w+) => \(", table, re.M))
    for code in codes - had:
        opened(folder, path).cut_where(lambda line: re.search(rf"\b{code}\b", line))


def clear_phrases(folder):
    """Phrases that no page says; tests/it/words.rs holds the same."""
    pages = "".join(p.read_text() for p in sorted((folder / "templates").rglob("*.*")))
    functions = (folder / "src/templates/functions.rs").read_text()
    codes = re.findall(r'S::\w+, "(\w+)"\)', (folder / "src/error/kind.rs").read_text())
    said = set(re.findall(r'(?:words\.|key=")([a-z_.]+)[ "]', pages))
    said |= set(re.findall(r'"([a-z_.]+)"', functions))
    # Of these a part is chosen while the program runs.
    starts = tuple(f"{name}." for name in [*codes, *re.findall(r"words\.(\w+)\[", pages)])
    starts += tuple(re.findall(r'key="([a-z_.]+)" ~', pages))

    def is_said(name):
        return name in said or name == "language" or name.startswith(starts)

    for path in sorted((folder / "words").glob("*.ftl")):
        if path.name == "brand.ftl":
            continue
        file = opened(folder, path)
        message, says = "", {}
        for line in file.lines:
            if found := re.match(r"(\w+) =( .)?", line):
                message = found[1]
                says[message] = bool(found[2]) and is_said(message)
            elif found := re.match(r"    \.(\w+) =", line):
                name = f"{message}.{found[1]}"
                says[name] = is_said(name)
                says[message] = says[message] or says[name]
        message = ""

        def is_gone(line):
            nonlocal message
            if found := re.match(r"(\w+) =", line):
                message = found[1]
                return not says[message]
            found = re.match(r"    \.(\w+) =", line)
            return found and not says[f"{message}.{found[1]}"]

        file.cut_where(is_gone)


def clear_settings(folder):
    """Settings that nothing reads; tests/it/docs.rs holds the same."""
    read = set()
    for text in sources(folder, "src").values():
        read.update(re.findall(r'"([A-Z][A-Z_]+)"', text))

    def is_gone(line):
        found = re.match(r"#?([A-Z][A-Z_]+)=|\| `([A-Z][A-Z_]+)` \|", line)
        return found and (found[1] or found[2]) not in read

    for name in [".env.example", "README.md"]:
        opened(folder, folder / name).cut_where(is_gone)


def clear_picture(folder):
    """Modules in the picture of docs/architecture.md; tests/it/architecture.rs holds the same."""
    homes = {path.name.removesuffix(".rs") for path in (folder / "src").iterdir()}

    def is_gone(line):
        found = re.match(r"│ (\w+) ", line)
        return found and found[1] not in homes

    opened(folder, folder / "docs/architecture.md").cut_where(is_gone)


def clear_tests_named(folder):
    """Tests in the tables of docs/security.md that are gone, and rows without any left."""
    document = folder / "docs/security.md"
    kept = []
    for line in document.read_text().split("\n"):
        names = re.findall(r"`([a-z_0-9/-]+\.rs)::([a-z_0-9]+)`", line)
        gone = [(file, test) for file, test in names if not has_test(folder, file, test)]
        if names and gone == names:
            continue
        for file, test in gone:
            name = f"`{file}::{test}`"
            line = line.replace(name + " ", "").replace(" " + name, "")
        kept.append(line)
    document.write_text("\n".join(kept))


def has_test(folder, file, name):
    path = folder / file if file.startswith("crates/") else folder / "tests" / file
    return path.is_file() and f"fn {name}(" in path.read_text()
