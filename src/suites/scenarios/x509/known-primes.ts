import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, writeAtomic } from '../../../base/files.ts';
import { cacheDir } from '../../../base/folders.ts';

/**
 * The prime that lies some steps of 2 behind `start`: as many as the cache knows of this name, else as `search` finds, which takes
 * a good part of a second for long keys. The cache has a hash of the prime with it, so a damaged file is not believed. A cache that
 * cannot be used costs time and nothing else.
 */
export function knownPrime(name: string, start: bigint, search: () => bigint): bigint {
  const [steps = '', hash] = read(name).split(' ');
  const known = start + 2n * BigInt(/^\d{1,9}$/.test(steps) ? steps : 0);
  if (hash === hashOf(known)) return known;
  const prime = search();
  keep(name, `${(prime - start) / 2n} ${hashOf(prime)}`);
  return prime;
}

function fileOf(name: string): string {
  return join(cacheDir('primes'), sha256(name));
}

function hashOf(prime: bigint): string {
  return sha256(prime.toString(16));
}

function read(name: string): string {
  try {
    return readFileSync(fileOf(name), 'latin1');
  } catch {
    return '';
  }
}

function keep(name: string, text: string): void {
  try {
    writeAtomic(fileOf(name), text);
  } catch {
    // It is found again the next time.
  }
}
