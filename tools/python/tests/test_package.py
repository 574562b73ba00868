"""What a user meets first: the README's example, names, types, texts."""

import builtins
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import unfurl as uf

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(uf.__file__).parent


def example():
    """The README's program in Python."""
    programs = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert programs, "the README has no program in Python"
    return programs[0]


def test_the_readmes_example_trains_a_network_in_twelve_lines(capsys):
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 12 and max(map(len, lines)) <= 120
    exec(compile(example(), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    before, after = (float(word) for word in re.findall(r"\d+\.\d+", printed))
    assert after < 0.6 * before
    # The guide's chapter shows the same program, and what it prints, on another processor perhaps.
    guide = ROOT / "tools" / "docs" / "guide"
    assert (guide / "python.py").read_text() == example()
    shown = [line.split() for line in (guide / "python.txt").read_text().splitlines()]
    assert [name for name, _ in shown] == ["untrained", "trained"]
    assert [float(share) for _, share in shown] == pytest.approx([before, after], abs=0.005)


def test_a_star_hides_none_of_pythons_own_functions():
    names = {}
    exec("from unfurl import *", names)
    assert "Model" in names and "infer" in names
    assert not [n for n in names if not n.startswith("__") and hasattr(builtins, n)]


def test_submodules_are_imported_by_their_names():
    from unfurl.loss import squared_error
    from unfurl.space import simplex

    assert squared_error is uf.loss.squared_error and simplex is uf.space.simplex


@pytest.mark.parametrize("name", [n for n, v in vars(uf).items() if isinstance(v, type) and not n.startswith("_")])
def test_every_class_is_in_the_stubs(name):
    assert re.search(rf"^class {name}\b", (PACKAGE / "__init__.pyi").read_text(), re.M)


def test_the_package_is_typed(tmp_path):
    assert (PACKAGE / "py.typed").exists()
    mypy = subprocess.run([sys.executable, "-m", "mypy", "--version"], capture_output=True)
    if mypy.returncode != 0:
        pytest.skip("there is no mypy")
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(example())
    wrong.write_text("import unfurl as uf\nuf.SumProduct(dampening=0.5)\nm: int = uf.Model('m')\nuf.unroll(1, 'bp', 3)\n")
    environment = {**os.environ, "MYPYPATH": str(PACKAGE.parent)}
    check = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache")]
    found = subprocess.run(check + [str(right)], env=environment, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    found = subprocess.run(check + [str(wrong)], env=environment, capture_output=True, text=True)
    assert all(f"wrong.py:{line}:" in found.stdout for line in (2, 3, 4)), found.stdout


def test_classes_have_the_texts_of_the_headers():
    assert "Sum-product belief propagation in the log domain" in uf.SumProduct.__doc__
    assert "One factor per entry of the edge set" in uf.Model.factor.__doc__
    assert "initial" in uf.Admm.penalty.__doc__
