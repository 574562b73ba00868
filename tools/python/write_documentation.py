"""Writes the comments of the public headers as a table of C++: python3 write_documentation.py OUT HEADER...

Names are "Model.observed" for members, "loss.cross_entropy" in namespaces. Of overloads the first that has a text counts.
"""

import re
import sys
from pathlib import Path

SCOPE = re.compile(r"^(?:template <.*> *)?(struct|class|enum class) (\w+)[^;]*$")
NAMESPACE = re.compile(r"^namespace (loss|space) \{")
FUNCTION = re.compile(r"(?:^|[\s&*])(\w+)\(")
FIELD = re.compile(r"(\w+)\s*(?:=[^;]*|\{[^;]*\})?[;,]?\s*(?:///<.*)?$")


def name_of(line: str) -> str:
    """What a line declares; empty where that is no name."""
    code = line.split("///<")[0].strip()
    if scope := SCOPE.match(code):
        return scope[2]
    function = FUNCTION.search(code)
    if function and "=" not in code[: function.start()]:
        return function[1]
    field = FIELD.search(code)
    return field[1] if field else ""


def texts_of(header: str) -> dict:
    texts: dict = {}
    waiting: list = []
    scope = [("", -1)]  # with the columns that they begin in
    for line in header.splitlines():
        code = line.strip()
        column = len(line) - len(line.lstrip())
        if code.startswith("///") and not code.startswith("///<"):
            waiting.append(code[3:].removeprefix(" "))
            continue
        trailing = re.search(r"///<\s*(.*)$", code)
        text = "\n".join(waiting).strip() or (trailing[1] if trailing else "")
        name = name_of(line) if code and not code.startswith(("#", "//", "}")) else ""
        prefix = f"{scope[-1][0]}." if scope[-1][0] else ""
        if name and text:
            texts.setdefault(prefix + name, text)
        waiting = []
        if namespace := NAMESPACE.match(code):
            scope.append((namespace[1], column))
        elif (opened := SCOPE.match(code)) and code.endswith("{"):
            scope.append((opened[2], column))
        elif code.startswith("}") and column == scope[-1][1]:
            scope.pop()
    return texts


def main() -> None:
    out, *headers = sys.argv[1:]
    all_texts: dict = {}
    for header in sorted(headers):
        for name, text in texts_of(Path(header).read_text()).items():
            all_texts.setdefault(name, text)
    lines = [f'{{"{name}", R"text({text})text"}},' for name, text in sorted(all_texts.items())]
    Path(out).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
