// A binary picture, noise on its pixels, and what the network makes of it.
import { Random, follow, load, paint, publish, say } from './network.js';

const side = 50, blur = 7, pixels = side * side;
const section = document.querySelector('#denoiser'), noise = section.querySelector('#noise');
const canvas = Object.fromEntries([...section.querySelectorAll('canvas')].map((c) => [c.id, c]));
const ready = load('denoiser.onnx');
let seed = 4, clean = blobs(new Random(seed));

/// Uniform noise under a Gaussian window, mirrored at the borders, and rounded: what the network was trained on.
function blobs(random) {
  let field = Float64Array.from({ length: pixels }, () => random.uniform());
  const reach = 3 * blur, weights = [];
  for (let d = -reach; d <= reach; ++d) weights.push(Math.exp(-d * d / (2 * blur * blur)));
  const total = weights.reduce((a, b) => a + b);
  const mirrored = (i) => (i < 0 ? -1 - i : i >= side ? 2 * side - 1 - i : i);
  for (let pass = 0; pass < 2; ++pass) {  // columns, then rows: each pass smooths along one and turns the picture
    const next = new Float64Array(pixels);
    for (let row = 0; row < side; ++row)
      for (let column = 0; column < side; ++column)
        weights.forEach((w, k) => {
          next[column * side + row] += w / total * field[mirrored(row + k - reach) * side + column];
        });
    field = next;
  }
  return Float32Array.from(field, (v) => (v >= 0.5 ? 1 : 0));
}

function show(canvas, brightness) {
  paint(canvas, side, side, (column, row) => new Array(3).fill(Math.round(255 * brightness[row * side + column])));
}

const changed = follow(section, async () => {
  const network = await ready;
  const amount = Number(noise.value);
  section.querySelector('output').textContent = `${Math.round(100 * amount)} %`;
  const random = new Random(seed + 1000), y = new Float32Array(pixels);
  clean.forEach((x, i) => {
    const t = amount > 0 ? random.uniform() ** (1.25 / amount) : 0;
    y[i] = 2 * (x * (1 - t) + (1 - x) * t) - 1;
  });
  const answer = await network.run(1, y), restored = answer.results.x;
  const wrong = (values, threshold) => {
    const count = values.reduce((sum, v, i) => sum + ((v > threshold) !== (clean[i] > 0.5)), 0);
    return `${(100 * count / pixels).toFixed(1)} % of pixels wrong`;
  };
  show(canvas.clean, clean);
  show(canvas.noisy, y.map((v) => (v + 1) / 2));
  show(canvas.restored, restored);
  say(canvas.noisy, wrong(y, 0));
  say(canvas.restored, wrong(restored, 0.5));
  section.querySelector('.time').textContent = `${side} x ${side} pixels in ${answer.milliseconds.toFixed(1)} ms`;
  publish('denoiser', { inputs: y, outputs: answer.results });
});

/// A pen of 5 x 5 pixels that makes everything what the pixel that it began at was not.
let pen = null;
function draw(event) {
  const box = canvas.clean.getBoundingClientRect();
  const at = (place, from, length) => Math.floor((place - from) / length * side);
  const column = at(event.clientX, box.left, box.width), row = at(event.clientY, box.top, box.height);
  if (event.type === 'pointerdown') pen = 1 - clean[Math.min(row, side - 1) * side + Math.min(column, side - 1)];
  if (pen === null) return;
  for (let r = Math.max(0, row - 2); r <= Math.min(side - 1, row + 2); ++r)
    for (let c = Math.max(0, column - 2); c <= Math.min(side - 1, column + 2); ++c) clean[r * side + c] = pen;
  changed();
}
canvas.clean.addEventListener('pointerdown', draw);
canvas.clean.addEventListener('pointermove', draw);
addEventListener('pointerup', () => { pen = null; });

noise.addEventListener('input', changed);
section.querySelector('button').addEventListener('click', () => { clean = blobs(new Random(++seed)); changed(); });
changed();
