import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { dumped, type NetlinkMessage, readPolicyMessage, readSaMessage } from './message.ts';
import { xfrmMessage } from './numbers.ts';

/**
 * Reads one host's dumps of one table. Most entries of a dump are, byte for byte, those of the one before: they
 * are not decoded again, and are the same objects.
 */
export class DumpReader<T> {
  readonly #type: number;
  readonly #decode: (message: NetlinkMessage) => T;
  #last: ReadonlyMap<number, Entry<T>> = new Map();

  constructor(type: number, decode: (message: NetlinkMessage) => T) {
    this.#type = type;
    this.#decode = decode;
  }

  /** The entries of a dump, in the kernel's order. Raises `malformed`. */
  read(payload: Uint8Array): T[] {
    const entries = new Map<number, Entry<T>>();
    const values = dumped(payload, this.#type).map((message) => {
      const hash = hashOf(message.raw);
      const last = this.#last.get(hash);
      const value = last && equal(last.raw, message.raw) ? last.value : this.#decode(message);
      entries.set(hash, { raw: message.raw, value });
      return value;
    });
    this.#last = entries;
    return values;
  }
}

interface Entry<T> {
  readonly raw: Uint8Array;
  readonly value: T;
}

/** A reader of `xfrmStates` records. */
export function saDumpReader(): DumpReader<IpsecSa> {
  return new DumpReader(xfrmMessage.newSa, readSaMessage);
}

/** A reader of `xfrmPolicies` records. */
export function policyDumpReader(): DumpReader<IpsecPolicy> {
  return new DumpReader(xfrmMessage.newPolicy, readPolicyMessage);
}

/** FNV-1a, 32 bits. Entries of one hash are compared: it need not be strong. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
