"""Networks as layers of PyTorch: results, gradients against differences, training among other layers."""

import copy
import pickle

import numpy as np
import pytest

import unfurl as uf

torch = pytest.importorskip("torch")
from unfurl.torch import Layer, _Run  # noqa: E402


@pytest.fixture
def layer(lasso):
    network = uf.unroll(lasso.model, uf.ProximalGradient(step=0.3), 4).untie("weight").compile()
    return Layer(network.precision(uf.Precision.f64).threads(1), "x")


def test_a_layer_gives_the_networks_results(lasso, layer):
    b = torch.from_numpy(lasso.b)
    np.testing.assert_allclose(layer(b).detach().numpy(), lasso.ista(4), atol=1e-12)
    np.testing.assert_array_equal(layer(b=b).detach().numpy(), layer(b).detach().numpy())


def test_gradients_of_inputs_and_parameters_are_those_of_differences(layer):
    b = torch.randn(3, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    names = [name for name, _ in layer.named_parameters()]
    assert names == ["A", "ista_step", "weight@0", "weight@1", "weight@2", "weight@3"]

    def run(b, *parameters):
        given = dict(zip(names, parameters))
        leaves = [b] + [given.get(a, getattr(layer, a)) for a in layer._attributes.values()]
        return _Run.apply(layer, *leaves)[0]

    assert torch.autograd.gradcheck(run, (b, *layer.parameters()), eps=1e-6, atol=1e-6)


def test_gradients_of_messages_are_those_of_differences(grid):
    network = uf.unroll(grid.model, uf.SumProduct(damping=0.1), 3).untie("J").compile().precision(uf.Precision.f64)
    layer = Layer(network, ["x", "x.logit"])
    y = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: layer(y), y, eps=1e-6, atol=1e-6)
    belief, logit = layer(y)
    assert belief.shape == logit.shape == (2, 3, 4)
    (belief.sum() + logit.square().sum()).backward()
    for name, parameter in layer.named_parameters():
        with torch.no_grad():
            ends = []
            for step in (1e-6, -1e-6):
                parameter += step
                belief, logit = layer(y)
                ends.append(float(belief.sum() + logit.square().sum()))
                parameter -= step
        assert float(parameter.grad.sum()) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-7), name


def test_batches_of_many_tiles_and_threads(grid):
    network = uf.unroll(grid.model, "bp", 3).compile().precision(uf.Precision.f64).threads(2)
    layer = Layer(network, "x")
    y = torch.randn(1000, 12, dtype=torch.float64, requires_grad=True)
    layer(y).sum().backward()
    whole, whole_J = y.grad.clone(), layer.J.grad.clone()
    y.grad, layer.J.grad = None, None
    for part in range(0, 1000, 7):
        layer(y[part : part + 7]).sum().backward()
    np.testing.assert_allclose(y.grad, whole, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(layer.J.grad, whole_J, rtol=1e-10)


def test_it_is_trained_among_other_layers(lasso):
    torch.manual_seed(3)
    network = uf.unroll(lasso.model, uf.ProximalGradient(step=0.3), 5).freeze("weight").compile()
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), Layer(network, "x"), torch.nn.Linear(12, 12))
    data, target = torch.from_numpy(lasso.b), torch.from_numpy(lasso.codes.astype(np.float32))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = (model(data) - target).square().sum(dim=1).mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[-1] < 0.5 * losses[0]
    assert "weight" in dict(model[1].named_buffers())
    stored = model[1].store()
    np.testing.assert_allclose(stored["A"], model[1].A.detach().numpy())
    assert not np.allclose(stored["A"], lasso.A)


def test_layers_are_kept(layer):
    b = torch.randn(2, 8, dtype=torch.float64)
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(b).detach(), layer(b).detach())
    state = {name: value + 1 for name, value in layer.state_dict().items()}
    layer.load_state_dict(state)
    assert float(layer.A[0, 0]) == float(state["A"][0, 0])


def test_what_does_not_fit_is_refused(layer, grid):
    with pytest.raises(uf.DataError, match="observes"):
        layer(torch.zeros(1, 8), torch.zeros(1, 8))
    with pytest.raises(uf.DataError, match="'b'"):
        layer(torch.zeros(2, 7))
    with pytest.raises(uf.DataError, match="did you mean"):
        Layer(layer.network, "y")(torch.zeros(2, 8))
    fixed = uf.unroll(grid.model, "bp", 3).implicit(3).compile()
    with pytest.raises(uf.ScheduleError):
        Layer(fixed, "x")(torch.zeros(2, 12))
