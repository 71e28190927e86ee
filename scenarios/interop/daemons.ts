import { type DaemonSpec, libreswan, openiked, strongswan, vpnc } from 'espalier';

type Settings = Pick<DaemonSpec, 'routes'>;

/** A daemon as the grid names it. */
export interface Candidate {
  readonly name: string;
  readonly implementation: DaemonSpec['implementation'];
  readonly host: (settings: Settings) => DaemonSpec;
  /** Its SAs are in no kernel. */
  readonly isUserspace?: true;
}

/** The current version of each implementation. */
export const current: readonly Candidate[] = [
  { name: 'libreswan-5.2', implementation: 'libreswan', host: (own) => libreswan({ version: '5.2', ...own }) },
  { name: 'strongswan-6.1.0', implementation: 'strongswan', host: (own) => strongswan({ version: '6.1.0', ...own }) },
  { name: 'openiked-7.4', implementation: 'openiked', host: (own) => openiked({ version: '7.4', ...own }) },
];

/** Those that other Debian releases have. */
export const earlier: readonly Candidate[] = [
  { name: 'libreswan-4.10', implementation: 'libreswan', host: (own) => libreswan({ version: '4.10', ...own }) },
  { name: 'strongswan-6.0.1', implementation: 'strongswan', host: (own) => strongswan({ version: '6.0.1', ...own }) },
  { name: 'strongswan-5.9.8', implementation: 'strongswan', host: (own) => strongswan({ version: '5.9.8', ...own }) },
  { name: 'openiked-7.2', implementation: 'openiked', host: (own) => openiked({ version: '7.2', ...own }) },
];

/** Those whose packets something else than the kernel's XFRM by netlink protects. OpenIKED has PF_KEY alone: it is among the current ones. */
export const otherStacks: readonly Candidate[] = [
  {
    name: 'strongswan-6.1.0-libipsec',
    implementation: 'strongswan',
    host: (own) => strongswan({ version: '6.1.0', stack: 'libipsec', ...own }),
    isUserspace: true,
  },
  {
    name: 'strongswan-6.1.0-pfkey',
    implementation: 'strongswan',
    host: (own) => strongswan({ version: '6.1.0', stack: 'pfkey', ...own }),
  },
];

/** The same library in the versions of other Debian releases. */
export const earlierStacks: readonly Candidate[] = [
  {
    name: 'strongswan-6.0.1-libipsec',
    implementation: 'strongswan',
    host: (own) => strongswan({ version: '6.0.1', stack: 'libipsec', ...own }),
    isUserspace: true,
  },
  {
    name: 'strongswan-5.9.8-libipsec',
    implementation: 'strongswan',
    host: (own) => strongswan({ version: '5.9.8', stack: 'libipsec', ...own }),
    isUserspace: true,
  },
];

/** Clients of IKEv1, which only initiate. */
export const clients: readonly Candidate[] = vpnc.versions.map((version) => ({
  name: `vpnc-${version}`,
  implementation: 'vpnc',
  host: (own) => vpnc({ version, ...own }),
  isUserspace: true,
}));

/** Initiator and responder. */
export type Pair = readonly [initiator: Candidate, responder: Candidate];

/** Every one of the first with every one of the second. */
export function pairs(initiators: readonly Candidate[], responders: readonly Candidate[]): Pair[] {
  return initiators.flatMap((initiator) => responders.map((responder): Pair => [initiator, responder]));
}

/** `libreswan-5.2 to openiked-7.4`: a column of the grid. */
export function column([initiator, responder]: Pair): string {
  return `${initiator.name} to ${responder.name}`;
}
