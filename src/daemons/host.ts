import type { Stack } from '../model/stacks.ts';
import type { DaemonSlice } from './daemon.ts';

/** A file with its mode. */
export interface PlacedContent {
  readonly content: string | Uint8Array;
  /** Default: 0o644. */
  readonly mode?: number;
}

/** What a scenario can give any host, with a daemon or without. */
export interface HostSettings {
  /** Files in place before anything runs, by absolute path. */
  readonly files?: Readonly<Record<string, string | Uint8Array | PlacedContent>>;
  /** Static routes: destination in CIDR form, or `default` → an address, or a host on one of this host's links. */
  readonly routes?: Readonly<Record<string, string>>;
  /** Paths below /proc/sys and values. Hosts forward packets and filter no paths unless told so. */
  readonly sysctls?: Readonly<Record<string, string | number>>;
  /** An image recipe in place of the usual one: a name of `espalier image list`, or of a file in `images/` beside the scenario, without `.yaml`. */
  readonly image?: string;
  /** Debian packages that the host has beside those of its image: `['frr', 'tcpdump']`. */
  readonly packages?: readonly string[];
}

/** A host with an IKE daemon, whose files come of the scenario's connections and of `files`, which win. */
export interface DaemonHostSpec<N extends string> extends HostSettings {
  readonly kind: 'daemon';
  /** Name of the daemon, as its constructor is called. */
  readonly implementation: N;
  /** `5.2`, `6.0.1`. */
  readonly version: string;
  /** What protects its packets. Default: what the daemon usually has. */
  readonly stack?: Stack;
}

/** Where a constructor keeps its daemon: no business of a scenario's author. */
export const slice: unique symbol = Symbol('slice');

type DaemonSettings<V extends string> = HostSettings & { readonly version?: V; readonly stack?: Stack };

/** Declares a host with a certain daemon. The version is one that has an image; `versions` lists them, newest first. */
export interface DaemonConstructor<N extends string, V extends string> {
  (settings?: DaemonSettings<V>): DaemonHostSpec<N>;
  readonly versions: readonly V[];
  readonly [slice]: DaemonSlice;
}

/** The constructor of hosts with this daemon: what its folder exports, and scenario files import. */
export function hostWith<const N extends string, const V extends string>(
  daemon: DaemonSlice<N, V>,
): DaemonConstructor<N, V> {
  const declare = (settings: DaemonSettings<V> = {}): DaemonHostSpec<N> => ({
    version: daemon.default,
    ...settings,
    kind: 'daemon',
    implementation: daemon.name,
  });
  return Object.assign(declare, { versions: daemon.versions.map(({ version }) => version), [slice]: daemon });
}
