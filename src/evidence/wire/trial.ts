import { type Unjudged, unjudged } from './opened.ts';

/**
 * Runs an algorithm once, before packets depend on it: which ones OpenSSL offers is the choice of whoever built it
 * (RIPEMD-160, SM4, Camellia; most of them with FIPS). Undefined: it works.
 */
export function trial(name: string, work: () => unknown): Unjudged | undefined {
  try {
    work();
    return undefined;
  } catch {
    return unjudged(`${name}: not offered by this OpenSSL`);
  }
}
