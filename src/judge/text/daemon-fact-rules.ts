import type { DaemonFact } from '../../evidence/text/daemon-facts.ts';
import {
  about,
  algorithms,
  encapsulation,
  lifetime,
  mode,
  peer,
  protocol,
  random,
  requestId,
  selectors,
  time,
} from './fact-meanings.ts';
import { major, minor, type RulesFor } from './fact-rule.ts';

const named = major('another connection');
const instance = minor('instances are counted in the order they came');
const numbered = minor('daemons count SAs in the order of their attempts, and the number protects nothing');
const role = major('the other end made this SA');
const method = major('the peer proved who it is in another way');
const inTransit = minor('an SA on its way is a moment of an exchange; timers decide whether it is seen');
const user = major('another user');

/** The connection of a daemon's SA. */
const who = { connection: named, peer, instance, sa: numbered };
const octets = {
  ...minor('a retried or unanswered packet more or less changes it; that pings get through is a fact of its own'),
  zero: major('traffic went through the SA on one side only'),
};

/** What daemons say. */
export const daemonFactRules: RulesFor<DaemonFact> = {
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
};
