"""Training: what is learned, callbacks, interruption, checkpoints."""

import os
import signal
import threading

import numpy as np
import pytest

import unfurl as uf


@pytest.fixture
def denoiser(grid):
    rng = np.random.default_rng(6)
    clean = (rng.random((200, 1, 1)) < 0.5) * np.ones((200, 3, 4), int)
    noisy = 2 * clean - 1 + rng.normal(size=clean.shape)
    return uf.unroll(grid.model, uf.SumProduct(), 4).untie(uf.all).compile().threads(1), noisy, clean


def test_fit_learns_the_states_of_discrete_variables(denoiser):
    network, noisy, clean = denoiser
    before = (network.run(noisy, "x").round() != clean).mean()
    history = network.fit(noisy, clean, epochs=10, batch=20, optimizer=uf.Adam(rate=0.05))
    assert [e.epoch for e in history.epochs] == list(range(1, 11)) and not history.interrupted
    assert history.epochs[-1].loss < 0.5 * history.epochs[0].loss
    assert (network.run(noisy, "x").round() != clean).mean() < 0.7 * before
    assert {c.base for c in history.changes} == {"g", "J"}


def test_fit_learns_values_of_latents(lasso):
    network = uf.unroll(lasso.model, uf.ProximalGradient(), 6).untie("ista.step").untie("weight").compile()

    def error():
        return ((network.run(lasso.b, "x") - lasso.codes) ** 2).sum(axis=1).mean()

    before = error()
    history = network.fit(lasso.b, lasso.codes, epochs=30, batch=10)
    assert error() < 0.8 * before
    assert history.epochs[0].loss == pytest.approx(before, rel=0.3)  # the loss is the squared error


def test_one_step_of_descent_is_the_gradients(lasso):
    """The step that Sgd takes, against differences of the loss by NumPy."""
    network = lasso.network().precision(uf.Precision.f64)
    network.fit(lasso.b, lasso.codes, epochs=1, batch=40, optimizer=uf.Sgd(rate=1e-3))
    gradient = (lasso.A - network["A"]) / 1e-3

    def loss(A):
        lasso.A = A
        return ((lasso.ista() - lasso.codes) ** 2).sum(axis=1).mean()

    A = lasso.A.copy()
    for entry in [(0, 0), (3, 7), (7, 11)]:
        step = np.zeros_like(A)
        step[entry] = 1e-6
        assert gradient[entry] == pytest.approx((loss(A + step) - loss(A - step)) / 2e-6, rel=1e-4, abs=1e-6)


def test_the_trainer_does_what_fit_does(denoiser):
    network, noisy, clean = denoiser
    other = uf.unroll(network.model, uf.SumProduct(), 4).untie(uf.all).compile()
    network.fit(noisy, clean, epochs=2, seed=3)
    trainer = uf.Trainer(uf.loss.cross_entropy("x", "clean"), epochs=2, seed=3)
    trainer.fit(other, {"y": noisy, "clean": clean})
    for p in network.parameters():
        np.testing.assert_array_equal(other[p.name], p.values)


def test_losses_can_be_chosen_and_added(denoiser):
    network, noisy, clean = denoiser
    loss = 0.5 * uf.loss.cross_entropy("x", "clean") + uf.loss.squared_error("x", "clean") * 2.0
    parts = [uf.evaluate_loss(network, part, {"y": noisy, "clean": clean})
             for part in (uf.loss.cross_entropy("x", "clean"), uf.loss.squared_error("x", "clean"))]
    whole = uf.evaluate_loss(network, loss, {"y": noisy, "clean": clean})
    assert whole == pytest.approx(0.5 * parts[0] + 2 * parts[1], rel=1e-5)
    assert parts[1] == pytest.approx(((network.run(noisy, "x") - clean) ** 2).sum(axis=(1, 2)).mean(), rel=1e-5)
    network.fit(noisy, {"clean": clean}, loss=loss.every_layer().near_zero(1e-3), epochs=1)
    network.fit(noisy, clean, loss=uf.loss.squared_error, epochs=1)


def test_missing_labels_are_passed_over(denoiser):
    network, noisy, clean = denoiser
    labels = np.where(np.random.default_rng(7).random(clean.shape) < 0.5, clean, uf.missing)
    with pytest.raises(uf.DataError):
        network.fit(noisy, labels, epochs=1)
    network.fit(noisy, {"clean": labels}, loss=uf.loss.cross_entropy("x", "clean", uf.loss.Sites(gaps=True)), epochs=1)


def test_callbacks_see_every_epoch_and_end_the_training(denoiser):
    network, noisy, clean = denoiser
    seen, shares = [], []
    history = network.fit(noisy, clean, epochs=10, batch=50, validation=(noisy[:20], clean[:20]),
                          callbacks=[seen.append, lambda record: record.epoch < 3],
                          on_batch=lambda epoch, share, loss: shares.append((epoch, share)))
    assert [r.epoch for r in seen] == [1, 2, 3] and history.interrupted
    assert all(r.validation is not None for r in seen)
    assert shares[:4] == [(1, 0.25), (1, 0.5), (1, 0.75), (1, 1.0)] and len(shares) == 12


def test_progress_is_a_line_for_every_epoch(denoiser, capfd):
    network, noisy, clean = denoiser
    network.fit(noisy, clean, epochs=2, progress=True)
    lines = capfd.readouterr().err.strip().splitlines()
    assert len([line for line in lines if "epoch" in line]) >= 2 and "epoch 2/2" in lines[-1]


def test_an_error_in_a_callback_is_the_callers(denoiser):
    network, noisy, clean = denoiser
    with pytest.raises(ZeroDivisionError):
        network.fit(noisy, clean, on_batch=lambda *_: 1 / 0)


@pytest.fixture
def keyboard():
    """Interruptions as at a terminal: whoever runs the tests in the background may have them ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_keystroke_ends_the_training(denoiser, keyboard):
    network, noisy, clean = denoiser
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        uf.Trainer(uf.loss.cross_entropy("x", "clean"), epochs=3000, batch=4).fit(network, {"y": noisy, "clean": clean})
    network.fit(noisy, clean, epochs=1)  # and it goes on


def test_an_interrupted_network_is_that_of_the_last_epoch(denoiser, keyboard):
    network, noisy, clean = denoiser
    kept = {}

    def interrupt(epoch, share, loss):
        if epoch == 3 and share >= 0.5:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        network.fit(noisy, clean, epochs=10, batch=20, on_batch=interrupt,
                    callbacks=[lambda record: kept.update({p.name: p.values for p in network.parameters()}, epoch=record.epoch)])
    assert kept["epoch"] == 2
    for p in network.parameters():
        np.testing.assert_array_equal(p.values, kept[p.name])


def test_a_resumed_training_has_the_same_bits(denoiser, tmp_path):
    network, noisy, clean = denoiser
    make = uf.unroll(network.model, uf.SumProduct(), 4).untie(uf.all).compile
    file = tmp_path / "checkpoint.unfurl"
    whole, first, second = make(), make(), make()
    whole.fit(noisy, clean, epochs=4)
    first.fit(noisy, clean, epochs=2, checkpoint=file)
    second.fit(noisy, clean, epochs=4, checkpoint=file, resume=True)
    for p in whole.parameters():
        np.testing.assert_array_equal(second[p.name], p.values)
    loaded = uf.Network.load(tmp_path)
    np.testing.assert_array_equal(loaded.run(noisy, "x"), whole.run(noisy, "x"))
    assert uf.load(file).epoch == 4


def test_data_may_come_in_parts(denoiser):
    network, noisy, clean = denoiser
    asked = []

    def load(epoch, part):
        asked.append((epoch, part))
        return {"y": noisy[part::2], "clean": clean[part::2]}

    uf.Trainer(uf.loss.cross_entropy("x", "clean"), epochs=2).fit(network, load, parts=2)
    assert asked == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_gradients_are_checked(denoiser):
    network, noisy, clean = denoiser
    checks = uf.check_gradients(network, uf.loss.cross_entropy("x", "clean"), {"y": noisy[:3], "clean": clean[:3]})
    assert {c.parameter for c in checks} == {p.name for p in network.parameters() if p.name != "J@4"} and all(c.passed for c in checks)


def test_a_nonneg_parameter_stays_so(lasso):
    network = uf.unroll(lasso.model, uf.ProximalGradient(), 3).freeze("A").compile()
    network.fit(lasso.b, lasso.codes, epochs=20, optimizer=uf.Sgd(rate=1.0))
    assert network["weight"] >= 0
    np.testing.assert_array_equal(network["A"], lasso.A)


def test_fit_without_targets_or_loss_is_refused(denoiser):
    network, noisy, _ = denoiser
    with pytest.raises(uf.DataError, match="targets"):
        network.fit(noisy)
