/** What `espalier bench xfrm` can measure. guest/xfrm-bench has the same names; a test compares them. */

/** Tables of XFRM (net/xfrm/xfrm_policy.c, xfrm_state.c). */
export const benchTables = ['policy', 'state'] as const;
export type BenchTable = (typeof benchTables)[number];

/** What the entries of a table look like. */
export interface BenchVariant {
  readonly table: BenchTable;
  readonly name: string;
  readonly about: string;
}

export const benchVariants: readonly BenchVariant[] = [
  { table: 'policy', name: 'host', about: 'one address to one address each (/32)' },
  { table: 'policy', name: 'net', about: 'a network to a network of its own each (/16 to /24)' },
  { table: 'policy', name: 'ports', about: 'the same networks, a UDP port each' },
  { table: 'policy', name: 'marks', about: 'any to any, a mark each' },
  { table: 'policy', name: 'host6', about: 'one address to one address each, IPv6 (/128)' },
  { table: 'policy', name: 'net6', about: 'a network to a network of its own each, IPv6 (/48 to /64)' },
  { table: 'state', name: 'null', about: 'no encryption, one pair of peers' },
  { table: 'state', name: 'gcm', about: 'AES-GCM, one pair of peers' },
  { table: 'state', name: 'cbc', about: 'AES-CBC with HMAC-SHA-256, one pair of peers' },
  { table: 'state', name: 'null-peers', about: 'no encryption, a peer each' },
  { table: 'state', name: 'gcm-peers', about: 'AES-GCM, a peer each' },
  { table: 'state', name: 'cbc-peers', about: 'AES-CBC with HMAC-SHA-256, a peer each' },
  { table: 'state', name: 'null6', about: 'no encryption, one pair of peers, IPv6' },
  { table: 'state', name: 'gcm-peers6', about: 'AES-GCM, a peer each, IPv6' },
];

/** What is done with a table. */
export interface BenchOperation {
  readonly table: BenchTable;
  readonly name: string;
  /** What one unit of it is: an entry of the table, or a packet of a thousand. */
  readonly per: 'entry' | 'packet';
  readonly about: string;
}

const changes = [
  { name: 'add', per: 'entry', about: 'each entry added' },
  { name: 'get', per: 'entry', about: 'each entry asked for by its selector, or its SPI' },
  { name: 'update', per: 'entry', about: 'each entry replaced by an equal one' },
  { name: 'dump', per: 'entry', about: 'all of the table read' },
] as const;

const deletions = [
  { name: 'delete', per: 'entry', about: 'each entry deleted, in the order in which they came' },
  { name: 'delete-last', per: 'entry', about: 'each entry deleted, the last one first' },
] as const;

const flush = { name: 'flush', per: 'entry', about: 'the table emptied by one request' } as const;

const ofPolicies = [
  ...changes,
  {
    name: 'out-hit',
    per: 'packet',
    about: 'packets of a local program, each to another address, that a policy blocks',
  },
  { name: 'out-miss', per: 'packet', about: 'packets of a local program that no policy is for' },
  { name: 'send', per: 'packet', about: 'packets of one flow that no policy is for: its route is looked up once' },
  { name: 'send-change', per: 'packet', about: 'the same, and a policy is updated before each tenth packet' },
  ...deletions,
  { name: 'delete-index', per: 'entry', about: 'each entry deleted by its index' },
  flush,
  { name: 'send-none', per: 'packet', about: 'packets of one flow without any policy' },
  { name: 'in-hit', per: 'packet', about: 'packets from outside that an inbound policy blocks' },
  { name: 'acquire', per: 'entry', about: 'a packet for each policy, none of which has an SA' },
] as const;

const ofStates = [
  ...changes,
  { name: 'out-hit', per: 'packet', about: 'packets that one of the SAs encrypts' },
  ...deletions,
  flush,
  {
    name: 'in-hit',
    per: 'packet',
    about: 'ESP packets from outside, each found by its SPI and opened (SAs without encryption)',
  },
  { name: 'in-miss', per: 'packet', about: 'ESP packets from outside with an SPI that no SA has' },
  { name: 'expire', per: 'entry', about: 'all SAs expire within one second' },
] as const;

/** In the order in which they are done: those that need the filled table follow `add`. */
export const benchOperations: readonly BenchOperation[] = [
  ...ofPolicies.map((one) => ({ table: 'policy' as const, ...one })),
  ...ofStates.map((one) => ({ table: 'state' as const, ...one })),
];

/** Nothing at all between two marks: what measuring itself costs, which is taken off all others. */
export const emptyOperation = 'empty';
