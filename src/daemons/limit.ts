import { isAead } from '../connection/algorithms.ts';
import { type EapAuthentication, keyOf } from '../connection/authentication.ts';
import type { End } from '../connection/connection.ts';
import { keyIdOf } from '../connection/identity.ts';
import { selectorsOf } from '../connection/selectors.ts';
import type { View } from '../connection/view.ts';
import type { Stack } from '../model/stacks.ts';

/** Something that a daemon cannot do, as data: a connection that asks for it is `unsupported` there. */
export interface Limit {
  /** Kebab-case, unique for its daemon. */
  readonly id: string;
  /** For people: what cannot be done, and why. */
  readonly reason: string;
  /** Where that is written or was seen. */
  readonly source: string;
  /** True for a connection that asks this version over this stack for it, as its end here sees it. */
  readonly hits: (view: View, version: string, stack: Stack) => boolean;
}

/** A setting that a daemon has once, for all connections of its host: it cannot do what two of them want differently. */
export interface WholeSetting {
  /** Kebab-case, unique for its daemon. */
  readonly id: string;
  /** For people: what is there once. */
  readonly reason: string;
  /** Where that is written or was seen. */
  readonly source: string;
  /** What a connection wants, by the name of what it is about; `undefined`: it does not care. */
  readonly wants: (view: View) => Readonly<Record<string, string | number | boolean | undefined>>;
}

/** True where a proposal for ESP has an AEAD algorithm. */
export function wantsAead({ connection }: View): boolean {
  return (connection.child?.proposals ?? []).some(({ encryption }) => encryption.some(isAead));
}

/** True where a proposal for ESP has HMAC-SHA2-256, which PF_KEY of Linux truncates to 96 bits instead of 128 (RFC 4868). */
export function wantsSha256({ connection }: View): boolean {
  return (connection.child?.proposals ?? []).some(({ integrity = [] }) => integrity.includes('hmac-sha2-256-128'));
}

/** True where a tunnel carries another address family than that of its ends. */
export function crossesFamilies({ connection, local, remote }: View): boolean {
  if (connection.mode === 'transport') return false;
  return [local, remote].some((end) =>
    selectorsOf(end, 'by-itself').some(({ network }) => network.includes(':') !== end.address.includes(':')),
  );
}

/** True where an end authenticates with a key of this kind. */
export function usesKey({ local, remote }: View, kind: 'rsa' | 'ecdsa' | 'ed25519'): boolean {
  return [local, remote].some(({ authentication }) => keyOf(authentication)?.kind === kind);
}

/** The EAP method by which an end is authenticated, if it is by one. */
export function eapOf({ authentication }: End): EapAuthentication['eap'] | undefined {
  return authentication.method === 'eap' ? authentication.eap : undefined;
}

/** True where one end has a secret and the other proves itself in another way. */
export function sharesHalfASecret({ local, remote }: View): boolean {
  return (local.authentication.method === 'psk') !== (remote.authentication.method === 'psk');
}

/** True where an end is known by a key ID. */
export function usesKeyId({ local, remote }: View): boolean {
  return [local, remote].some(({ identity }) => identity !== undefined && keyIdOf(identity) !== undefined);
}
