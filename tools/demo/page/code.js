// Binary linear codes: check matrices from files, and words of them.

/// The check matrix in MacKay's alist format, as rows of columns' numbers from 0.
export function readAlist(text) {
  const lines = text.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const [bits, checks] = lines[0];
  const rows = lines.slice(4 + bits, 4 + bits + checks).map((row) => row.filter((i) => i > 0).map((i) => i - 1));
  return { bits, rows };
}

/// A function that draws a word of the code: free bits at random, the others as the checks demand.
export function wordsOf({ bits, rows }) {
  const reduced = rows.map((row) => {
    const line = new Uint8Array(bits);
    for (const i of row) line[i] ^= 1;
    return line;
  });
  const pivots = [];
  for (let column = bits - 1; column >= 0 && pivots.length < reduced.length; --column) {
    const at = pivots.length, found = reduced.findIndex((line, r) => r >= at && line[column]);
    if (found < 0) continue;
    [reduced[at], reduced[found]] = [reduced[found], reduced[at]];
    reduced.forEach((line, r) => {
      if (r !== at && line[column]) for (let i = 0; i < bits; ++i) line[i] ^= reduced[at][i];
    });
    pivots.push(column);
  }
  const bound = new Set(pivots);
  return {
    free: bits - pivots.length,
    draw(random) {
      const word = new Uint8Array(bits);
      for (let i = 0; i < bits; ++i) if (!bound.has(i)) word[i] = random.uniform() < 0.5 ? 0 : 1;
      pivots.forEach((column, r) => {
        let sum = 0;
        for (let i = 0; i < bits; ++i) if (i !== column) sum ^= reduced[r][i] & word[i];
        word[column] = sum;
      });
      return word;
    },
  };
}
