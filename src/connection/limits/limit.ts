import { isAead } from '../algorithms.ts';
import type { View } from '../connection.ts';
import type { DaemonVersion } from '../files.ts';

/** Something that a daemon cannot do, as data: a connection that asks for it is `unsupported` there. */
export interface Limit {
  /** Kebab-case, unique for its daemon. */
  readonly id: string;
  /** For people: what cannot be done, and why. */
  readonly reason: string;
  /** Where that is written or was seen. */
  readonly source: string;
  /** True for a connection that asks for it, as its end here sees it. */
  readonly hits: (view: View, daemon: DaemonVersion) => boolean;
}

/** True where a proposal for ESP has an AEAD algorithm. */
export function wantsAead({ connection }: View): boolean {
  return (connection.child?.proposals ?? []).some(({ encryption }) => encryption.some(isAead));
}

/** True where an end authenticates with a key of this kind. */
export function usesKey({ local, remote }: View, kind: 'rsa' | 'ecdsa' | 'ed25519'): boolean {
  return [local, remote].some(({ authentication }) => {
    if (authentication.method === 'psk') return false;
    return (authentication.method === 'certificate' ? authentication.credential : authentication.key).kind === kind;
  });
}
