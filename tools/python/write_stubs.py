"""Writes type stubs of the built package: python3 write_stubs.py FOLDER_OF_THE_PACKAGE

Signatures are those that pybind11 writes into docstrings; functions written in Python keep their own.
"""

import inspect
import re
import sys
import types
from pathlib import Path

sys.path[0] = str(Path(sys.argv[1]).parent)  # the built package, not its sources beside this file

import unfurl  # noqa: E402
from unfurl import _unfurl  # noqa: E402

HEADER = '''"""Types of {name}, made of the module by write_stubs.py."""
import os
from os import PathLike
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple, Union, overload

import numpy
'''
#: Classes whose constructors of one argument are used wherever one is asked for.
CONVERTED = ("Algorithm", "Beta", "BinaryMatrix", "Complex", "ComplexOperator", "Expr", "FactorSpec", "Optimizer", "Space", "What")
SIGNATURE = re.compile(r"^(?:\d+\. )?(\w+)(\(.*\)) -> (.*)$")


def cleaned(text: str) -> str:
    """A signature as Python reads it."""
    text = re.sub(r"\bunfurl\.(?:_unfurl\.)?", "", text)
    text = re.sub(r"numpy\.ndarray\[[^\]]*\](?:\])?", "numpy.ndarray", text)
    text = re.sub(r"= <[^<>]*(?:<[^<>]*>[^<>]*)*>", "= ...", text)
    text = re.sub(r"= (?!\.\.\.)[A-Za-z_.]+\((?:[^()]|\([^()]*\))*\)", "= ...", text)
    text = text.replace("handle", "Any").replace("os.PathLike", "PathLike[str]").replace(": object", ": Any")
    text = text.replace("function", "Callable[..., Any]").replace("-> object", "-> Any").replace("capsule", "Any")
    return re.sub(r"\b(List|Sequence)\[(\w+)\] = \[\]", r"\1[\2] = ...", text)


def accepted(arguments: str) -> str:
    """Arguments with all types that serve as the one that is asked for."""
    arguments = re.sub(r"\(self: [\w.]+", "(self", arguments)
    return re.sub(rf"\b(?:BetaDivergence\.)?({'|'.join(CONVERTED)})\b(?!\.)", r"_Any\1", arguments)


def alias(name: str) -> list:
    """What serves as a class."""
    c = unfurl.BetaDivergence.Beta if name == "Beta" else getattr(unfurl, name)
    types_ = ["BetaDivergence.Beta" if name == "Beta" else name]
    for arguments, _ in signatures(c.__init__):
        if match := re.fullmatch(r"\(self: [\w.]+, \w+: ([\w.]+)\)", arguments):
            types_.append(match[1])
    if name == "ComplexOperator":
        types_.append("Expr")
    return [f"_Any{name} = Union[{', '.join(types_)}]"]


def signatures(f: object) -> list:
    """[(arguments, result)] of every overload."""
    found = []
    for line in (f.__doc__ or "").splitlines():
        if match := SIGNATURE.match(cleaned(line.strip())):
            if match[1] == getattr(f, "__name__", match[1]):
                found.append((match[2], match[3]))
                if "Overloaded function." not in f.__doc__:
                    break
    return found


def function(name: str, f: object, indent: str, decorator: str = "") -> list:
    if isinstance(f, types.FunctionType):
        text = re.sub(r"(: |-> )'([^']*)'", r"\1\2", str(inspect.signature(f))).replace("u.", "")
        return [f"{indent}def {name}{text}: ..."]
    all_signatures = signatures(f) or [("(*args: Any, **kwargs: Any)" if not indent else "(self, *args: Any, **kwargs: Any)", "Any")]
    overloaded = ["@overload"] if len(all_signatures) > 1 else []
    lines = []
    for arguments, result in all_signatures:
        lines += [f"{indent}{d}" for d in overloaded + ([decorator] if decorator else [])]
        if name == "__init__":
            result = "None"
        arguments = accepted(arguments)
        ignored = "  # type: ignore" if overloaded or name.startswith("__") else ""
        lines.append(f"{indent}def {name}{arguments} -> {result}: ...{ignored}")
    return lines


def attribute(name: str, p: property, indent: str) -> list:
    match = SIGNATURE.match(cleaned("f" + (p.fget.__doc__ or "").strip().splitlines()[0])) if p.fget.__doc__ else None
    kind = match[3] if match else "Any"
    lines = [f"{indent}@property", f"{indent}def {name}(self) -> {kind}: ..."]
    if p.fset:
        lines += [f"{indent}@{name}.setter", f"{indent}def {name}(self, value: Any) -> None: ..."]
    return lines


def class_stub(name: str, c: type, indent: str) -> list:
    bases = [b.__name__ for b in c.__bases__ if b.__name__ not in ("pybind11_object", "object")]
    lines = [f"{indent}class {name}{'(' + ', '.join(bases) + ')' if bases else ''}:"]
    inner = indent + "    "
    enum = hasattr(c, "__members__")
    for member, value in vars(c).items():
        if enum and (member in c.__members__ or member in ("name", "value")):
            continue
        if isinstance(value, type):
            lines += class_stub(member, value, inner)
        elif isinstance(value, staticmethod):
            lines += function(member, value.__func__, inner, "@staticmethod")
        elif isinstance(value, property) and member != "__doc__":
            lines += attribute(member, value, inner)
        elif member == "__init__" or (callable(value) and (not member.startswith("_") or member in KEPT)):
            lines += function(member, value, inner)
    if enum:
        lines += [f"{inner}{member}: {c.__qualname__}" for member in c.__members__]
        lines += [f"{inner}name: str", f"{inner}value: int"]
    if issubclass(c, Exception):
        lines += [f"{inner}{text}: str" for text in ("what_happened", "where", "mend")]
    return lines if len(lines) > 1 else [lines[0] + " ..."]


KEPT = {f"__{n}__" for n in (
    "add radd sub rsub mul rmul matmul rmatmul truediv rtruediv neg pow call len getitem setitem contains eq bool").split()} | {"_repr_svg_"}


def module_stub(name: str, m: types.ModuleType) -> str:
    lines = [HEADER.format(name=name)]
    if m is unfurl:
        lines.append("from . import audio as audio, extend as extend, loss as loss, space as space\n")
    elif m is _unfurl.loss or m is _unfurl.space:
        lines.append("from . import Loss, Space, _AnySpace\n")
    elif m is _unfurl.extend:
        lines.append("from . import Domain, Expr, FactorDeclaration, Model, Space, Type, _AnyExpr, _AnySpace\n")
    for member, value in sorted(vars(m).items(), key=lambda item: not isinstance(item[1], type)):
        if member.startswith("_") or isinstance(value, types.ModuleType):
            continue
        if isinstance(value, type):
            lines += class_stub(member, value, "")
        elif callable(value) and not isinstance(value, unfurl.What):
            lines += function(member, value, "")
        else:
            lines.append(f"{member}: {type(value).__name__}")
    if m is unfurl:
        for name in CONVERTED:
            lines += alias(name)
    text = "\n".join(lines) + "\n"
    return text if m is unfurl else text.replace(f"{name.rpartition('.')[2]}.", "")


def main() -> None:
    folder = Path(sys.argv[1])
    for stub, name, m in (("__init__", "unfurl", unfurl), ("loss", "unfurl.loss", unfurl.loss),
                          ("space", "unfurl.space", unfurl.space), ("extend", "unfurl.extend", unfurl.extend),
                          ("audio", "unfurl.audio", unfurl.audio)):
        text = module_stub(name, m)
        compile(text, f"{stub}.pyi", "exec")
        (folder / f"{stub}.pyi").write_text(text)


if __name__ == "__main__":
    main()
