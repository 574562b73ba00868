"""Everything that the public headers declare for models and training has its counterpart, with the same names."""

import re
from pathlib import Path

import pytest

import unfurl as uf

INCLUDE = Path(__file__).resolve().parents[3] / "include" / "unfurl"
TEXT = "\n".join(p.read_text() for p in sorted(INCLUDE.glob("*.hpp")))
CODE = re.sub(r"//[^\n]*", "", TEXT)


def structs_that_are(kind):
    """Names and bodies of the structs that convert to a type."""
    found = {}
    for match in re.finditer(r"^struct (\w+) \{\n(.*?)^\};", CODE, re.M | re.S):
        if re.search(rf"operator {kind}\(\) const;", match[2]):
            found[match[1]] = match[2]
    return found


def fields_of(body):
    """Names of the fields of a struct of options."""
    body = re.sub(r"(?:struct|enum class) \w+ \{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", "", body)
    names = []
    for statement in body.split(";"):
        if "operator" in statement or not statement.strip():
            continue
        for part in re.sub(r"<[^<>]*>", "", statement).split(","):
            names.append(re.findall(r"\w+", re.sub(r"[={].*", "", part.strip(), flags=re.S))[-1])
    return names


@pytest.mark.parametrize("kind, least", [("FactorSpec", 28), ("AlgorithmPointer", 18), ("Optimizer", 3)])
def test_every_struct_of_options_is_a_class_with_its_fields(kind, least):
    structs = structs_that_are(kind)
    assert len(structs) >= least
    for name, body in structs.items():
        c = getattr(uf, name, None)
        assert c is not None, f"{name} has no counterpart"
        assert c.__doc__ and len(c.__doc__.strip()) > 20, f"{name} has no text"
        for field in fields_of(body):
            assert hasattr(c, field), f"{name}.{field} has no counterpart"
            assert re.search(rf"\b{field}: ", c.__init__.__doc__), f"{name}(...) does not take {field}"


def test_fields_are_found():
    assert fields_of(structs_that_are("AlgorithmPointer")["HyperLista"]) == [
        "threshold", "momentum", "selection", "step", "count", "counts_support", "floor", "ridge", "block", "local"]
    assert fields_of(structs_that_are("FactorSpec")["Gaussian"]) == ["precision", "mean"]


def test_every_short_name_is_an_algorithm():
    assert len(uf.algorithm_names()) > 20
    for name in uf.algorithm_names():
        assert uf.Algorithm(name).name == uf.algorithm_by_name(name).name


def members_of(class_name):
    """Public member functions of a class."""
    body = re.search(rf"^class {class_name} \{{\n(.*?)^\}};", CODE, re.M | re.S)[1].split(" private:")[0]
    return {m for m in re.findall(r"^  (?=\S)(?:[\w:<>&*, ]+ )[&*]?(\w+)\(", body, re.M)} - {class_name}


@pytest.mark.parametrize("name", ["Model", "Schedule", "FactorGraph", "Operator", "ComplexOperator", "Space"])
def test_every_member_function_has_its_counterpart(name):
    # What formulas are inside, and layers one by one, are for C++.
    inside = {"Model": set(), "Schedule": {"by_layer"}, "Operator": {"matrix", "to_matrix"}, "Space": {"type"}}
    members = members_of(name) - inside.get(name, set())
    assert members, "no members were found"
    for member in members - {"operator"}:
        assert hasattr(getattr(uf, name), member), f"{name}.{member} has no counterpart"


def functions_of(header):
    code = re.sub(r"//[^\n]*", "", (INCLUDE / header).read_text())
    return set(re.findall(r"^(?:inline )?(?:constexpr )?(?:[\w:<>]+ )(\w+)\(", code, re.M)) - {"operator"}


@pytest.mark.parametrize("header", ["model.hpp", "formulas.hpp", "sample_matrices.hpp", "edges.hpp", "operators.hpp",
                                    "complex.hpp", "exact.hpp", "inference.hpp", "formats.hpp", "draw.hpp", "factor_graph.hpp",
                                    "common_components.hpp", "algorithms.hpp", "schedule.hpp", "checkpoint.hpp", "codes.hpp",
                                    "decoding.hpp", "code_files.hpp", "npz.hpp"])
def test_every_function_has_its_counterpart(header):
    # Arrays of NumPy are complex themselves; load_network is Network.load, network_of is inside pickle.
    inside = {"as_pairs", "from_pairs", "load_network", "network_of"}
    for name in functions_of(header) - inside:
        assert hasattr(uf, name), f"{name} of {header} has no counterpart"


def test_every_loss_has_its_counterpart():
    bodies = re.findall(r"^namespace loss \{\n(.*?)^\}  ", TEXT, re.M | re.S)
    losses = set(re.findall(r"^Loss (\w+)\(", "\n".join(bodies), re.M))
    assert len(losses) >= 7
    for name in losses:
        assert hasattr(uf.loss, name), f"loss.{name} has no counterpart"
        assert getattr(uf.loss, name).__doc__


@pytest.mark.parametrize("name", re.findall(r"^enum class (\w+) \{", CODE, re.M))
def test_every_enumeration_of_the_declarations_has_its_counterpart(name):
    if name == "Role":  # of comparisons
        pytest.skip("for the program")
    body = re.search(rf"^enum class {name} \{{(.*?)\}};", CODE, re.M | re.S)[1]
    for word in re.findall(r"\b([a-z]\w*)\b(?=\s*(?:\[\[.*?\]\])?\s*(?:,|$|=))", re.sub(r"\[\[.*?\]\]", "", body)):
        if name == "Precision" and word in ("single", "double_"):
            continue  # deprecated names
        assert hasattr(getattr(uf, name), word), f"{name}.{word} has no counterpart"
