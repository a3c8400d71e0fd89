// A small neural network, run in the page.
//
// network.py describes a PyTorch model as a list of layers and one long array of weights. Here
// every layer becomes a function from numbers to numbers, and the network runs them in turn:
// fast enough to decode a picture on every move of a finger.
//
// Three tricks make it so, and all three are plain:
//   1. A picture is stored row by row, column by column, and the channels of one pixel lie side
//      by side (HWC). The innermost loop then walks through neighbouring numbers.
//   2. Convolutions *scatter*: each input pixel adds its share to the outputs it reaches. After
//      a ReLU many inputs are 0, and a 0 adds nothing, so it is skipped.
//   3. Arrays are made once, when the network is built; a run only fills them.

/** @typedef {Float32Array} Numbers */

/**
 * Numbers in, numbers out. What it returns is overwritten by its next call.
 * @typedef {(x: Numbers) => Numbers} Run
 */

/**
 * A layer as network.py describes it, `in` and `out` its shapes: (height, width, channel) of a
 * picture, (length) of a row. What else it has depends on its operation.
 * @typedef {{ op: string, in: number[], out: number[], [more: string]: any }} Layer
 */

/** @typedef {(count: number) => Numbers} Take the next numbers of the weights */

/**
 * The values that are not 0 among `count` values of x from `start`, and their rows of weights.
 * @param {Numbers} x
 * @param {number} start
 * @param {number} count
 * @param {number} rowLength
 * @param {Float64Array} values to be filled
 * @param {Int32Array} rows to be filled
 */
function nonzero(x, start, count, rowLength, values, rows) {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const value = x[start + i];
    if (value !== 0) {
      values[found] = value;
      rows[found++] = i * rowLength;
    }
  }
  return found;
}

/**
 * out[o…] += Σₖ values[k] · (row k of the weights), four rows at a time.
 * @param {Numbers} out
 * @param {number} o
 * @param {number} length
 * @param {Numbers} weights
 * @param {number} first
 * @param {Float64Array} values
 * @param {Int32Array} rows
 * @param {number} count
 */
function addRows(out, o, length, weights, first, values, rows, count) {
  let k = 0;
  for (; k + 3 < count; k += 4) {
    const v0 = values[k], v1 = values[k + 1], v2 = values[k + 2], v3 = values[k + 3];
    const w0 = first + rows[k], w1 = first + rows[k + 1];
    const w2 = first + rows[k + 2], w3 = first + rows[k + 3];
    for (let i = 0; i < length; i++) {
      out[o + i] +=
        v0 * weights[w0 + i] + v1 * weights[w1 + i] + v2 * weights[w2 + i] + v3 * weights[w3 + i];
    }
  }
  for (; k < count; k++) {
    const v = values[k], w = first + rows[k];
    for (let i = 0; i < length; i++) out[o + i] += v * weights[w + i];
  }
}

/** @param {Layer} layer @param {Take} take @returns {Run} */
function linear({ in: [inputs], out: [outputs] }, take) {
  const bias = take(outputs), weights = take(inputs * outputs);
  const out = new Float32Array(outputs);
  const values = new Float64Array(inputs), rows = new Int32Array(inputs);
  return (x) => {
    out.set(bias);
    addRows(out, 0, outputs, weights, 0, values, rows, nonzero(x, 0, inputs, outputs, values, rows));
    return out;
  };
}

/**
 * Convolution and transposed convolution differ in one thing: which output pixel an input pixel
 * reaches through a place of the kernel. `reach` answers that for one axis, with a number that is
 * no pixel's where it reaches none.
 * @param {Layer} layer
 * @param {Take} take
 * @param {(i: number, k: number, stride: number, padding: number) => number} reach
 * @returns {Run}
 */
function convolution(layer, take, reach) {
  const { in: [height, width, inputs], out: [outHeight, outWidth, outputs] } = layer;
  const { kernel: [kernelHeight, kernelWidth], stride, padding } = layer;
  const bias = take(outputs), weights = take(kernelHeight * kernelWidth * inputs * outputs);
  const out = new Float32Array(outHeight * outWidth * outputs);
  const values = new Float64Array(inputs), rows = new Int32Array(inputs);
  /** @param {number} size @param {number} kernel @param {number} outSize @param {0 | 1} axis */
  const table = (size, kernel, outSize, axis) => {
    const reached = new Int32Array(size * kernel);
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < kernel; k++) {
        const o = reach(i, k, stride[axis], padding[axis]);
        reached[i * kernel + k] = Number.isInteger(o) && o >= 0 && o < outSize ? o : -1;
      }
    }
    return reached;
  };
  const down = table(height, kernelHeight, outHeight, 0);
  const right = table(width, kernelWidth, outWidth, 1);
  return (x) => {
    for (let pixel = 0; pixel < outHeight * outWidth; pixel++) out.set(bias, pixel * outputs);
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const count = nonzero(x, (i * width + j) * inputs, inputs, outputs, values, rows);
        if (count === 0) continue;
        for (let ki = 0; ki < kernelHeight; ki++) {
          const oi = down[i * kernelHeight + ki];
          if (oi < 0) continue;
          for (let kj = 0; kj < kernelWidth; kj++) {
            const oj = right[j * kernelWidth + kj];
            if (oj < 0) continue;
            const first = (ki * kernelWidth + kj) * inputs * outputs;
            const o = (oi * outWidth + oj) * outputs;
            addRows(out, o, outputs, weights, first, values, rows, count);
          }
        }
      }
    }
    return out;
  };
}

/**
 * Layers that move numbers without arithmetic: output i is input from(i), worked out once.
 * @param {Layer} layer
 * @param {(i: number) => number} from
 * @returns {Run}
 */
function rearrangement({ out: shape }, from) {
  const size = shape.reduce((a, b) => a * b), out = new Float32Array(size);
  const source = Int32Array.from({ length: size }, (_, i) => from(i));
  return (x) => {
    for (let i = 0; i < size; i++) out[i] = x[source[i]];
    return out;
  };
}

/**
 * The place of output i, counted as HWC: [row, column, channel].
 * @param {number} i
 * @param {number[]} shape
 */
const placeIn = (i, [, width, channels]) =>
  [Math.floor(i / (width * channels)), Math.floor(i / channels) % width, i % channels];

/** @param {Layer} layer @returns {Run} */
function maxPooling({ in: [, width, channels], out: shape, kernel, stride }) {
  const out = new Float32Array(shape[0] * shape[1] * channels);
  return (x) => {
    out.fill(-Infinity);
    for (let i = 0, o = 0; i < shape[0]; i++) {
      for (let j = 0; j < shape[1]; j++, o += channels) {
        for (let k = 0; k < kernel * kernel; k++) {
          const row = i * stride + Math.floor(k / kernel), column = j * stride + (k % kernel);
          const from = (row * width + column) * channels;
          for (let c = 0; c < channels; c++) if (x[from + c] > out[o + c]) out[o + c] = x[from + c];
        }
      }
    }
    return out;
  };
}

/** @param {Layer} layer @param {(value: number) => number} f @returns {Run} */
function elementwise({ out: shape }, f) {
  const out = new Float32Array(shape.reduce((a, b) => a * b));
  return (x) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
    return out;
  };
}

/** @param {Layer} layer @returns {Run} */
function softmax({ out: [size] }) {
  const out = new Float32Array(size);
  return (x) => {
    const largest = Math.max(...x);
    let sum = 0;
    for (let i = 0; i < size; i++) sum += out[i] = Math.exp(x[i] - largest);
    for (let i = 0; i < size; i++) out[i] /= sum;
    return out;
  };
}

/**
 * E[x] under a continuous Bernoulli with logit η: 1/(1 - e^-η) - 1/η, by its series around 0.
 * @param {number} eta
 */
function continuousBernoulliMean(eta) {
  if (Math.abs(eta) < 0.05) return 0.5 + eta / 12 - eta ** 3 / 720;
  return 1 / (1 - Math.exp(-eta)) - 1 / eta;
}

/** @type {Record<string, (layer: Layer, take: Take) => Run>} */
const LAYERS = {
  linear,
  convolution: (layer, take) =>
    convolution(layer, take, (i, k, stride, padding) => (i + padding - k) / stride),
  transposed_convolution: (layer, take) =>
    convolution(layer, take, (i, k, stride, padding) => i * stride - padding + k),
  pixel_shuffle: (layer) =>
    rearrangement(layer, (index) => {
      const [i, j, c] = placeIn(index, layer.out), r = layer.factor;
      const channel = c * r * r + (i % r) * r + (j % r);
      return (Math.floor(i / r) * layer.in[1] + Math.floor(j / r)) * layer.in[2] + channel;
    }),
  upsampling: (layer) =>
    rearrangement(layer, (index) => {
      const [i, j, c] = placeIn(index, layer.out), r = layer.factor;
      return (Math.floor(i / r) * layer.in[1] + Math.floor(j / r)) * layer.in[2] + c;
    }),
  // PyTorch flattens channel by channel (CHW), our pictures lie pixel by pixel (HWC).
  flatten: (layer) =>
    rearrangement(layer, (index) => {
      const [height, width, channels] = layer.in, pixels = height * width;
      return (index % pixels) * channels + Math.floor(index / pixels);
    }),
  unflatten: (layer) =>
    rearrangement(layer, (index) => {
      const [i, j, c] = placeIn(index, layer.out);
      return (c * layer.out[0] + i) * layer.out[1] + j;
    }),
  max_pooling: maxPooling,
  relu: (layer) => elementwise(layer, (x) => (x > 0 ? x : 0)),
  clamp: (layer) =>
    elementwise(layer, (x) => Math.min(Math.max(x, -layer.bound), layer.bound)),
  sigmoid: (layer) => elementwise(layer, (x) => 1 / (1 + Math.exp(-x))),
  continuous_bernoulli_mean: (layer) => elementwise(layer, continuousBernoulliMean),
  softmax,
};

/**
 * @param {Layer[]} layers
 * @param {Numbers} weights of all layers in turn
 * @returns {Run}
 */
export function buildNetwork(layers, weights) {
  let used = 0;
  /** @type {Take} */
  const take = (count) => weights.subarray(used, (used += count));
  const steps = layers.map((layer) => LAYERS[layer.op](layer, take));
  if (used !== weights.length) throw new Error("the weights do not fit the layers");
  return (x) => steps.reduce((values, step) => step(values), x);
}
