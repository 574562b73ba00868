// What both demonstrations share: networks, random numbers, and a picture that follows its controls.
import * as ort from './onnxruntime/ort.wasm.bundle.min.mjs';

ort.env.wasm.numThreads = 1;  // more need headers that plain file servers do not send
ort.env.wasm.wasmPaths = { wasm: new URL('./onnxruntime/ort-wasm-simd-threaded.wasm', import.meta.url).href };

/// An exported network: run(samples, values) gives { results by name, milliseconds }. Calls wait for each other.
export async function load(file) {
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(`${file}: ${answer.status} ${answer.statusText}`);
  const session = await ort.InferenceSession.create(new Uint8Array(await answer.arrayBuffer()));
  const [input] = session.inputNames;
  return {
    async run(samples, values) {
      const begin = performance.now();
      const results = await session.run({ [input]: new ort.Tensor('float32', values, [samples, values.length / samples]) });
      const milliseconds = performance.now() - begin;
      return { milliseconds, results: Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data])) };
    },
  };
}

/// Uniform numbers from 0 to 1 that a seed repeats (mulberry32), and normal ones of them.
export class Random {
  constructor(seed) { this.state = seed >>> 0; }
  uniform() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  normal() {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}

/// Paints columns x rows cells; colour(column, row) is [red, green, blue] from 0 to 255.
export function paint(canvas, columns, rows, colour) {
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d'), image = context.createImageData(columns, rows);
  for (let row = 0; row < rows; ++row)
    for (let column = 0; column < columns; ++column)
      image.data.set([...colour(column, row), 255], 4 * (row * columns + column));
  context.putImageData(image, 0, 0);
}

/// A colour of the style sheet, such as --wrong.
export function colour(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

export function say(canvas, text) {
  canvas.parentElement.querySelector('span').textContent = text;
}

/// Calls `compute`, which may wait, whenever `changed` was called: once at a time, and once more for what changed meanwhile.
export function follow(section, compute) {
  let busy = false, again = false;
  return async function changed() {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      try {
        await compute();
      } catch (error) {
        const line = section.querySelector('.time');
        line.textContent = `This did not work: ${error.message ?? error}`;
        line.classList.add('trouble');
        console.error(error);
      }
    }
    busy = false;
  };
}

/// What was computed last, for those who want to look: window.demo.decoder.inputs and .outputs.
export function publish(name, what) {
  window.demo = { ...window.demo, [name]: { ...what, count: (window.demo?.[name]?.count ?? 0) + 1 } };
}
