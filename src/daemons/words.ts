import type { Encryption, Integrity, KeyExchange, Prf, Use } from '../connection/algorithms.ts';
import type { View } from '../connection/view.ts';

/** A daemon's word for a transform: one for IKE and ESP alike, or one for each, where one may be missing. */
export type Word = string | { readonly [U in Use]?: string };

/** A daemon's words for the transforms of one type. It cannot be told to use what is missing. */
export type WordTable<N extends string = string> = { readonly [K in N]?: Word };

/** A daemon's words for all transforms. */
export interface TransformWords {
  readonly encryption: WordTable<Encryption>;
  readonly integrity: WordTable<Integrity>;
  readonly prf: WordTable<Prf>;
  readonly keyExchange: WordTable<KeyExchange>;
}

/** The word for a transform; `undefined` where there is none for this use. */
export function wordOf(table: WordTable, name: string, use: Use): string | undefined {
  const word = table[name];
  return typeof word === 'object' ? word[use] : word;
}

/** The transforms of a connection that have no word, each once: `aes-256-ccm for ESP`. */
export function withoutWord({ connection }: View, words: TransformWords): string[] {
  const missing = (table: WordTable, names: readonly string[] = [], use: Use): string[] =>
    names
      .filter((name) => wordOf(table, name, use) === undefined)
      .map((name) => `${name} for ${use === 'ike' ? 'IKE' : 'ESP'}`);
  const ike = (connection.ike?.proposals ?? []).flatMap((one) => [
    ...missing(words.encryption, one.encryption, 'ike'),
    ...missing(words.integrity, one.integrity, 'ike'),
    ...missing(words.prf, one.prf, 'ike'),
    ...missing(words.keyExchange, one.keyExchange, 'ike'),
    ...missing(words.keyExchange, one.additionalKeyExchange, 'ike'),
  ]);
  const esp = (connection.child?.proposals ?? []).flatMap((one) => [
    ...missing(words.encryption, one.encryption, 'esp'),
    ...missing(words.integrity, one.integrity, 'esp'),
    ...missing(words.keyExchange, one.keyExchange, 'esp'),
  ]);
  return [...new Set([...ike, ...esp])];
}
