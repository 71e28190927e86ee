import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';

/** Contents from so many bytes on travel on their own, so that one that many jobs have travels once. */
const ownFrom = 4096;

/** Text of a value of plain data, with big integers and bytes; `put` is given the contents that travel on their own. */
export function packValue(value: unknown, put: (bytes: Uint8Array) => void): string {
  return JSON.stringify(packed(value, put));
}

function packed(value: unknown, put: (bytes: Uint8Array) => void): unknown {
  if (typeof value === 'bigint') return { $integer: String(value) };
  if (value instanceof Uint8Array) {
    if (value.length < ownFrom) return { $bytes: Buffer.from(value).toString('base64') };
    put(value);
    return { $content: sha256(value) };
  }
  if (Array.isArray(value)) return value.map((one) => packed(one, put));
  if (typeof value !== 'object' || value === null) {
    if (typeof value === 'function') throw new EspalierError('bug', 'a function cannot be sent to another machine');
    return value;
  }
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, packed(one, put)]));
}

/** Hashes of the contents that travelled on their own. */
export function contentsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\{"\$content":"([0-9a-f]{64})"\}/g)].map(([, hash = '']) => hash))];
}

/** The value of such a text; `get` gives a content by its hash. */
export function unpackValue(text: string, get: (hash: string) => Uint8Array): unknown {
  return unpacked(JSON.parse(text), get);
}

function unpacked(value: unknown, get: (hash: string) => Uint8Array): unknown {
  if (Array.isArray(value)) return value.map((one) => unpacked(one, get));
  if (typeof value !== 'object' || value === null) return value;
  const { $integer, $bytes, $content } = value as Record<string, unknown>;
  if (typeof $integer === 'string') return BigInt($integer);
  if (typeof $bytes === 'string') return new Uint8Array(Buffer.from($bytes, 'base64'));
  if (typeof $content === 'string') return get($content);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unpacked(one, get)]));
}
