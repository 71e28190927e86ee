import { EspalierError } from '../../../base/errors.ts';
import type { DaemonHostSpec, HostSettings } from '../../../daemons/host.ts';
import type { DaemonName } from '../../../daemons/table.ts';
import { type Duration, nanoseconds } from './duration.ts';
import { callerOrigin } from './origin.ts';

/** A host without an IKE daemon. */
export interface LinuxSpec extends HostSettings {
  readonly kind: 'linux';
}

/** A router that translates addresses (RFC 3022), by nftables. */
export interface NatSpec extends HostSettings {
  readonly kind: 'nat';
  /** Link on whose side translated packets go out. */
  readonly outside: string;
  /** How long it keeps the mapping of a UDP flow without packets; the kernel's own is 30 s, and 120 s once it was answered. */
  readonly timeout?: Duration;
}

/** A host with an IKE daemon. */
export type DaemonSpec = DaemonHostSpec<DaemonName>;

/** A host that is a system which `espalier system install` has installed, or a boot loader (`u-boot`). */
export interface SystemSpec extends Omit<HostSettings, 'image' | 'packages'> {
  readonly kind: 'system';
  /** As `espalier system list` names it. */
  readonly system: string;
}

/** A host as a scenario declares it. */
export type HostSpec = LinuxSpec | NatSpec | SystemSpec | DaemonSpec;

/**
 * An installed system: it starts from a copy of its disk, and commands are typed at its serial console. Nothing of Espalier's runs on it, so
 * what only an agent sees of a host, such as events, is unknown; its SAs and policies are listed by its own commands. Needs the substrate `qemu`.
 */
export function system(name: string, settings: Omit<SystemSpec, 'kind' | 'system'> = {}): SystemSpec {
  return { ...settings, kind: 'system', system: name };
}

/** A host without an IKE daemon: a client behind a gateway, a router, an attacker. */
export function linux(settings: HostSettings = {}): LinuxSpec {
  return { ...settings, kind: 'linux' };
}

/** A NAT box. */
export function nat(settings: HostSettings & Pick<NatSpec, 'outside' | 'timeout'>): NatSpec {
  const { timeout } = settings;
  if (timeout !== undefined && nanoseconds(timeout) < 1_000_000_000n) {
    throw new EspalierError('scenario', 'a NAT box keeps mappings for a second at least', callerOrigin());
  }
  return { ...settings, kind: 'nat' };
}
