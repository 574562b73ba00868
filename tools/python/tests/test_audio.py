"""Sound: files, spectra, mixtures and measures."""

import wave

import numpy as np
import pytest

import unfurl as uf
from unfurl import audio


def tone(frequency=440, seconds=0.25, rate=16000):
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_sound_goes_through_files(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    report = audio.write(path, audio.Signal(tone(), 16000))
    assert report.gain == 1 and report.peak == pytest.approx(0.5, abs=1e-3)
    read = audio.read(path)
    assert read.rate == 16000 and read.warning == "" and read.samples.dtype == np.float32
    np.testing.assert_allclose(read.samples, tone(), atol=1 / 32768)
    stereo = np.stack([tone(), -tone(220)])
    audio.write(path, audio.Recording(stereo, 8000))
    both = audio.read_all_channels(path)
    assert both.rate == 8000 and both.channels.shape == stereo.shape
    np.testing.assert_allclose(both.channels, stereo, atol=1 / 32768)
    np.testing.assert_allclose(audio.mix_down(both).samples, both.channels.mean(axis=0), atol=1e-6)


def test_files_are_those_of_others(tmp_path):
    audio.write(tmp_path / "a.wav", audio.Signal(tone()))
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16000, 2)
        np.testing.assert_array_equal(np.frombuffer(file.readframes(-1), "<i2"), np.round(tone() * 32768))


def test_resampling_keeps_the_tone():
    faster = audio.resample(audio.Signal(tone(), 16000), 48000)
    assert faster.rate == 48000 and len(faster.samples) == 3 * len(tone())
    np.testing.assert_allclose(faster.samples[3000:-3000], tone(440, 0.25, 48000)[3000:-3000], atol=2e-3)


def test_spectra_are_numpys_and_come_back():
    x = np.random.default_rng(1).normal(size=2000).astype(np.float32)
    stft = audio.Stft(400, 160)
    spectra = stft.forward(x)
    assert spectra.shape == (stft.frames(2000), stft.bins) == (spectra.shape[0], 201) and spectra.dtype == np.complex64
    frame = 5
    at = stft.start(frame)
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400))
    np.testing.assert_allclose(spectra[frame], np.fft.rfft(x[at:at + 400] * window), atol=1e-3)
    np.testing.assert_allclose(stft.inverse(spectra, 2000), x, atol=1e-5)
    with pytest.raises(uf.DataError) as caught:
        stft.inverse(spectra[:, :-1], 2000)
    assert caught.value.where.startswith("test_audio.py:")


def test_mixtures_have_their_ratio_and_measures_see_it():
    rng = np.random.default_rng(2)
    clean, noise = rng.normal(size=8000).astype(np.float32), rng.normal(size=3000).astype(np.float32)
    mixed = audio.mix(clean, noise, 100, 6.0)
    np.testing.assert_allclose(mixed.mixture, mixed.clean + mixed.noise, atol=1e-6)
    assert 10 * np.log10((clean**2).sum() / (mixed.noise**2).sum()) == pytest.approx(6, abs=1e-3)
    x, y = clean.astype(float), mixed.mixture.astype(float)
    target = (x @ y) / (x @ x) * x
    assert audio.si_sdr(clean, mixed.mixture) == pytest.approx(10 * np.log10((target**2).sum() / ((y - target)**2).sum()), abs=1e-3)
    assert audio.sdr(clean, mixed.mixture, taps=1) == pytest.approx(audio.si_sdr(clean, mixed.mixture), abs=1e-3)
    with pytest.raises(uf.DataError, match="2 dimensions") as caught:
        audio.si_sdr(clean.reshape(2, -1), mixed.mixture)
    assert caught.value.where.startswith("test_audio.py:")


def test_folders_of_mixtures(tmp_path):
    rng = np.random.default_rng(3)
    audio.write(tmp_path / "s.wav", audio.Signal(tone()))
    audio.write(tmp_path / "hum.wav", audio.Signal((0.1 * rng.normal(size=900)).astype(np.float32)))
    (tmp_path / "mixtures.csv").write_text("id,clean,noise,noise_offset_samples,snr_db\na,s.wav,hum.wav,10,3\n")
    mixtures = audio.MixtureSet(tmp_path)
    assert len(mixtures) == 1 and mixtures.rate == 16000 and mixtures.rows[0].snr_db == 3
    rendered = mixtures.render(0)
    assert rendered.noise_type == "hum" and rendered.mixture.shape == tone().shape
    (tmp_path / "mixtures.csv").write_text("id,clean\n")
    with pytest.raises(uf.DataError, match="mixtures.csv"):
        audio.MixtureSet(tmp_path)
