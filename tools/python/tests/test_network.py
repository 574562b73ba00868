"""Networks: arrays in and out, parameters, and what is kept of them."""

import copy
import pickle
import threading
import time

import numpy as np
import pytest

import unfurl as uf


def test_ista_is_ista(lasso):
    x = lasso.network().precision(uf.Precision.f64).run(lasso.b, "x")
    assert x.dtype == np.float32 and x.shape == (40, 12)
    np.testing.assert_allclose(x, lasso.ista(), atol=2e-7)


def test_every_layers_result_can_be_asked_for(lasso):
    network = lasso.network().precision(uf.Precision.f64)
    for layer in range(1, 6):
        np.testing.assert_allclose(network.run(lasso.b, "x", layer=layer), lasso.ista(layer), atol=2e-7)


def test_results_have_the_extents_of_the_model(grid):
    m = grid.model
    labels = m.discrete("labels", (2, 3), states=4)
    m.factor("prior", uf.each(labels), uf.Field(m.param("h", uf.matrix(4, 1), [0.0, 1.0, 2.0, 3.0])))
    results = uf.unroll(m, uf.SumProduct(), 2).compile().run(np.zeros((5, 3, 4)))
    assert results["x"].shape == (5, 3, 4)
    assert results["labels"].shape == (5, 4, 2, 3)
    expected = np.exp(np.arange(4.0))
    np.testing.assert_allclose(results["labels"][2, :, 1, 1], expected / expected.sum(), rtol=1e-5)


def test_inputs_may_have_any_shape_of_their_size(grid):
    network = uf.unroll(grid.model, uf.SumProduct(), 3).compile()
    y = np.random.default_rng(1).normal(size=(6, 3, 4))
    expected = network.run(y, "x")
    for other in (y.reshape(6, 12), y.reshape(6, 1, 12), y.astype(np.float32), {"y": y}, y.tolist(), np.asfortranarray(y)):
        np.testing.assert_array_equal(network.run(other, "x"), expected)


def test_features_have_their_planes_before_their_extents():
    m = uf.Model("m")
    f = m.features("f", 5, 3)
    x = m.discrete("x", 5, states=2)
    w = np.array([[0.5, -1.0, 2.0]])
    m.factor("evidence", uf.each(x), uf.Field(m.param("w", uf.matrix(1, 3), w) * f))
    network = uf.unroll(m, uf.SumProduct(), 1).compile()
    data = np.random.default_rng(2).normal(size=(4, 3, 5))
    expected = 1 / (1 + np.exp(-2 * np.einsum("f,nfs->ns", w[0], data)))
    np.testing.assert_allclose(network.run(data, "x"), expected, rtol=1e-5)
    with pytest.raises(uf.DataError):
        network.run(data.transpose(0, 2, 1))


def test_belief_propagation_on_a_chain_is_exact():
    m = uf.Model("chain")
    y = m.observed("y", 5)
    x = m.discrete("x", 5, states=2)
    m.factor("data", uf.each(x), uf.Field(y))
    m.factor("smooth", uf.chain(x), uf.Ising(0.5))
    data = np.random.default_rng(3).normal(size=(3, 5)).astype(np.float32)
    belief = uf.unroll(m, uf.SumProduct(), 5).compile().precision(uf.Precision.f64).run(data, "x")
    for sample in range(3):
        spins = 2.0 * ((np.arange(32)[:, None] >> np.arange(5)) & 1) - 1
        p = np.exp(spins @ data[sample] + 0.5 * (spins[:, 1:] * spins[:, :-1]).sum(1))
        np.testing.assert_allclose(belief[sample], (p / p.sum()) @ (spins > 0), atol=1e-6)


def test_results_lie_where_the_library_made_them(lasso):
    x = lasso.network().run(lasso.b, "x")
    assert not x.flags.owndata and x.base is not None and x.flags.c_contiguous and x.flags.writeable
    x[:] = 0  # they are the caller's


def test_a_data_set_gives_its_arrays_without_copies(lasso):
    data = uf.Dataset({"b": lasso.b})
    one, two = data["b"], data["b"]
    assert np.shares_memory(one, two) and len(data) == 40 and "b" in data
    np.testing.assert_array_equal(one, lasso.b)
    network = lasso.network()
    np.testing.assert_array_equal(network.run(data, "x"), network.run(lasso.b, "x"))
    with pytest.raises(uf.DataError):
        data.add("b", lasso.b)


def test_parameters_are_read_and_written(lasso):
    network = lasso.network()
    np.testing.assert_array_equal(network["A"], lasso.A)
    assert network["A"].shape == (8, 12) and network["weight"].shape == (1, 1)
    network["weight"] = 0.3
    lasso.weight = 0.3
    np.testing.assert_allclose(network.run(lasso.b, "x"), lasso.ista(), atol=1e-5)
    p = network.parameter("weight")
    p.values = [[0.2]]
    assert network["weight"] == 0.2 and p.trained and p.space.domain == uf.nonneg
    with pytest.raises(uf.ScheduleError, match="weight"):
        network["weigth"]
    with pytest.raises(uf.ModelError):
        network["A"] = np.ones((12, 8))


def test_copies_of_layers_are_set_one_by_one_or_together(lasso):
    network = uf.unroll(lasso.model, uf.ProximalGradient(step=0.3), 3).untie("weight").compile()
    assert [p.name for p in network.parameters() if p.base == "weight"] == ["weight@0", "weight@1", "weight@2"]
    network["weight@1"] = 0.5
    assert [float(network[f"weight@{k}"][0, 0]) for k in range(3)] == [0.1, 0.5, 0.1]
    network["weight"] = 0.2
    assert [float(network[f"weight@{k}"][0, 0]) for k in range(3)] == [0.2, 0.2, 0.2]


def test_runners_give_the_networks_results(lasso):
    network = lasso.network()
    expected = network.run(lasso.b, "x")
    np.testing.assert_array_equal(network.runner("x").run(lasso.b)["x"], expected)
    stream = network.stream("x")
    whole = stream.run(lasso.b)["x"]
    np.testing.assert_array_equal(np.concatenate([stream.run(lasso.b[i : i + 3])["x"] for i in range(0, 40, 3)]), whole)


def test_networks_without_data_run():
    m = uf.Model("m")
    x = m.discrete("x", 3, states=2)
    m.factor("bias", uf.each(x), uf.Field(0.5))
    np.testing.assert_allclose(uf.unroll(m, "bp", 1).compile().run(names="x"), np.full((1, 3), 1 / (1 + np.exp(-1))), rtol=1e-5)


def test_complex_data_are_arrays_of_complex_numbers():
    m = uf.Model("m")
    rng = np.random.default_rng(4)
    A = rng.normal(size=(6, 10)) + 1j * rng.normal(size=(6, 10))
    g = uf.complex_observed(m, "g", 6)
    x = uf.complex_latent(m, "x", 10)
    m.factor("fit", uf.ComplexSquaredError(g, uf.complex_param(m, "A", uf.matrix(6, 10), A) * x))
    m.factor("sparse", uf.ComplexL1(0.3, x))
    data = rng.normal(size=(3, 6)) + 1j * rng.normal(size=(3, 6))
    pair = uf.unroll(m, uf.ProximalGradient(step=0.02), 4).compile().precision(uf.Precision.f64).run(data, "x")
    z = np.zeros((3, 10), complex)
    for _ in range(4):
        z = z - 0.02 * (z @ A.T - data) @ A.conj()
        size = np.maximum(np.abs(z), 1e-30)
        z = z / size * np.maximum(size - 0.02 * 0.3, 0)
    np.testing.assert_allclose(pair[:, :10] + 1j * pair[:, 10:], z, atol=1e-6)


def test_copies_are_independent(lasso):
    network = lasso.network()
    for other in (copy.copy(network), copy.deepcopy(network)):
        other["weight"] = 0.9
        assert network["weight"] == 0.1


@pytest.mark.parametrize("again", ["pickle", "file"])
def test_networks_are_kept(grid, again, tmp_path):
    network = uf.unroll(grid.model, uf.SumProduct(damping=0.2), 4).untie(uf.all).freeze("g").compile()
    network["J@2"] = 0.7
    network.threads(1).precision(uf.Precision.f64)
    y = np.random.default_rng(5).normal(size=(7, 3, 4))
    if again == "pickle":
        other = pickle.loads(pickle.dumps(network))
        assert other.threads() == 1 and other.precision() == uf.Precision.f64
    else:
        network.save(tmp_path / "network.unfurl")
        other = uf.Network.load(tmp_path / "network.unfurl").precision(uf.Precision.f64)
    assert other.layers == 4 and other.model is None and other.inputs == network.inputs
    assert [p.trained for p in other.parameters()] == [p.trained for p in network.parameters()]
    for name, result in network.run(y).items():
        np.testing.assert_array_equal(other.run(y)[name], result)
    before = other["J@0"]
    other.fit(y, (y > 0).astype(int), epochs=1)
    assert other["J@0"] != before


def test_a_file_that_is_no_network_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"nothing")
    with pytest.raises(uf.DataError):
        uf.Network.load(tmp_path / "x")
    with pytest.raises(uf.DataError):
        uf.Network.load(tmp_path / "absent")


def test_weights_come_and_go_as_safetensors(lasso, tmp_path):
    network = lasso.network()
    network.save_weights(tmp_path / "w.safetensors")
    other = lasso.network()
    other["A"] = np.zeros((8, 12))
    other.load_weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(other["A"], lasso.A)


def test_other_threads_of_python_go_on_while_a_network_runs(lasso):
    network = lasso.network(layers=200)
    data = uf.Dataset({"b": np.tile(lasso.b, (2000, 1))})
    network.run(data, "x")
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(1e-3)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.perf_counter()
    network.run(data, "x")
    end = time.perf_counter()
    done.set()
    thread.join()
    assert sum(start < t < end for t in ticks) >= 2  # one may fall between the clock and the call


def test_a_conventional_network():
    options = uf.FeedForward("y", uf.Type(rows=4), hidden=[8], outputs=2, output="z")
    network = uf.feed_forward(options)
    assert network.run(np.zeros((3, 4)), "z").shape == (3, 2) and network.trained_count == 4 * 8 + 8 + 8 * 2 + 2


def test_networks_for_other_structures():
    def chain(n):
        m = uf.Model("chain")
        y = m.observed("y", n)
        x = m.discrete("x", n, states=2)
        m.factor("data", uf.each(x), uf.Field(y))
        m.factor("smooth", uf.chain(x), uf.Ising(m.param("J", 0.5)))
        return m

    m = chain(3)
    m.family(lambda structure: chain(structure[0]))
    network = uf.unroll(m, "bp", 4).compile()
    data = uf.Dataset()
    for n in (2, 5):
        data.add([n], uf.Dataset({"y": np.ones((3, n))}))
    results = network.run(data).parts()
    assert results[(2,)]["x"].shape == (3, 2) and results[(5,)]["x"].shape == (3, 5)
    network.of([5])["J"] = 0.1  # one store
    assert network["J"] == 0.1
