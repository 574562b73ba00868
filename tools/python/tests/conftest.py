"""Models that several tests use, with their answers by NumPy."""

import numpy as np
import pytest

import unfurl as uf


class Lasso:
    """Sparse codes from few measurements, by ISTA."""

    def __init__(self):
        rng = np.random.default_rng(1)
        self.A = rng.normal(size=(8, 12)) / np.sqrt(8)
        self.codes = rng.normal(size=(40, 12)) * (rng.random((40, 12)) < 0.2)
        self.b = (self.codes @ self.A.T).astype(np.float32)
        self.weight = 0.1
        self.model = uf.Model("lasso")
        b, x = self.model.observed("b", 8), self.model.latent("x", 12)
        A = self.model.param("A", self.A)
        self.model.factor("fit", uf.SquaredError(b, A * x))
        self.model.factor("sparse", uf.L1(self.model.param("weight", self.weight, uf.nonneg), x))

    def network(self, layers=5, step=0.3):
        return uf.unroll(self.model, uf.ProximalGradient(step=step), layers).compile().threads(1)

    def ista(self, layers=5, step=0.3):
        x = np.zeros((len(self.b), 12))
        for _ in range(layers):
            z = x - step * (x @ self.A.T - self.b) @ self.A
            x = np.sign(z) * np.maximum(np.abs(z) - step * self.weight, 0)
        return x


class Grid:
    """A grid of binary pixels with noisy evidence."""

    def __init__(self, height=3, width=4):
        self.shape = (height, width)
        self.model = uf.Model("grid")
        y = self.model.observed("y", self.shape)
        self.x = self.model.discrete("x", self.shape, states=2)
        self.edges = uf.grid4(self.x)
        self.model.factor("data", uf.each(self.x), uf.Field(self.model.param("g", 0.7) * y))
        self.model.factor("smooth", self.edges, uf.Ising(self.model.param("J", 0.4)))

    def exact(self, y):
        """Marginals of state 1 by enumeration, spins -1 and +1."""
        n = y.size
        spins = 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1
        energy = 0.7 * spins @ y.ravel()
        first, second = self.edges.slots
        energy += 0.4 * (spins[:, first] * spins[:, second]).sum(axis=1)
        p = np.exp(energy - energy.max())
        return ((p / p.sum()) @ (spins > 0)).reshape(self.shape), np.log(np.exp(energy).sum())


@pytest.fixture
def lasso():
    return Lasso()


@pytest.fixture
def grid():
    return Grid()
