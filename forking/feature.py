"""Takes a feature of Cargo's out: its dependencies, its code, and its name from every command."""

import re

from file import File


def leave_feature_out(folder, feature):
    leave_out_of_manifest(folder / "Cargo.toml", feature)
    for manifest in folder.glob("*/Cargo.toml"):
        named = re.compile(r'^(workos-magic-link = .*)"%s"(?:, )?(.*)$' % feature, re.M)
        manifest.write_text(named.sub(r"\1\2", manifest.read_text()))
    condition, opposite = f'feature = "{feature}"', f'not(feature = "{feature}")'
    attribute = re.compile(r"#\[cfg_attr\(%s, (.*)\)\]$" % re.escape(opposite))
    for path in sorted([*(folder / "src").rglob("*.rs"), *(folder / "tests").rglob("*.rs")]):
        file = File(folder, folder, str(path.relative_to(folder)))
        while (at := first_line(file.lines, f"#[cfg({condition})]")) is not None:
            first, last = file.span(at)
            del file.lines[first : last + 1]
        lines = [line for line in file.lines if line.strip() != f"#[cfg({opposite})]"]
        file.lines = [attribute.sub(r"#[\1]", line) for line in lines]
        file.write()
    for path in [folder / "README.md", *folder.glob("scripts/*"), *folder.glob("docs/*.md")]:
        leave_out_of_commands(path, feature)


def leave_out_of_manifest(manifest, feature):
    text = manifest.read_text()
    entry = re.search(r"(?:^# .*\n)*^%s = \[(.*)\]\n" % feature, text, re.M)
    if not entry:
        return
    text = text.replace(entry[0], "")
    for dependency in re.findall(r'"dep:([^"]+)"', entry[1]):
        text = re.sub(r"^%s = .*optional = true.*\n" % dependency, "", text, flags=re.M)

    def without(line):
        names = [name for name in line[2].split(", ") if name and name != f'"{feature}"']
        return f"{line[1]} = [{', '.join(names)}]"

    text = re.sub(r"^(default|required-features) = \[(.*)\]$", without, text, flags=re.M)
    manifest.write_text(text.replace("required-features = []\n", ""))


def leave_out_of_commands(path, feature):
    """A command that is there already goes."""
    if not path.is_file():
        return

    def without(option):
        names = [name for name in option[1].split(",") if name != feature]
        return f" --features {','.join(names)}" if names else ""

    lines = path.read_text().split("\n")
    left = []
    for line in lines:
        changed = re.sub(r" --features ([a-z,]+)", without, line)
        if changed == line or changed not in left + lines:
            left.append(changed)
    path.write_text("\n".join(left))


def first_line(lines, text):
    return next((at for at, line in enumerate(lines) if line.strip() == text), None)
