/** What is done to a good message of PF_KEY to spoil it. Lengths are in words of eight octets, as RFC 2367 counts them. */
import { pfKeyExtensionTypes } from 'espalier';

type Extension = keyof typeof pfKeyExtensionTypes;

const [head, word] = [16, 8];

/** Where an extension begins, and its octets. */
function placeOf(message: Buffer, type: Extension): readonly [at: number, length: number] {
  for (let at = head; at < message.length; at += message.readUInt16LE(at) * word) {
    if (message.readUInt16LE(at + 2) === pfKeyExtensionTypes[type]) return [at, message.readUInt16LE(at) * word];
  }
  throw new Error(`the message has no extension ${type}`);
}

/** Other octets from here on. */
export function written(message: Buffer, at: number, ...octets: readonly number[]): Buffer {
  const copy = Buffer.from(message);
  copy.set(octets, at);
  return copy;
}

/** Other octets of an extension, counted from its own length on. */
export function inside(
  message: Buffer,
  [type, at]: readonly [Extension, number],
  ...octets: readonly number[]
): Buffer {
  return written(message, placeOf(message, type)[0] + at, ...octets);
}

/** The message's own length is right again. */
function counted(...parts: readonly Buffer[]): Buffer {
  const message = Buffer.concat(parts);
  message.writeUInt16LE(message.length / word, 4);
  return message;
}

export function without(message: Buffer, type: Extension): Buffer {
  const [at, length] = placeOf(message, type);
  return counted(message.subarray(0, at), message.subarray(at + length));
}

export function twice(message: Buffer, type: Extension): Buffer {
  const [at, length] = placeOf(message, type);
  return counted(message, message.subarray(at, at + length));
}

/** An extension of so many words: cut, or filled up with zeros. */
export function resized(message: Buffer, type: Extension, words: number): Buffer {
  const [at, length] = placeOf(message, type);
  const extension = Buffer.alloc(words * word);
  message.copy(extension, 0, at, Math.min(at + length, at + extension.length));
  extension.writeUInt16LE(words, 0);
  return counted(message.subarray(0, at), extension, message.subarray(at + length));
}

/** Numbers by chance, the same for each seed (a linear congruence modulo 2^32). */
export function drawer(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One octet changed, words cut off or added, a word taken out, or an extension's length changed; the message's own length is right. */
export function spoiled(message: Buffer, draw: (below: number) => number): Buffer {
  const ways = [
    () => written(message, head + draw(message.length - head), draw(256)),
    () => counted(message.subarray(0, head + draw((message.length - head) / word) * word)),
    () => counted(message, Buffer.alloc(word * (1 + draw(4)), draw(256))),
    () => {
      const at = head + draw((message.length - head) / word) * word;
      return counted(message.subarray(0, at), message.subarray(at + word));
    },
    () => {
      const at = head + draw((message.length - head) / word) * word;
      return written(message, at, draw(32), 0);
    },
  ];
  return (ways[draw(ways.length)] ?? (() => message))();
}
