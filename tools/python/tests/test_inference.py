"""Inference without training, against enumeration; models in files; drawings."""

import re

import numpy as np
import pytest

import unfurl as uf


def test_exact_marginals_are_those_of_enumeration(grid):
    y = np.random.default_rng(8).normal(size=(3, 3, 4)).astype(np.float32)
    for sample in range(3):
        expected, log_z = grid.exact(y[sample])
        result = uf.exact(grid.model, y, sample)
        np.testing.assert_allclose(np.array(result.marginals)[:, 1].reshape(3, 4), expected, atol=1e-6)
        assert result.log_partition == pytest.approx(log_z, abs=1e-5)
        assert uf.infer(grid.model, data=y, sample=sample).log_partition == result.log_partition


def test_exact_takes_values_of_parameters_and_networks(grid):
    y = np.ones((1, 3, 4))
    result = uf.exact(grid.model, y, values={"J": 0.0})
    np.testing.assert_allclose(np.array(result.marginals)[:, 1], 1 / (1 + np.exp(-1.4)), rtol=1e-6)
    network = uf.unroll(grid.model, "bp", 3).compile()
    network["J"] = 0.0
    assert uf.exact(network, y).log_partition == pytest.approx(result.log_partition)


def test_joint_distributions_of_scopes(grid):
    result = uf.exact(grid.model, np.zeros((1, 3, 4)), scopes=[[0, 1]])
    table = result.joints[0].reshape(2, 2)
    np.testing.assert_allclose(table, table.T)
    assert table.sum() == pytest.approx(1) and table[0, 0] > table[0, 1]


def test_the_most_probable_state(grid):
    y = np.random.default_rng(9).normal(size=(1, 3, 4)) + 1
    best = uf.most_probable(grid.model, y)
    bits = (np.arange(2**12)[:, None] >> np.arange(12)) & 1
    spins = 2.0 * bits - 1
    first, second = grid.edges.slots
    energy = 0.7 * spins @ np.float32(y).ravel() + 0.4 * (spins[:, first] * spins[:, second]).sum(axis=1)
    assert best.states == list(bits[energy.argmax()]) and best.log_value == pytest.approx(energy.max(), abs=1e-5)


@pytest.mark.parametrize("algorithm", ["bp", uf.TreeReweighted(damping=0.5), uf.MeanField(order=uf.UpdateOrder.coloured)])
def test_algorithms_run_until_marginals_stand_still(grid, algorithm):
    y = np.random.default_rng(10).normal(size=(1, 3, 4)).astype(np.float32)
    result = uf.infer(grid.model, algorithm, y, tolerance=1e-10)
    expected, log_z = grid.exact(y[0])
    assert result.converged and result.iterations < 1000
    np.testing.assert_allclose(np.array(result.marginals)[:, 1].reshape(3, 4), expected, atol=0.25)
    if not isinstance(algorithm, str):  # the bounds
        assert (result.log_partition > log_z) == isinstance(algorithm, uf.TreeReweighted)


UAI = "MARKOV\n3\n2 2 2\n2\n2 0 1\n2 1 2\n4\n 1 2 3 4\n4\n 5 1 1 2\n"


def table():
    a, b = np.array([[1, 2], [3, 4.0]]), np.array([[5, 1], [1, 2.0]])
    return np.einsum("ij,jk->ijk", a, b)


@pytest.mark.parametrize("algorithm", ["exact", "bp"])
def test_models_are_inferred_from_files(tmp_path, algorithm):
    (tmp_path / "m.uai").write_text(UAI)
    p = table()
    result = uf.infer(tmp_path / "m.uai", algorithm)
    assert result.log_partition == pytest.approx(np.log(p.sum()))
    np.testing.assert_allclose(result.marginals[1], p.sum(axis=(0, 2)) / p.sum(), rtol=1e-8)
    (tmp_path / "m.evid").write_text("1 2 1")
    for evidence in ({2: 1}, tmp_path / "m.evid"):
        result = uf.infer(str(tmp_path / "m.uai"), algorithm, evidence=evidence)
        assert result.log_partition == pytest.approx(np.log(p[:, :, 1].sum()))
        np.testing.assert_allclose(result.marginals[0], p[:, :, 1].sum(axis=1) / p[:, :, 1].sum(), rtol=1e-8)
        np.testing.assert_allclose(result.marginals[2], [0, 1])


def test_formats_are_read_and_written():
    model = uf.parse_uai(UAI)
    assert model.states == [2, 2, 2] and [f.scope for f in model.factors] == [[0, 1], [1, 2]]
    np.testing.assert_array_equal(model.factors[0].values, [1, 2, 3, 4])
    for again in (uf.parse_uai(uf.to_uai(model)), uf.parse_fg(uf.to_fg(model))):
        assert uf.log_value(again, [1, 0, 1]) == pytest.approx(np.log(3 * 1))
    marginals = [[0.25, 0.75], [0.5, 0.5]]
    np.testing.assert_array_equal(uf.parse_mar(uf.to_mar(marginals)), marginals)
    assert uf.parse_mpe(uf.to_mpe([1, 0])) == [1, 0]
    assert uf.parse_pr(uf.to_pr(2.5)) == pytest.approx(2.5)
    with pytest.raises(uf.DataError, match="text:7"):
        uf.parse_uai("MARKOV\n1\n2\n1\n1 0\n2\n 1 x\n")


def test_all_variables_may_be_known():
    result = uf.infer(uf.parse_uai(UAI), evidence={0: 0, 1: 1, 2: 0})
    assert result.log_partition == pytest.approx(np.log(2 * 1))
    np.testing.assert_allclose(result.marginals, [[1, 0], [0, 1], [1, 0]])


def test_graphs(grid):
    graph = uf.FactorGraph(grid.model)
    assert graph.variables() == 12 and graph.factors() == 12 + 17 and not graph.is_tree() and graph.longest_path() is None
    assert graph.neighbours(0) == [1, 4] and graph.variable_name(5) == "x[1, 1]"


def test_models_and_networks_are_drawn(grid, tmp_path):
    network = uf.unroll(grid.model, "bp", 3).untie(uf.all).compile()
    for drawn in (grid.model, network):
        assert drawn.dot().lstrip().startswith(("graph", "digraph"))
        assert re.match(r"\s*<svg", drawn._repr_svg_()) and drawn._repr_svg_().rstrip().endswith("</svg>")
    assert "J" in grid.model._repr_svg_()
    uf.render(uf.step_dot(network), tmp_path / "step.svg")
    assert "<svg" in (tmp_path / "step.svg").read_text()
