// Words before and after decoding, as the noise changes.
import { Random, colour, follow, load, paint, publish, say } from './network.js';
import { readAlist, wordsOf } from './code.js';

const words = 40;
const section = document.querySelector('#decoder'), level = section.querySelector('#level');
const canvas = Object.fromEntries([...section.querySelectorAll('canvas')].map((c) => [c.id, c]));
let seed = 1;

const ready = Promise.all([load('decoder.onnx'), load('decoder_untrained.onnx'),
  fetch('code.alist').then((answer) => answer.text())]).then(([trained, plain, alist]) => {
  const code = readAlist(alist);
  return { trained, plain, code, sent: wordsOf(code) };
});

/// Which bits are wrong, in red; counts them.
function show(canvas, sent, decided, bits) {
  const colours = [colour('--zero'), colour('--one')], red = colour('--wrong');
  let wrong = 0, wrongWords = 0;
  for (let w = 0; w < words; ++w) {
    let here = 0;
    for (let i = w * bits; i < (w + 1) * bits; ++i) here += sent[i] !== decided[i];
    wrong += here;
    wrongWords += here > 0;
  }
  paint(canvas, bits, words, (i, w) => (sent[w * bits + i] !== decided[w * bits + i] ? red : colours[sent[w * bits + i]]));
  say(canvas, `${wrong} of ${sent.length} bits wrong, in ${wrongWords} of ${words} words`);
}

const changed = follow(section, async () => {
  const { trained, plain, code, sent } = await ready;
  const decibels = Number(level.value), rate = sent.free / code.bits;
  section.querySelector('output').textContent = `${decibels.toFixed(2)} dB`;
  const random = new Random(seed), variance = 1 / (2 * rate * 10 ** (decibels / 10));
  const bits = new Uint8Array(words * code.bits), llr = new Float32Array(bits.length);
  for (let w = 0; w < words; ++w) bits.set(sent.draw(random), w * code.bits);
  bits.forEach((bit, i) => { llr[i] = 2 * (1 - 2 * bit + Math.sqrt(variance) * random.normal()) / variance; });
  const after = await trained.run(words, llr), before = await plain.run(words, llr);
  const decided = (answer) => answer.results.bit.map((p) => (p > 0.5 ? 1 : 0));
  show(canvas.received, bits, llr.map((v) => (v < 0 ? 1 : 0)), code.bits);
  show(canvas.plain, bits, decided(before), code.bits);
  show(canvas.trained, bits, decided(after), code.bits);
  section.querySelector('.time').textContent = `${words} words in ${after.milliseconds.toFixed(1)} ms`;
  publish('decoder', { inputs: llr, outputs: after.results, sent: bits });
});

level.addEventListener('input', changed);
section.querySelector('button').addEventListener('click', () => { ++seed; changed(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
changed();
