import type { FactBody, FactKind } from '../../evidence/text/facts.ts';

/** What a difference is worth: words, or an SA, policy, tunnel or reachability. */
export type Weight = 'minor' | 'major';

/** A weight and why it is right. */
export interface Rule {
  readonly weight: Weight;
  readonly reason: string;
}

/** Rules that hold for facts with these values; the first that fits counts. */
export type Case<F> = Rule & { readonly when: Partial<F> };

/** What it is worth that a field differs. */
export interface FieldRule<F> extends Rule {
  /** One side does not show the field. */
  readonly absent?: Rule;
  /** One side shows 0 and the other does not. */
  readonly zero?: Rule;
  /** Parts of a field with structure, by their last name, that weigh other than the rest of it. */
  readonly parts?: Readonly<Record<string, Rule>>;
  /** By the received fact. */
  readonly cases?: readonly Case<F>[];
}

/** How facts of one kind are compared. */
export interface KindRules<F> {
  /** Something that happened, at a moment that background work may shift below a neighbouring command; else a state. */
  readonly event: boolean;
  /** Fields that say what a fact is about; two facts that share them are one fact that differs, not two. */
  readonly identity: readonly (keyof F & string)[];
  /** What it is worth that one side has it and the other not. */
  readonly presence: Rule & { readonly cases?: readonly Case<F>[] };
  /** The same, where both sides have another one that is equal. */
  readonly again?: Rule;
  /** What is missing below a command where the other side shows no fact of this kind at all. */
  readonly silent?: Rule;
  readonly fields: { readonly [K in Exclude<keyof F, 'kind'>]-?: FieldRule<F> };
}

const minor = (reason: string): Rule => ({ weight: 'minor', reason });
const major = (reason: string): Rule => ({ weight: 'major', reason });

const named = major('another connection');
const about = major('part of what the fact is about');
const counted = minor('the kernel counts them');
const numbered = minor('daemons count SAs in the order of their attempts, and the number protects nothing');
const instance = minor('instances are counted in the order they came');
const peer = major('another peer');
const algorithms = major('other algorithms protect the packets');
const mode = major('tunnel and transport protect different things');
const selectors = major('other packets are protected');
const role = major('the other end made this SA');
const method = major('the peer proved who it is in another way');
const random = minor('SPIs and keys are drawn anew in every run');
const requestId = minor('the number only ties a policy to its SAs; a daemon counts it up');
const label = major('a security label decides who may use the SA');
const interfaceId = major('an interface takes other packets');
const time = minor('a time of day or a lifetime');
const lifetime = major('SAs expire at another limit');
const unknown = minor('an attribute without meaning for protection, or one that this reader does not know');
const headers = minor('how headers are copied and padded (DSCP, ECN, DF, alignment), which defaults of kernels change');
const capacity = minor('counts that follow from how many packets were sent, which probes tell');
const protocol = major('ESP, AH and IPComp protect different things');
const encapsulation = major('packets are in UDP or TCP on one side only');
const inTransit = minor('an SA on its way is a moment of an exchange; timers decide whether it is seen');
const user = major('another user');

/** The connection of a daemon's SA. */
const who = { connection: named, peer, instance, sa: numbered };
const octets = {
  ...minor('a retried or unanswered packet more or less changes it; that pings get through is a fact of its own'),
  zero: major('traffic went through the SA on one side only'),
};

/** What is minor and what is major, and why; the one table. */
export const factRules: { readonly [K in FactKind]: KindRules<Extract<FactBody, { kind: K }>> } = {
  'ike-established': {
    event: true,
    identity: ['connection', 'version'],
    presence: major('an IKE SA more or less'),
    fields: {
      ...who,
      version: major('IKEv1 instead of IKEv2'),
      role,
      rekeys: { ...numbered, absent: major('a new SA instead of a rekeyed one') },
      peerId: peer,
      authentication: method,
      algorithms,
      ends: peer,
    },
  },
  'ike-negotiated': {
    event: true,
    identity: ['connection'],
    presence: minor('an exchange more or less; whether an SA came of it is a fact of its own'),
    fields: { ...who, algorithms },
  },
  'ipsec-established': {
    event: true,
    identity: ['connection', 'selectors'],
    presence: major('a pair of IPsec SAs more or less'),
    fields: {
      ...who,
      version: major('IKEv1 instead of IKEv2'),
      role,
      rekeys: { ...numbered, absent: major('a new SA instead of a rekeyed one') },
      ike: numbered,
      mode,
      selectors,
      protocol,
      encapsulation,
      esn: major('sequence numbers of another size'),
      spis: random,
      algorithms,
      compressed: major('IPComp on one side only'),
      nat: peer,
      dpd: minor('how the daemon watches its peer protects nothing'),
      user,
    },
  },
  'sa-deleted': {
    event: true,
    identity: ['connection', 'of'],
    presence: {
      ...major('an SA was given up on one side only'),
      cases: [{ when: { established: false }, ...inTransit }],
    },
    fields: { ...who, of: about, established: major('it was in use on one side only'), state: inTransit },
  },
  'negotiation-failed': {
    event: true,
    identity: ['connection', 'reason'],
    presence: major('a negotiation failed on one side only'),
    again: minor('timers decide how often a failing negotiation is tried'),
    fields: { ...who, reason: major('it failed for another reason'), state: inTransit },
  },
  'connection-up': {
    event: true,
    identity: ['connection'],
    presence: major('a connection came up on one side only'),
    fields: who,
  },
  'connection-loaded': {
    event: true,
    identity: ['connection'],
    presence: major('a connection is known on one side only, and so are its policies'),
    fields: {
      ...who,
      loaded: major('a connection was refused on one side only'),
      version: major('another version of IKE'),
      oriented: major('the connection has no end here'),
    },
  },
  'sa-listed': {
    event: false,
    identity: ['connection', 'of'],
    presence: { ...major('another number of SAs'), cases: [{ when: { established: false }, ...inTransit }] },
    fields: {
      ...who,
      of: about,
      state: minor('the name of a state; whether the SA is usable is a field of its own'),
      established: major('the SA is usable on one side only'),
      newest: minor('which of two equal SAs is the newer one'),
      routed: major('packets take another SA'),
      ike: numbered,
      port: minor('the port of IKE; encapsulation of IPsec is a fact of its own'),
      mode,
      protocol,
      ends: peer,
      algorithms,
      reqid: requestId,
    },
  },
  traffic: {
    event: false,
    identity: ['connection', 'protocol', 'final'],
    presence: {
      ...major('another number of IPsec SAs'),
      cases: [{ when: { final: true }, ...minor('that the SA was given up is a fact of its own') }],
    },
    fields: {
      ...who,
      final: about,
      protocol,
      inBytes: octets,
      outBytes: octets,
      peerId: peer,
      lease: major('another address was leased'),
      user,
      addTime: time,
      limit: lifetime,
    },
  },
  count: {
    event: false,
    identity: ['of', 'what'],
    presence: minor('a summary is shown on one side only; what it sums up are facts of their own'),
    fields: {
      of: about,
      what: about,
      count: {
        ...major('another number of SAs or connections'),
        cases: [
          ...['half-open', 'open', 'connecting'].map((what) => ({ when: { what }, ...inTransit })),
          {
            when: { what: 'loaded' },
            ...minor('reading a configuration takes time; that a connection was loaded is a fact of its own'),
          },
        ],
      },
    },
  },
  'connection-status': {
    event: false,
    identity: ['connection', 'item'],
    presence: major('a connection, or what it negotiated, on one side only'),
    fields: { ...who, item: about, value: major('routing, policy or algorithms of a connection') },
  },
  'bare-shunt': {
    event: false,
    identity: ['source', 'destination', 'protocol'],
    presence: major('a policy on one side only'),
    fields: {
      source: selectors,
      destination: selectors,
      protocol: selectors,
      action: major('packets pass on one side only'),
      why: minor('the daemon gives another reason for the same policy'),
    },
  },
  'kernel-sa': {
    event: false,
    identity: ['source', 'destination', 'protocol'],
    presence: {
      ...major('another number of IPsec SAs'),
      cases: [
        { when: { spi: '0x00000000' }, ...minor('an acquire that waits for its SA, and is gone after 30 seconds') },
      ],
    },
    fields: {
      source: peer,
      destination: peer,
      protocol,
      spi: random,
      reqid: requestId,
      mode,
      direction: { ...major('in instead of out'), absent: minor('kernels before 6.10 do not say it') },
      selector: selectors,
      encryption: { ...algorithms, parts: { key: random } },
      integrity: { ...algorithms, parts: { key: random } },
      aead: { ...algorithms, parts: { key: random } },
      compression: algorithms,
      encapsulation: { ...encapsulation, parts: { sourcePort: peer, destinationPort: peer, originalAddress: peer } },
      esn: major('sequence numbers of another size'),
      replayWindow: {
        ...major('replays are told apart over another number of packets'),
        cases: [{ when: { direction: 'out' }, ...minor('an outbound SA checks no replays; 6.10 wants 0 there') }],
      },
      replay: capacity,
      mark: interfaceId,
      outputMark: interfaceId,
      ifId: interfaceId,
      flags: headers,
      lifetime,
      use: { ...capacity, zero: major('traffic went through the SA on one side only') },
      lastUsed: time,
      label,
      other: unknown,
    },
  },
  'kernel-policy': {
    event: false,
    identity: ['selector', 'direction', 'type'],
    presence: {
      ...major('another number of policies'),
      cases: ['socket-in', 'socket-out'].map((direction) => ({
        when: { direction },
        ...minor("a bypass of one of the daemon's own sockets, as many as it has open"),
      })),
    },
    fields: {
      selector: selectors,
      direction: selectors,
      action: major('packets pass on one side only'),
      priority: minor('daemons count it from their selectors; what wins shows in what passes'),
      index: counted,
      type: selectors,
      templates: { ...major('other SAs protect the packets'), parts: { reqid: requestId, spi: random } },
      mark: interfaceId,
      ifId: interfaceId,
      flags: headers,
      lifetime,
      use: capacity,
      label,
      other: unknown,
    },
  },
  probe: {
    event: false,
    identity: ['nth'],
    presence: major('a probe was answered, or not made, on one side only'),
    fields: {
      nth: major('another probe'),
      outcome: major('somebody can be reached on one side only'),
      target: major('somebody else was probed'),
    },
  },
  packet: {
    event: true,
    identity: ['source', 'destination', 'what', 'encapsulation'],
    presence: {
      ...major('packets of one kind were seen on one side only'),
      cases: [
        { when: { what: 'ike' }, ...minor('exchanges are told by the daemons; timers decide on retransmissions') },
      ],
    },
    again: minor('one packet more of a kind that both sides show'),
    silent: minor('a sniffer that saw nothing at all is one that failed; the captures of the links tell what passed'),
    fields: { source: peer, destination: peer, what: protocol, encapsulation },
  },
  'kernel-counter': {
    event: false,
    identity: ['name'],
    presence: {
      ...major('packets were refused on one side only'),
      cases: [{ when: { value: 0 }, ...minor('kernels have more or fewer reasons to refuse a packet') }],
    },
    fields: {
      name: about,
      value: { ...capacity, zero: major('packets were refused on one side only') },
    },
  },
};
