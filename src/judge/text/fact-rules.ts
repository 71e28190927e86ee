import type { FactBody, Probe, SeenPacket } from '../../evidence/text/facts.ts';
import { daemonFactRules } from './daemon-fact-rules.ts';
import { encapsulation, peer, protocol } from './fact-meanings.ts';
import { major, minor, type RulesFor } from './fact-rule.ts';
import { kernelFactRules } from './kernel-fact-rules.ts';

/** What was tried and seen on the network. */
const networkFactRules: RulesFor<Probe | SeenPacket> = {
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
};

/** What is minor and what is major, and why, for every kind of fact. */
export const factRules: RulesFor<FactBody> = { ...daemonFactRules, ...kernelFactRules, ...networkFactRules };
