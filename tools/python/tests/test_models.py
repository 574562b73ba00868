"""Declarations: formulas beside NumPy, operators, spaces, and schedules."""

import numpy as np
import pytest

import unfurl as uf

rng = np.random.default_rng(11)


def value(declare, **data):
    """What a formula of data of 6 numbers is, of every sample."""
    m = uf.Model("m")
    domains = {name: uf.nonneg if array.min() >= 0 else uf.real for name, array in data.items()}
    inputs = {name: m.observed(name, array.shape[1:], domains[name]) for name, array in data.items()}
    x = m.latent("x", 1)
    m.factor("idle", uf.SquaredError(0.0, x))
    m.readout("value", declare(m, **inputs))
    network = uf.unroll(m, uf.ProximalGradient(step=1.0), 1).compile().precision(uf.Precision.f64)
    return network.run(data, "value")


a, b = rng.normal(size=(4, 6)), rng.random((4, 6)) + 0.5
W = rng.normal(size=(3, 6))

FORMULAS = {
    "sum": (lambda m, a, b: a + b, lambda: a + b),
    "numbers": (lambda m, a, b: 2 * a - b / 3 + np.float32(0.5), lambda: 2 * a - b / 3 + 0.5),
    "numbers first": (lambda m, a, b: np.float64(1) - a + 1 / b, lambda: 1 - a + 1 / b),
    "negative": (lambda m, a, b: -a, lambda: -a),
    "matrix": (lambda m, a, b: m.param("W", W) * a, lambda: a @ W.T),
    "@": (lambda m, a, b: m.param("W", W) @ a, lambda: a @ W.T),
    "cwise": (lambda m, a, b: uf.cwise(a, b), lambda: a * b),
    "dot": (lambda m, a, b: uf.dot(a, b), lambda: (a * b).sum(1, keepdims=True)),
    "functions": (lambda m, a, b: uf.exp(a) + uf.log(b) + uf.sqrt(b) + uf.abs(a), lambda: np.exp(a) + np.log(b) + b**0.5 + abs(a)),
    "power": (lambda m, a, b: b**1.5, lambda: b**1.5),
    "relu": (lambda m, a, b: uf.relu(a) + uf.max(a, b), lambda: np.maximum(a, 0) + np.maximum(a, b)),
    "sigmoid": (lambda m, a, b: uf.sigmoid(a), lambda: 1 / (1 + np.exp(-a))),
    "reductions": (lambda m, a, b: uf.sum(a) + uf.mean(b) + uf.max(a), lambda: (a.sum(1) + b.mean(1) + a.max(1))[:, None]),
    "parts": (lambda m, a, b: uf.concatenate([uf.slice(a, 1, 2), uf.gather(b, [5, 0])]),
              lambda: np.hstack([a[:, 1:3], b[:, [5, 0]]])),
    "differences": (lambda m, a, b: uf.differences() * a, lambda: np.diff(a)),
    "mask": (lambda m, a, b: (2.0 * uf.mask([1, 4])) * a, lambda: 2 * a[:, [1, 4]]),
    "products of operators": (lambda m, a, b: (uf.differences() * uf.dense(m.param("W", W))) * a, lambda: np.diff(a @ W.T)),
    "adjoint": (lambda m, a, b: uf.adjoint(uf.mask([1, 4]), 6) * uf.slice(a, 0, 2),
                lambda: np.eye(6)[[1, 4]].T[None].repeat(4, 0).reshape(4, 6, 2).__matmul__(a[:, :2, None])[..., 0]),
    "an operator of one's own": (lambda m, a, b: uf.linear("double", lambda e: e + e) * a, lambda: 2 * a),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_are_those_of_numpy(name):
    declare, expected = FORMULAS[name]
    a32, b32 = a.astype(np.float32), b.astype(np.float32)
    np.testing.assert_allclose(value(declare, a=a32, b=b32), expected(), rtol=2e-6, atol=1e-6)


def test_convolution_is_that_of_numpy():
    image, kernel = rng.normal(size=(2, 5, 6)).astype(np.float32), rng.normal(size=(1, 9))
    made = value(lambda m, y: uf.convolution(m.param("k", kernel), uf.Windows(height=3, width=3)) * y, y=image)
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))
    assert made.shape == (2, 3, 4)
    np.testing.assert_allclose(made, np.einsum("nhwij,ij->nhw", windows, kernel.reshape(3, 3)), rtol=1e-5, atol=1e-5)


def test_initial_values_have_the_extent_that_is_said():
    m = uf.Model("m")
    x = m.discrete("x", 5, states=3)
    m.param("scalar", 1)
    m.param("same", uf.per_edge(uf.chain(x)), 2.0)
    m.param("each", uf.per_edge(uf.chain(x)), [1, 2, 3, 4])
    m.param("table", uf.table(uf.chain(x)), np.arange(9.0))
    m.param("matrix", W)
    shapes = {p.name: p.initial.shape for p in m.params()}
    assert shapes == {"scalar": (1, 1), "same": (1, 4), "each": (1, 4), "table": (9, 1), "matrix": (3, 6)}
    assert m.params()[0].where.startswith("test_models.py:")


def test_declarations_are_listed(grid):
    m = grid.model
    assert [o.name for o in m.observed()] == ["y"] and [f.name for f in m.factors()] == ["data", "smooth"]
    assert m.discretes()[0].variable.dims == [3, 4] and len(grid.edges) == 17
    assert "conftest.py:" in m.factors()[1].describe()


def test_spaces():
    nearest = uf.space.stiefel.nearest(rng.normal(size=(5, 2)))
    np.testing.assert_allclose(nearest.T @ nearest, np.eye(2), atol=1e-12)
    assert uf.space.named("simplex") == uf.space.simplex and uf.space.free != uf.space.simplex
    m = uf.Model("m")
    m.param("W", uf.matrix(5, 2), nearest, uf.space.stiefel)
    with pytest.raises(uf.ModelError):
        m.param("V", uf.matrix(5, 2), np.ones((5, 2)), uf.space.stiefel)
    with pytest.raises(uf.ModelError, match="did you mean"):
        uf.space.named("simplx")


def test_the_weight_of_alista():
    matrix = rng.normal(size=(4, 6))
    weight = uf.analytic_weight(matrix, ridge=0.0)
    np.testing.assert_allclose((weight * matrix).sum(axis=0), 1, atol=1e-9)


def test_schedules_say_what_is_tied(grid):
    schedule = uf.unroll(grid.model, uf.SumProduct(damping=0.1), 6)
    assert schedule.untie("J", uf.last(2)).freeze("g").scale("bp.damping") is schedule
    table = schedule.table()
    assert len(table["J"].copy) == 7 and table["J"].copy[:4] == [0] * 4 and len(set(table["J"].copy)) == table["J"].copies
    assert table["g"].frozen == [True] and table["bp.damping"].scaled
    names = {p.name: p.trained for p in schedule.compile().parameters()}
    assert names["g"] is False and "bp.damping" in names
    assert uf.unroll(grid.model, "bp", 6).tying("blocks:3").table()["J"].copies == 3


def test_options_are_printed_and_changed():
    options = uf.SumProduct(damping=0.25)
    assert "damping=0.25" in repr(options)
    options.damping = 0.5
    assert uf.Algorithm(options).name == uf.Algorithm("bp").name
    with pytest.raises(TypeError):
        uf.SumProduct(dampening=0.5)


def test_a_name_for_options_of_ones_own(grid):
    uf.name_algorithm("slow-bp", uf.SumProduct(damping=0.9))
    network = uf.unroll(grid.model, "slow-bp", 2).compile()
    assert float(network["bp.damping"][0, 0]) == 0.9
