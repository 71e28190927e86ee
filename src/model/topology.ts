/** One interface of a host, plugged into a link. */
export interface Nic {
  /** Interface name inside the host, at most 15 characters. */
  readonly name: string;
  /** Name of the link it is plugged into. */
  readonly link: string;
  /** Colon-separated MAC address. */
  readonly mac: string;
  /** Addresses with prefix length, IPv4 or IPv6 (`192.1.2.23/24`). */
  readonly addresses: readonly string[];
  /** Further names of the interface (`altname` of ip-link(8)). */
  readonly altNames?: readonly string[];
}

/** A static route: destination in CIDR form (`default` allowed) through a gateway. */
export interface Route {
  readonly to: string;
  readonly via: string;
}

/** What a lab's tables hold (guest/agent/agent.h): hosts and links of a topology, interfaces of a host. */
export const labLimits = { hosts: 64, links: 64, nics: 64 } as const;

/**
 * A named machine of a topology. Its interfaces have ifindexes in the order of `nics`: from 2, or from 32 where
 * `LabPlan.fallbackTunnels` takes the numbers before.
 */
export interface Host {
  readonly name: string;
  readonly nics: readonly Nic[];
  readonly routes: readonly Route[];
  /** Paths below /proc/sys and values, applied in order, per network namespace. */
  readonly sysctls: readonly (readonly [path: string, value: string])[];
}

/** One L2 segment. */
export interface Link {
  readonly name: string;
}

/** Hosts and links of a lab. */
export interface Topology {
  readonly hosts: readonly Host[];
  readonly links: readonly Link[];
}
