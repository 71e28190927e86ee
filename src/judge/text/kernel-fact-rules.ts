import type { KernelFact } from '../../evidence/text/kernel-facts.ts';
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

const counted = minor('the kernel counts them');
const label = major('a security label decides who may use the SA');
const interfaceId = major('an interface takes other packets');
const unknown = minor('an attribute without meaning for protection, or one that this reader does not know');
const headers = minor('how headers are copied and padded (DSCP, ECN, DF, alignment), which defaults of kernels change');
const capacity = minor('counts that follow from how many packets were sent, which probes tell');

/** What the kernel's tables hold. */
export const kernelFactRules: RulesFor<KernelFact> = {
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
