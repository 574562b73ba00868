// Runs a model in ONNX: node onnxruntime.cjs NODE_MODULES FOLDER. FOLDER has model.onnx and feeds.json, a list of {name, type,
// dims, file} with raw numbers in files; results.json, and a file for each result, are written beside.
const fs = require('fs');
const path = require('path');
const [modules, folder] = process.argv.slice(2);
const ort = require(path.join(modules, 'onnxruntime-node'));

const arrays = {float32: Float32Array, float64: Float64Array};
const beside = name => path.join(folder, name);

async function main() {
  const given = JSON.parse(fs.readFileSync(beside('feeds.json')));
  // Beyond the basic ones, optimizations keep factors of products in single precision, in models of doubles, too.
  const doubles = given.some(({type}) => type === 'float64');
  const session = await ort.InferenceSession.create(beside('model.onnx'), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel: doubles ? 'basic' : 'all',
  });
  const feeds = {};
  for (const {name, type, dims, file} of given) {
    const bytes = fs.readFileSync(beside(file));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    feeds[name] = new ort.Tensor(type, new arrays[type](buffer), dims);
  }
  const found = await session.run(feeds);
  const results = session.outputNames.map((name, i) => {
    const data = found[name].data;
    fs.writeFileSync(beside(`result${i}`), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    return {name, dims: found[name].dims, file: `result${i}`};
  });
  fs.writeFileSync(beside('results.json'), JSON.stringify(results));
}

main().catch(error => {
  console.error(error.message);
  process.exit(1);
});
