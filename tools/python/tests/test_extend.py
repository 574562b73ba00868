"""Losses, factors and algorithms of one's own, against the built-in ones and NumPy."""

import gc

import numpy as np
import pytest

import unfurl as uf
from unfurl import extend


def absolute_error(c):
    """The sum of |x - code| of a sample."""
    b = c.builder
    x = c.result("x")
    code = c.target("code", b.type(x))
    return b.sum_to(b.abs(b.sub(x, code)), uf.Type(1, 1))


def test_a_loss(lasso):
    network = lasso.network()
    data = {"b": lasso.b, "code": lasso.codes}
    expected = np.abs(lasso.ista() - lasso.codes).sum(axis=1).mean()
    assert uf.evaluate_loss(network, uf.Loss(absolute_error), data) == pytest.approx(expected, rel=1e-5)
    history = network.fit(lasso.b, {"code": lasso.codes}, loss=uf.Loss(absolute_error), epochs=30, batch=10)
    assert history.epochs[-1].loss < 0.9 * expected
    assert all(c.passed for c in uf.check_gradients(network, uf.Loss(absolute_error), data))


def test_a_loss_that_raises_is_the_callers(lasso):
    with pytest.raises(ZeroDivisionError):
        uf.evaluate_loss(lasso.network(), uf.Loss(lambda c: 1 / 0), {"b": lasso.b})


class Cauchy(extend.FactorType):
    """sum log(1 + (target - approximation)^2) / 2."""

    def check(self, factor):
        pass

    def serves(self):
        return extend.Serves.energy

    def energy(self, b, group):
        squares = b.squared_difference(group.args[0], group.args[1])
        return b.scale(b.sum_to(b.log(b.add(b.constant(1), squares)), uf.Type(1, 1)), 0.5)

    def curvature(self, factor):
        return 1.0


def cauchy_model(lasso):
    m = uf.Model("robust")
    b, x = m.observed("b", 8), m.latent("x", 12)
    m.factor("fit", uf.FactorSpec(Cauchy(), [b, m.param("A", lasso.A) * x]))
    gc.collect()  # the type stays
    return m


def cauchy_descent(lasso, layers, rate):
    x = np.zeros((len(lasso.b), 12))
    for _ in range(layers):
        r = x @ lasso.A.T - lasso.b
        x = x - rate * (r / (1 + r**2)) @ lasso.A
    return x


def test_an_energy(lasso):
    network = uf.unroll(cauchy_model(lasso), uf.ProximalGradient(step=0.4), 5).compile().precision(uf.Precision.f64)
    np.testing.assert_allclose(network.run(lasso.b, "x"), cauchy_descent(lasso, 5, 0.4), atol=2e-7)


class Attraction(extend.FactorType):
    """A table over two binary variables: numbers[0] where they agree."""

    def check(self, factor):
        if len(factor.edges.groups) != 2:
            raise uf.ModelError("Attraction joins two variables")

    def serves(self):
        return extend.Serves.table

    def log_table(self, b, group):
        j = group.numbers[0]
        return b.constant([[j], [0.0], [0.0], [j]], uf.Type(4, 1, lanes=False))


def test_a_table(grid):
    def model(spec):
        m = uf.Model("m")
        y = m.observed("y", 4)
        x = m.discrete("x", 4, states=2)
        m.factor("data", uf.each(x), uf.Field(y))
        m.factor("smooth", uf.chain(x), spec)
        return m

    y = np.random.default_rng(1).normal(size=(5, 4))
    mine, theirs = (uf.unroll(model(spec), "bp", 4).compile().run(y, "x")
                    for spec in (uf.FactorSpec(Attraction(), [], [0.8]), uf.Potts(0.8)))
    np.testing.assert_allclose(mine, theirs, atol=1e-6)
    m = uf.Model("m")
    with pytest.raises(uf.ModelError, match="two variables"):
        m.factor("f", uf.each(m.discrete("x", 3, states=2)), uf.FactorSpec(Attraction(), [], [0.8]))


class Descent(extend.AlgorithmType):
    """Gradient descent on one latent, with a rate for every layer."""

    def parameters(self, model):
        return [extend.OwnedParameter("descent.rate", [0.4])]

    def initial(self, c):
        return [c.start(0, 0.0)]

    def step(self, c, state):
        b = c.builder
        c.set_latent(0, state[0])
        energy = c.group(0).energy(b)
        gradient, = extend.gradient(b, b.sum_to(energy, uf.Type(1, 1, lanes=False)), b.constant(1), [state[0]])
        return [b.sub(state[0], b.mul(c.parameter("descent.rate"), gradient))]

    def readout(self, c, state):
        return {"x": state[0]}


def test_an_algorithm(lasso):
    model = cauchy_model(lasso)
    network = uf.unroll(model, Descent(), 5).untie("descent.rate").compile().precision(uf.Precision.f64)
    gc.collect()
    np.testing.assert_allclose(network.run(lasso.b, "x"), cauchy_descent(lasso, 5, 0.4), atol=2e-7)
    before = ((network.run(lasso.b, "x") - lasso.codes) ** 2).sum(axis=1).mean()
    network.fit(lasso.b, lasso.codes, epochs=20, batch=10)
    assert ((network.run(lasso.b, "x") - lasso.codes) ** 2).sum(axis=1).mean() < before
    assert len({float(network[f"descent.rate@{k}"][0, 0]) for k in range(5)}) == 5
    uf.name_algorithm("descent", Descent())
    assert uf.unroll(model, "descent", 2).compile().layers == 2
