import type { DaemonHostSpec, HostSettings } from '../../../daemons/host.ts';
import type { DaemonName } from '../../../daemons/table.ts';

/** A host without an IKE daemon. */
export interface LinuxSpec extends HostSettings {
  readonly kind: 'linux';
}

/** A router that translates addresses (RFC 3022), by nftables. */
export interface NatSpec extends HostSettings {
  readonly kind: 'nat';
  /** Link on whose side translated packets go out. */
  readonly outside: string;
}

/** A host with an IKE daemon. */
export type DaemonSpec = DaemonHostSpec<DaemonName>;

/** A host as a scenario declares it. */
export type HostSpec = LinuxSpec | NatSpec | DaemonSpec;

/** A host without an IKE daemon: a client behind a gateway, a router, an attacker. */
export function linux(settings: HostSettings = {}): LinuxSpec {
  return { ...settings, kind: 'linux' };
}

/** A NAT box. */
export function nat(settings: HostSettings & { readonly outside: string }): NatSpec {
  return { ...settings, kind: 'nat' };
}
