import type { Implementation } from '../../../connection/files.ts';

/** What all hosts can be given. */
interface CommonSpec {
  /** Files in place before anything runs, by absolute path. */
  readonly files?: Readonly<Record<string, string | Uint8Array | PlacedContent>>;
  /** Static routes: destination in CIDR form, or `default` → an address, or a host on one of this host's links. */
  readonly routes?: Readonly<Record<string, string>>;
  /** Paths below /proc/sys and values. Hosts forward packets and filter no paths unless told so. */
  readonly sysctls?: Readonly<Record<string, string | number>>;
  /** Name of an image recipe (`espalier image list`) in place of the usual one. */
  readonly image?: string;
}

/** A file with its mode. */
export interface PlacedContent {
  readonly content: string | Uint8Array;
  /** Default: 0o644. */
  readonly mode?: number;
}

/** A host without an IKE daemon. */
export interface LinuxSpec extends CommonSpec {
  readonly kind: 'linux';
}

/** A router that translates addresses (RFC 3022), by nftables. */
export interface NatSpec extends CommonSpec {
  readonly kind: 'nat';
  /** Link on whose side translated packets go out. */
  readonly outside: string;
}

/** A host with an IKE daemon, whose files come of the scenario's connections and of `files`, which win. */
export interface DaemonSpec extends CommonSpec {
  readonly kind: 'daemon';
  readonly implementation: Implementation;
  /** `5.2`, `6.0.1`. */
  readonly version: string;
}

/** A host as a scenario declares it. */
export type HostSpec = LinuxSpec | NatSpec | DaemonSpec;

/** A host without an IKE daemon: a client behind a gateway, a router, an attacker. */
export function linux(settings: CommonSpec = {}): LinuxSpec {
  return { ...settings, kind: 'linux' };
}

/** A NAT box. */
export function nat(settings: CommonSpec & { readonly outside: string }): NatSpec {
  return { ...settings, kind: 'nat' };
}

/** A host with libreswan's pluto. */
export function libreswan(settings: CommonSpec & { readonly version?: '5.2' | '4.10' } = {}): DaemonSpec {
  return { version: '5.2', ...settings, kind: 'daemon', implementation: 'libreswan' };
}

/** A host with strongSwan's charon, configured by swanctl. */
export function strongswan(settings: CommonSpec & { readonly version?: '6.1.0' | '6.0.1' | '5.9.8' } = {}): DaemonSpec {
  return { version: '6.0.1', ...settings, kind: 'daemon', implementation: 'strongswan' };
}

/** A host with OpenIKED's iked. Its labs boot a kernel with PF_KEY. */
export function openiked(settings: CommonSpec & { readonly version?: '7.4' | '7.2' } = {}): DaemonSpec {
  return { version: '7.4', ...settings, kind: 'daemon', implementation: 'openiked' };
}
