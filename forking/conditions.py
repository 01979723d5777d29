"""Takes out of the templates what they show if a page has something that no page has any more."""

import re

TAG = re.compile(r"(\{%-?\s*(?:if|elif|else|endif)\b.*?%\})")
KIND = re.compile(r"\{%-?\s*(if|elif|else|endif)\s*(.*?)\s*-?%\}")


def clear_conditions(folder):
    rust = [folder / f"src/{name}.rs" for name in ("pages", "templates")]
    rust += sorted((folder / "src/pages").rglob("*.rs"))
    had = "".join(re.sub(r"//.*", "", path.read_text()) for path in rust)
    had = set(re.findall(r"\w+", had))
    for path in sorted((folder / "templates").rglob("*.html")):
        text = path.read_text()
        known = had | set(re.findall(r"(?:set|for) (\w+)", text))
        settled = settle(iter(TAG.split(text)), known)[0]
        if settled != text:
            lines = [line for line in settled.split("\n") if line.strip()]
            path.write_text("\n".join(lines) + "\n")


def settle(pieces, known):
    """Text up to where a condition ends or goes on, and the tag there."""
    text = ""
    for piece in pieces:
        found = KIND.fullmatch(piece)
        if not found:
            text += piece
        elif found[1] == "if":
            text += settle_condition(pieces, known, piece)
        else:
            return text, piece
    return text, None


def settle_condition(pieces, known, tag):
    branches = []
    while (kind := KIND.fullmatch(tag))[1] != "endif":
        body, following = settle(pieces, known)
        branches.append((tag, truth(kind[2], known) if kind[1] != "else" else True, body))
        tag = following
    left = []
    for branch in branches:
        if branch[1] is not False:
            left.append(branch)
        if branch[1]:
            break
    if not left or left[0][1]:
        return left[0][2] if left else ""
    first, *others = left
    text = re.sub(r"\belif\b", "if", first[0]) + first[2]
    for branch, is_true, body in others:
        text += (re.sub(r"\belif .*?(?= -?%)", "else", branch) if is_true else branch) + body
    return text + tag


def truth(condition, known):
    """None is for what only the page knows."""
    found = re.fullmatch(r"(not )?([a-z_]+)", condition)
    return found[1] is not None if found and found[2] not in known else None
