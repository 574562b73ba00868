"""Codes and decoders: matrices as arrays, files, constructions, decoding, simulation, exact rates."""

import threading
import time

import numpy as np
import pytest

import unfurl as uf

HAMMING = np.array([[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0, 1]])[::-1]


def words_of(checks):
    """All words of a code, by trying every one."""
    n = checks.shape[1]
    every = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return every[((every @ checks.T) % 2 == 0).all(axis=1)]


def test_matrices_are_arrays():
    m = uf.BinaryMatrix(HAMMING)
    assert m.shape == (3, 7) and m.ones() == 12 and m == uf.BinaryMatrix(7, m.rows) == uf.hamming(3).checks
    np.testing.assert_array_equal(m.to_array(), HAMMING)
    np.testing.assert_array_equal(np.array(m), HAMMING)
    np.testing.assert_array_equal(np.asarray(m.transposed(), dtype=float), HAMMING.T)
    assert uf.rank(HAMMING) == 3 and uf.rank(np.vstack([HAMMING, HAMMING[0] ^ HAMMING[2]])) == 3
    generator = np.array(uf.kernel(HAMMING))
    assert generator.shape == (4, 7) and not ((generator @ HAMMING.T) % 2).any()
    words = np.random.default_rng(1).integers(0, 2, (5, 7))
    np.testing.assert_array_equal(uf.multiply(HAMMING, words), words @ HAMMING.T % 2)
    np.testing.assert_array_equal(uf.multiply(HAMMING, words[0]), HAMMING @ words[0] % 2)
    np.testing.assert_array_equal(uf.combine_rows(generator, [1, 0, 1, 1]), generator[[0, 2, 3]].sum(axis=0) % 2)


def test_wrong_matrices_are_refused_at_the_line_that_gives_them():
    with pytest.raises(uf.DataError, match="holds 2") as caught:
        uf.rank(uf.BinaryMatrix(np.array([[0, 2], [1, 1]])))
    assert caught.value.where.startswith("test_codes.py:")
    with pytest.raises(uf.DataError, match=r"1 dimensions"):
        uf.BinaryMatrix(np.zeros(3))
    with pytest.raises(uf.DataError, match="not in rising order"):
        uf.BinaryMatrix(4, [[2, 1]])
    with pytest.raises(TypeError):
        uf.rank("hamming")


def test_constructions_by_name_and_by_function():
    assert uf.code_by_name("bch:63,45").checks == uf.bch(63, 45).checks
    assert uf.code_rate(uf.bch(63, 45)) == pytest.approx(45 / 63)
    assert uf.is_code_name("surface:3") and not uf.is_code_name("file.alist")
    code = uf.hamming(3)
    assert len(words_of(code.checks.to_array())) == 16 and uf.distance_estimate(code.checks, 10) == 3
    assert uf.graph_statistics(code.checks).girth == 4 and uf.graph_statistics(uf.repetition(5).checks).girth is None
    code.punctured = [0, 1]
    assert uf.code_rate(code) == pytest.approx(4 / 5)
    code.punctured = [0, 1, 2, 3]
    with pytest.raises(uf.DataError, match="rate above 1"):
        uf.code_rate(code)
    surface = uf.rotated_surface(3)
    assert surface.bit_flips().checks.shape == (4, 9) and surface.errors(uf.Code.Qubits.joint).bits() == 18
    with pytest.raises(uf.DataError, match="57, 51, 45"):
        uf.bch(63, 44)


def test_codes_go_through_files(tmp_path):
    code = uf.hamming(4)
    (tmp_path / "a.alist").write_text(uf.to_alist(code.checks))
    (tmp_path / "b.txt").write_text(uf.to_dense(code.checks))
    np.save(tmp_path / "c.npy", code.checks.to_array())
    np.savez(tmp_path / "d.npz", checks=code.checks.to_array(), priors=np.full(15, 0.1))
    for name in ("a.alist", "b.txt", "c.npy", "d.npz"):
        assert uf.read_code(tmp_path / name).checks == code.checks
    assert uf.read_code(tmp_path / "d.npz").priors == [0.1] * 15
    assert uf.parse_alist(uf.to_alist(code.checks)) == uf.parse_dense(uf.to_dense(code.checks)) == code.checks
    model = uf.parse_dem("error(0.1) D0 D1\nerror(0.2) D1 L0\n")
    assert [e.detectors for e in model.errors] == [[0, 1], [1]] and model.code().priors == pytest.approx([0.1, 0.2])
    with pytest.raises(uf.DataError, match=r"a.alist:1"):
        (tmp_path / "a.alist").write_text("7 3\nx\n")
        uf.read_code(tmp_path / "a.alist")


def test_belief_propagation_on_a_tree_gives_the_posterior():
    checks = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1]])  # no cycles
    llr = np.random.default_rng(3).normal(1, 2, (20, 5))
    words = words_of(checks)
    weights = np.exp(-llr @ words.T)
    posterior = np.log((weights @ (1 - words)) / (weights @ words))
    decoder = uf.Decoder(uf.Code(checks), uf.DecodingRule(iterations=6), early_stop=False, precision=uf.Precision.f64)
    decoded = decoder.decode(llr)
    np.testing.assert_allclose(decoded.llr, posterior, rtol=1e-9)
    np.testing.assert_array_equal(decoded.bits, posterior < 0)
    assert decoded.bits.dtype == np.uint8 and decoded.iterations.tolist() == [6] * 20
    np.testing.assert_array_equal(decoded.met, ~((decoded.bits @ checks.T) % 2).any(axis=1))
    one = decoder.decode(llr[0])
    np.testing.assert_array_equal(one.bits, decoded.bits[0])
    assert one.met == decoded.met[0]


def test_syndromes_are_met_and_wrong_shapes_refused():
    code = uf.hamming(3)
    decoder = uf.Decoder(code, syndrome=True, osd=0)
    assert decoder.takes_syndromes()
    errors = np.random.default_rng(4).random((30, 7)) < 0.1
    syndromes = uf.multiply(code.checks, errors)
    decoded = decoder.decode(np.full((30, 7), np.log(9.0)), syndromes)
    assert decoded.met.all()
    np.testing.assert_array_equal(uf.multiply(code.checks, decoded.bits), syndromes)
    for llr, syndrome, words in ((np.zeros((2, 6)), None, r"\[2, 6\]"), (np.zeros((2, 7)), None, "0 bits of syndromes"),
                                 (np.zeros((2, 7)), np.full((2, 3), 2), "holds 2"), (np.full((1, 7), np.nan), np.zeros((1, 3)), "NaN")):
        with pytest.raises(uf.DataError, match=words) as caught:
            decoder.decode(llr, syndrome)
        assert caught.value.where.startswith("test_codes.py:")


def test_a_trained_network_decodes():
    code = uf.hamming(3)
    model = uf.decoding_model(code)
    schedule = uf.unroll(model, uf.SumProduct(message_weights=uf.MessageWeights.per_edge), 3).untie(uf.all)
    network = schedule.compile()
    rng = np.random.default_rng(5)
    bits = np.zeros((400, 7))
    llr = 2 * (1 + 0.7 * rng.normal(size=(400, 7))) / 0.49
    plain = uf.Decoder(code, uf.DecodingRule(iterations=3), precision=uf.Precision.f64).decode(llr)
    same = uf.Decoder(code, network, precision=uf.Precision.f64).decode(llr)
    np.testing.assert_allclose(same.llr, plain.llr, rtol=1e-6)
    network.fit({"llr": llr}, {"bits": bits}, loss=uf.loss.cross_entropy("bit", "bits"), epochs=2)
    trained = uf.Decoder(code, network).decode(llr)
    assert not np.allclose(trained.llr, plain.llr, rtol=1e-3)
    with pytest.raises(uf.DataError):
        uf.Decoder(uf.hamming(4), network)


def test_simulation_counts_the_same_for_any_threads_and_pauses():
    code = uf.hamming(3)
    channel = uf.Channel(uf.Channel.Kind.awgn, 3.0)
    rule = uf.DecodingRule(iterations=5)
    one = uf.simulate(uf.Decoder(code, rule, threads=1), code, channel, word_errors=200, threads=1)
    two = uf.simulate(uf.Decoder(code, rule, threads=2), code, channel, word_errors=200, threads=2)
    assert repr(one) == repr(two) and one.word_errors >= 200
    seen = []
    part = uf.simulate(uf.Decoder(code, rule), code, channel, word_errors=200, after=lambda now: seen.append(now.words) or len(seen) < 2)
    assert len(seen) == 2 and part.words < one.words
    rest = uf.simulate(uf.Decoder(code, rule), code, channel, word_errors=200, counts=part)
    assert (rest.words, rest.bit_errors) == (one.words, one.bit_errors)
    low, high = one.word_error_interval()
    assert low < one.word_error_rate() < high and one.bit_error_interval(7)[0] < one.bit_error_rate(7)
    narrower = one.word_error_interval(0.5)
    assert low < narrower[0] and narrower[1] < high

    def fails(now):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        uf.simulate(uf.Decoder(code, rule), code, channel, after=fails)


def test_exact_rates_are_those_of_all_errors():
    code = uf.repetition(3)
    rates = uf.exact_rates(uf.Decoder(code, syndrome=True, osd=0, precision=uf.Precision.f64), code, 0.1)
    assert rates.maximum_likelihood == pytest.approx(3 * 0.01 * 0.9 + 0.001) and rates.unmet == 0
    assert rates.failure == pytest.approx(rates.maximum_likelihood)
    counted = uf.simulate(uf.Decoder(code, syndrome=True, osd=0), code, uf.Channel(uf.Channel.Kind.flips, 0.1), most_words=20000, word_errors=10**6)
    low, high = counted.word_error_interval(0.9999)
    assert low < rates.failure < high


def test_others_run_while_words_are_decoded():
    code = uf.code_by_name("ldpc:2000,3,6")
    decoder = uf.Decoder(code, uf.DecodingRule(iterations=50), early_stop=False, threads=1)
    llr = np.random.default_rng(6).normal(0.5, 1, (200, 2000))
    done = []
    thread = threading.Thread(target=lambda: done.append(decoder.decode(llr)))
    ticks = 0
    thread.start()
    while not done:
        time.sleep(0.001)
        ticks += 1
    thread.join()
    assert ticks >= 5


def test_arrays_in_files(tmp_path):
    arrays = {"y": np.arange(6.0).reshape(2, 3), "z": np.ones(2)}
    for path in (str(tmp_path / "a.npz"), str(tmp_path / "folder") + "/"):
        uf.write_arrays(path, arrays)
        read = uf.read_arrays(path)
        assert set(read) == {"y", "z"}
        np.testing.assert_array_equal(read["y"], arrays["y"])
    np.testing.assert_array_equal(np.load(tmp_path / "a.npz")["y"], arrays["y"])
    assert uf.to_npz(arrays) == (tmp_path / "a.npz").read_bytes()
    np.savez_compressed(tmp_path / "b.npz", m=np.eye(3, dtype=np.int16))
    np.testing.assert_array_equal(uf.read_npz(tmp_path / "b.npz")["m"], np.eye(3))
    with pytest.raises(uf.DataError, match="b.npz"):
        (tmp_path / "b.npz").write_bytes((tmp_path / "b.npz").read_bytes()[:50])
        uf.read_npz(tmp_path / "b.npz")
