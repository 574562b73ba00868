"""Errors: the library's hierarchy, texts that say how to mend it, and the line of Python that is wrong."""

import inspect
import os

import numpy as np
import pytest

import unfurl as uf


def line():
    """This file and the caller's line."""
    frame = inspect.currentframe().f_back
    return f"{os.path.basename(__file__)}:{frame.f_lineno}"


def test_the_hierarchy_is_the_librarys():
    for c in (uf.ModelError, uf.ScheduleError, uf.DataError, uf.NumericalError, uf.InternalError):
        assert issubclass(c, uf.Error) and issubclass(uf.Error, Exception)
    assert issubclass(uf.NoPossibleState, uf.NumericalError)


def test_an_error_says_what_where_and_how_to_mend_it():
    m = uf.Model("m")
    x = m.discrete("x", 4, states=3)
    with pytest.raises(uf.ModelError) as caught:
        here = line(); m.factor("f", uf.chain(x), uf.Ising(1.0))
    e = caught.value
    assert e.where == here
    assert "Ising" in e.what_happened
    assert f"where: {here}" in str(e) and str(e).startswith("unfurl: ")


def mistakes():
    """Statements that are wrong, each in a line of its own."""
    m = uf.Model("m")
    y = m.observed("y", 4)
    x = m.discrete("x", 4, states=2)
    z = m.latent("z", 3)
    A = m.param("A", np.ones((3, 2)))
    grid = m.discrete("grid", (2, 2), states=2)
    return {
        "twice the same name": (uf.ModelError, lambda: m.observed("y", 4)),
        "an empty extent": (uf.ModelError, lambda: m.latent("w", 0)),
        "shapes of a sum": (uf.ModelError, lambda: y + z),
        "shapes of a reversed sum": (uf.ModelError, lambda: z - y),
        "a product of vectors": (uf.ModelError, lambda: y * z),
        "a matrix and a vector": (uf.ModelError, lambda: A * z),
        "@ of a matrix and a vector": (uf.ModelError, lambda: A @ z),
        "a function": (uf.ModelError, lambda: uf.cwise(y, z)),
        "a slice": (uf.ModelError, lambda: uf.slice(y, 3, 5)),
        "a space": (uf.ModelError, lambda: m.param("n", -1.0, uf.nonneg)),
        "values of an extent": (uf.ModelError, lambda: m.param("v", uf.vector(3), [1.0, 2.0])),
        "three dimensions": (uf.ModelError, lambda: m.param("t", np.ones((2, 2, 2)))),
        "edges": (uf.ModelError, lambda: uf.grid4(x)),
        "pairs": (uf.ModelError, lambda: uf.pairs(x, [(0, 9)])),
        "a factor": (uf.ModelError, lambda: m.factor("f", uf.SquaredError(y, z))),
        "a read-out": (uf.ModelError, lambda: m.readout("y", y)),
        "an operator": (uf.ModelError, lambda: uf.grid_differences() * y),
        "another model's": (uf.ModelError, lambda: uf.Model("o").factor("f", uf.each(grid), uf.Field(0.0))),
        "layers": (uf.ScheduleError, lambda: uf.unroll(m, "bp", 0)),
        "an algorithm's name": (uf.ScheduleError, lambda: uf.algorithm_by_name("bq")),
        "a file": (uf.DataError, lambda: uf.read_text("/no/such/file")),
    }


@pytest.mark.parametrize("what", mistakes())
def test_every_mistake_names_its_own_line(what):
    kind, wrong = mistakes()[what]
    with pytest.raises(kind) as caught:
        wrong()
    if what == "a file":  # errors of files name these
        assert "/no/such/file" in str(caught.value)
    else:
        assert caught.value.where == f"{os.path.basename(__file__)}:{wrong.__code__.co_firstlineno}"


def test_a_schedules_rule_is_named(grid):
    schedule = uf.unroll(grid.model, uf.SumProduct(), 3)
    with pytest.raises(uf.ScheduleError) as caught:
        here = line(); schedule.untie("K")
    assert caught.value.where == here
    assert "J" in caught.value.mend


def test_lines_of_declarations_reach_errors_of_data(grid):
    network = uf.unroll(grid.model, uf.SumProduct(), 3).compile()
    with pytest.raises(uf.DataError) as caught:
        network.run({"z": np.zeros((2, 3, 4))})
    declared = inspect.getsourcelines(type(grid).__init__)
    assert caught.value.where == f"conftest.py:{declared[1] + 3}"


@pytest.mark.parametrize("array", [np.zeros((2, 5)), np.zeros((2, 3, 5)), np.float32(1), "text", [[None]], np.zeros(12)])
def test_arrays_that_do_not_fit_are_refused_in_the_callers_line(grid, array):
    network = uf.unroll(grid.model, uf.SumProduct(), 3).compile()
    with pytest.raises(uf.DataError) as caught:
        here = line(); network.run(array)
    assert caught.value.where == here and "'y'" in caught.value.what_happened


def test_errors_of_the_helpers_name_the_caller(grid):
    network = uf.unroll(grid.model, uf.SumProduct(), 3).compile()
    with pytest.raises(uf.DataError) as caught:
        here = line(); network.fit({"y": np.zeros((2, 12))})
    assert caught.value.where == here
    with pytest.raises(uf.DataError) as caught:
        here = line(); uf.infer(grid.model, evidence={})
    assert caught.value.where == here


def test_numbers_that_are_not_finite_are_refused(grid):
    network = uf.unroll(grid.model, uf.SumProduct(), 3).compile()
    with pytest.raises(uf.DataError, match="nan"):
        network.run(np.full((1, 12), np.nan))


def test_evidence_without_a_state_left_is_named():
    table = uf.TableModel([2, 2], [uf.TableModel.Factor([0, 1], [1, 0, 0, 1]), uf.TableModel.Factor([0], [1, 0]),
                                   uf.TableModel.Factor([1], [0, 1])])
    with pytest.raises(uf.NoPossibleState) as caught:
        uf.infer(table, uf.SumProduct())
    assert caught.value.variable in (0, 1) and str(caught.value).startswith("unfurl: ")
    with pytest.raises(uf.NumericalError):
        uf.infer(table)
