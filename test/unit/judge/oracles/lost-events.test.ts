import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIp } from '../../../../src/evidence/packet/ip.ts';
import { wellKnownPorts } from '../../../../src/evidence/packet/packet.ts';
import { judgeFacts } from '../../../../src/judge/oracles/judge-facts.ts';
import { bytes, ipv4, udp } from '../../evidence/build.ts';
import { anSa, aPolicy } from '../../evidence/xfrm-samples.ts';
import { added, evidenceOf, installed, protectedPacket, type Step, type Story, seen, toPeer } from './evidence.ts';

const ping = ipv4(1, bytes('0800 0000 0001 0001'));
const policy = aPolicy({ selector: toPeer, priority: 100 });
const bypass = aPolicy({ selector: toPeer, priority: 1, templates: [] });
const out = anSa({ direction: 'out' });

/** West's events are lost between 100 ms and 1000 ms, when a dump shows its policies. */
const lost = (policies = [policy], before: readonly Step[] = []): Step[] => [
  [50, 'west', added(out)],
  ...before,
  [100, 'west', installed(aPolicy())],
  [500, 'west', 'lost'],
  [1000, 'east', 'command'],
  [1000, 'west', { sas: [out] }],
  [1000, 'west', { policies: [aPolicy(), ...policies] }],
];

function judged(story: Story) {
  const { issues, summary, leaks } = judgeFacts(evidenceOf({ exact: true, ...story }));
  return {
    words: issues.map(({ word, kind, host }) => `${word} ${kind} ${host}`),
    issues,
    leaks,
    texts: summary.eventsLost,
  };
}

test('what a dump shows behind lost events is no discrepancy, and costs nothing where no packet depends on it', () => {
  const { words, texts } = judged({ steps: lost() });
  assert.deepEqual([words, texts], [[], ['west 0.9 s: no packet sent then depends on them']]);
});

test('a packet in clear of a time whose events are lost cannot be judged', () => {
  const frames = [200, 300].map((at, index) => ({ ...seen(at, ping), number: index + 1 }));
  const { words, issues, leaks, texts } = judged({ steps: lost(), frames, commands: [[10, 'ipsec up x']] });
  assert.deepEqual([words, leaks], [['unresolved events-lost west'], []]);
  assert.deepEqual(texts, ['west 0.9 s: 2 packets sent then cannot be judged']);
  assert.deepEqual(issues, [
    {
      kind: 'events-lost',
      word: 'unresolved',
      host: 'west',
      file: 'links/test.pcapng',
      packet: 1,
      command: 'ipsec up x',
      message:
        'events of SAs and policies are lost for 0.9 s, and 2 packets sent then cannot be judged; the first: 192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1',
    },
  ]);
});

test('what is exempt, what others send, and what is sent before and after does not depend on lost events', () => {
  const frames = [
    seen(200, ipv4(17, udp(500, 500, new Uint8Array(4)))),
    seen(200, ping, 'east'),
    seen(50, ping),
    seen(100, ping),
  ];
  assert.deepEqual(judged({ steps: lost(), frames }).words, []);
  assert.deepEqual(judged({ steps: lost(), frames: [seen(1000, ping)] }).words, ['leak cleartext west']);
});

test('a leak before a loss stays one', () => {
  const before: Step[] = [[60, 'west', installed(policy)]];
  const { words } = judged({ steps: lost([], before), frames: [seen(70, ping), seen(200, ping)] });
  assert.deepEqual(words, ['leak cleartext west', 'unresolved events-lost west']);
});

test('a packet whose choice reaches into the gap is not judged, unless a known table lets it pass', () => {
  const commands = [[10, 'tc qdisc add dev eth0 root netem delay 100ms']] as const;
  assert.deepEqual(judged({ steps: lost(), frames: [seen(1050, ping)], commands }).words, [
    'unresolved events-lost west',
  ]);
  assert.deepEqual(judged({ steps: lost([policy, bypass]), frames: [seen(1050, ping)], commands }).words, []);
});

test('what went through a tunnel, or belongs to no SA, cannot be judged then either', () => {
  const inner = readIp({ bytes: ping, start: 0, end: ping.length }, wellKnownPorts);
  assert.ok(inner);
  const stray = (at: number) => judged({ steps: lost([]), packets: [protectedPacket(at, { inner })] }).words;
  assert.deepEqual([stray(300), stray(1001)], [['unresolved events-lost west'], ['major inner-selector west']]);
  const unknown = (at: number, host: 'west' | 'east') =>
    judged({ steps: lost(), packets: [protectedPacket(at, { word: 'no-sa', spi: 7 }, host)] }).words;
  assert.deepEqual(unknown(300, 'west'), ['unresolved events-lost west']);
  assert.deepEqual(unknown(300, 'east'), ['unresolved events-lost west']);
  assert.deepEqual(unknown(1001, 'east'), ['major unknown-sa east']);
  const strange = (at: number) => judged({ steps: lost(), packets: [protectedPacket(at, {}, 'east')] }).words;
  assert.deepEqual(
    [strange(300).at(-1), strange(1001).at(-1)],
    ['unresolved events-lost west', 'major unknown-sa east'],
  );
});

test('each gap is told for itself', () => {
  const again: Step[] = [...lost(), [1500, 'west', 'lost'], [2000, 'east', 'command']];
  const frames = [seen(200, ping), seen(1600, ping), seen(1700, ping)];
  assert.deepEqual(judged({ steps: again, frames }).texts, [
    'west 0.9 s: a packet sent then cannot be judged',
    'west 1.0 s: 2 packets sent then cannot be judged',
  ]);
});
