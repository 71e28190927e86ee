/**
 * Damaged copies of inputs, the same for the same seed: bits flipped, bytes set to telling values, pieces cut out,
 * doubled, or taken from another input.
 */
export function* mutations(
  inputs: readonly Uint8Array[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Generator<Uint8Array> {
  const random = randomNumbers(seed);
  const pick = (limit: number): number => Math.floor(random() * limit);
  for (let done = 0; done < count; done += 1) {
    let bytes = inputs[pick(inputs.length)] ?? new Uint8Array();
    for (let times = pick(4); times >= 0; times -= 1) {
      const damage = damages[pick(damages.length)];
      bytes = damage?.(bytes, pick, inputs) ?? bytes;
    }
    yield bytes;
  }
}

type Damage = (bytes: Uint8Array, pick: (limit: number) => number, inputs: readonly Uint8Array[]) => Uint8Array;

const telling = [0, 1, 2, 3, 4, 10, 0x7f, 0x80, 0xfe, 0xff];

const damages: readonly Damage[] = [
  (bytes, pick) => changed(bytes, pick(bytes.length), (byte) => byte ^ (1 << pick(8))),
  (bytes, pick) => changed(bytes, pick(bytes.length), () => telling[pick(telling.length)] ?? 0),
  // Heads hold lengths, types and families.
  (bytes, pick) => changed(bytes, pick(Math.min(bytes.length, 24)), () => pick(256)),
  (bytes, pick) => bytes.subarray(0, pick(bytes.length + 1)),
  (bytes, pick) => {
    const from = pick(bytes.length + 1);
    return joined(bytes.subarray(0, from), bytes.subarray(from + pick(16)));
  },
  (bytes, pick) => {
    const from = pick(bytes.length + 1);
    return joined(bytes.subarray(0, from + pick(16)), bytes.subarray(from));
  },
  (bytes, pick, inputs) => {
    const other = inputs[pick(inputs.length)] ?? bytes;
    return joined(bytes.subarray(0, pick(bytes.length + 1)), other.subarray(pick(other.length + 1)));
  },
];

function changed(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (at < copy.length) copy[at] = change(copy[at] ?? 0);
  return copy;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** Numbers from 0 up to 1 (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
