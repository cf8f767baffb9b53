/* The random numbers of numpy (PCG64, ziggurat normals, gamma and beta draws), number by number. */
(function (lab) {
  "use strict";
  const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n, MASK = (1n << 128n) - 1n;
  const LOW = (1n << 64n) - 1n;
  const TWO52 = 2 ** 52, TWO53 = 2 ** 53;
  const NOR_R = 3.6541528853610088;
  /** Area of a strip: the rectangle up to NOR_R, and the tail beyond it. */
  const NOR_AREA = 0.004928673233974658;
  const tables = { k: new Float64Array(256), w: new Float64Array(256), f: new Float64Array(256) };

  function makeTables() {
    const { k, w, f } = tables;
    let x = NOR_R;
    w[255] = x / TWO52;
    f[255] = Math.exp(-0.5 * x * x);
    k[0] = Math.floor(x * f[255] / NOR_AREA * TWO52);
    w[0] = NOR_AREA / f[255] / TWO52;
    f[0] = 1;
    for (let i = 254; i > 0; i -= 1) {
      const next = Math.sqrt(-2 * Math.log(NOR_AREA / x + f[i + 1]));
      k[i + 1] = Math.floor(next / x * TWO52);
      w[i] = next / TWO52;
      f[i] = Math.exp(-0.5 * next * next);
      x = next;
    }
    k[1] = 0;
  }
  makeTables();

  /** Numbers of one seed, drawn once and read again by every generator that starts with it. */
  class Stream {
    constructor(state, increment) {
      this.state = BigInt(state);
      this.increment = BigInt(increment);
      this.words = new Uint32Array(0);
      this.drawn = 0;
    }
    draw(number) {
      const bigs = new BigUint64Array(number);
      const halves = new Uint32Array(bigs.buffer);
      halves.set(this.words.subarray(0, 2 * this.drawn));
      let state = this.state;
      for (let i = this.drawn; i < number; i += 1) {
        state = (state * MULTIPLIER + this.increment) & MASK;
        const mixed = ((state >> 64n) ^ state) & LOW, turn = state >> 122n;
        bigs[i] = ((mixed >> turn) | (mixed << (64n - turn))) & LOW;
      }
      this.state = state;
      this.words = halves;
      this.drawn = number;
    }
  }
  const streams = new Map();

  class Generator {
    constructor(seed, seeds) {
      if (!(seed in seeds)) throw new lab.words.NotRecomputed(`seed ${seed} is not exported`);
      if (!streams.has(seed)) streams.set(seed, new Stream(...seeds[seed]));
      this.stream = streams.get(seed);
      this.at = 0;
    }
    next() {
      if (this.at >= this.stream.drawn) this.stream.draw(Math.max(4096, 2 * this.stream.drawn));
      const place = 2 * this.at;
      this.at += 1;
      this.low = this.stream.words[place];
      this.high = this.stream.words[place + 1];
    }
    double() {
      this.next();
      return (this.high * 2097152 + (this.low >>> 11)) / TWO53;
    }
    normal() {
      const { k, w, f } = tables;
      for (;;) {
        this.next();
        const index = this.low & 255, negative = (this.low >>> 8) & 1;
        // the 52 bits above the lowest nine
        const bits = (this.high & 0x1fffffff) * 8388608 + (this.low >>> 9);
        const x = negative ? -bits * w[index] : bits * w[index];
        if (bits < k[index]) return x;
        if (index === 0) {
          for (;;) {
            const xx = -Math.log1p(-this.double()) / NOR_R, yy = -Math.log1p(-this.double());
            if (yy + yy > xx * xx) return Math.floor(bits / 256) % 2 ? -(NOR_R + xx) : NOR_R + xx;
          }
        } else if ((f[index - 1] - f[index]) * this.double() + f[index] < Math.exp(-0.5 * x * x)) {
          return x;
        }
      }
    }
    /** Gamma draw of a shape above 1, by Marsaglia and Tsang. */
    gamma(shape) {
      const b = shape - 1 / 3, c = 1 / Math.sqrt(9 * b);
      for (;;) {
        let x, v;
        do {
          x = this.normal();
          v = 1 + c * x;
        } while (v <= 0);
        v = v * v * v;
        const u = this.double();
        if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
        if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
      }
    }
    /** Beta draw, of the ratio of two gamma draws as numpy makes it for such shapes. */
    beta(a, b) {
      if (!(a > 1 && b > 1)) {
        throw new lab.words.NotRecomputed("draws of a beta law with a shape of 1 or less");
      }
      const one = this.gamma(a), two = this.gamma(b);
      return one / (one + two);
    }
  }
  lab.random = { Generator, tables };
})(globalThis.skytallyLaboratory);
