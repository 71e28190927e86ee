import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareFacts, type FactDifference } from '../../../../src/judge/text/compare-facts.ts';
import { readConsoleFacts } from '../../../../src/judge/text/read-facts.ts';
import { sanitized } from '../../evidence/text/consoles.ts';

const compare = (received: string, expected = sanitized): readonly FactDifference[] =>
  compareFacts(readConsoleFacts(expected), readConsoleFacts(received));
const brief = (differences: readonly FactDifference[]): string[] =>
  differences.map(({ kind, weight, fields, expected, received }) =>
    [weight, kind, (expected ?? received)?.kind, fields.join(',')].join(' ').trim(),
  );

/** A line or words of the console, what stands there instead, and what that is worth. */
const changes: readonly (readonly [
  title: string,
  from: string | RegExp,
  to: string,
  differences: readonly string[],
])[] = [
  ['a word of a log line', 'initiating IKEv2 connection', 'starting IKEv2', []],
  ['a missing established line', /.*initiator established Child SA.*\n/, '', ['major missing ipsec-established']],
  ['another algorithm', 'xfrm=AES_GCM_16_256-NONE', 'xfrm=NULL-NONE', ['major different ipsec-established algorithms']],
  ['the peer in another way', 'authby=secret', 'authby=null', ['major different ike-established authentication']],
  [
    'another number of an SA',
    '"tunnel" #2: initiator',
    '"tunnel" #3: initiator',
    ['minor different ipsec-established sa'],
  ],
  [
    'other selectors',
    '[10.1.0.0/16===',
    '[10.9.0.0/16===',
    ['major missing ipsec-established', 'major extra ipsec-established'],
  ],
  ['a ping that got lost', '\nup\n', '\ndown\n', ['major different probe outcome']],
  ['a ping that nobody sent', '\nup\n', '\n', ['major missing probe']],
  ['no traffic in the tunnel', 'inBytes=84', 'inBytes=0', ['major different traffic inBytes']],
  ['more traffic in the tunnel', 'inBytes=84', 'inBytes=168', ['minor different traffic inBytes']],
  ['another time of birth', 'add_time=1234567890', 'add_time=5', ['minor different traffic addTime']],
  ['no newest SA', /newest; idle/, 'idle', ['minor different sa-listed newest']],
  ['an SA that packets do not take', 'eroute owner; ', '', ['major different sa-listed routed']],
  [
    'a kernel that tells no direction',
    /\tdir (?:in|out)\n/g,
    '',
    ['minor different kernel-sa direction', 'minor different kernel-sa direction'],
  ],
  [
    'a cipher of the kernel',
    'rfc4106(gcm(aes)) 0xENCAUTHKEY',
    'rfc7539esp 0xENCAUTHKEY',
    ['major different kernel-sa aead.name'],
  ],
  ['a key of the kernel', '0xENCAUTHKEY', '0xKEY', ['minor different kernel-sa aead.key']],
  ['a mode of the kernel', 'reqid REQID mode tunnel', 'reqid REQID mode transport', ['major different kernel-sa mode']],
  ['no ESN', 'flag af-unspec esn', 'flag af-unspec', ['major different kernel-sa esn']],
  [
    'a smaller window that nothing reads',
    'replay_window 0',
    'replay_window 128',
    ['minor different kernel-sa replayWindow'],
  ],
  ['a smaller window', 'replay_window 128', 'replay_window 32', ['major different kernel-sa replayWindow']],
  ['a policy that blocks no more', 'dir in action block', 'dir in', ['major different kernel-policy action']],
  ['a bypass of a socket', /src 0\.0\.0\.0\/0.*\n.*\n/, '', ['minor missing kernel-policy']],
  [
    'a template to somebody else',
    'tmpl src 198.51.100.1',
    'tmpl src 192.0.2.1',
    ['major different kernel-policy templates.0.source'],
  ],
  ['fewer active connections', 'active 1', 'active 0', ['major different count count']],
  ['fewer half-open IKE SAs', 'half-open(0)', 'half-open(1)', ['minor different count count']],
  ['an SA that was not given up', /.*deleting IKE SA.*\n/, '', ['major missing sa-deleted']],
  [
    'an attempt that was given up',
    'deleting IKE SA (established IKE SA)',
    'deleting IKE SA (established IKE SA)\n"tunnel" #9: deleting IKE SA (sent IKE_AUTH request)',
    ['minor extra sa-deleted'],
  ],
  [
    'a failure',
    'left #\n ipsec showstates',
    '"tunnel" #1: CHILD SA failed: NO_PROPOSAL_CHOSEN\nleft #\n ipsec showstates',
    ['major extra negotiation-failed'],
  ],
];

test('a change of words is no difference of facts, a change of facts weighs as the table says', () => {
  for (const [title, from, to, differences] of changes) {
    const changed = sanitized.replace(from, to);
    assert.notEqual(changed, sanitized, title);
    assert.deepEqual(brief(compare(changed)), differences, title);
  }
});

test('equal texts have no differences', () => {
  assert.deepEqual(compare(sanitized), []);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...sanitized.split('\n'))), (lines) => {
      assert.deepEqual(compare(lines.join('\n'), lines.join('\n')), []);
    }),
  );
});

test('each line that is taken away, doubled or moved makes differences of the same weight in both directions', () => {
  const lines = sanitized.split('\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.nat(lines.length - 1), (from, to) => {
      const without = lines.toSpliced(from, 1).join('\n');
      const moved = lines
        .toSpliced(from, 1)
        .toSpliced(to, 0, lines[from] ?? '')
        .join('\n');
      for (const other of [without, moved]) {
        const [there, back] = [compare(other), compare(sanitized, other)];
        const heaviest = (list: readonly FactDifference[]): boolean => list.some(({ weight }) => weight === 'major');
        assert.equal(heaviest(there), heaviest(back));
      }
    }),
  );
});

test('the same facts in another order are one minor difference per command', () => {
  const blocks = '#2: "a":500 ESTABLISHED_CHILD_SA (established Child SA); idle;\n';
  const others = '#3: "b":500 ESTABLISHED_CHILD_SA (established Child SA); idle;\n';
  const [found, ...rest] = compare(others + blocks, blocks + others);
  assert.deepEqual([found?.fields, found?.weight, rest], [['order'], 'minor', []]);
});

test('an event may slip below the next command, a state may not', () => {
  const expected = 'true\nleft #\n a\nEVENT\nleft #\n b\n';
  const slipped = 'true\nleft #\n a\nleft #\n b\nEVENT\n';
  const event = '"a" #1: deleting IKE SA (established IKE SA)';
  const state = '#1: "a":500 ESTABLISHED_IKE_SA (established IKE SA); idle;';
  const both = (text: string): string[] =>
    brief(compare(slipped.replace('EVENT', text), expected.replace('EVENT', text)));
  assert.deepEqual(both(event), ['minor different sa-deleted command']);
  assert.deepEqual(both(state), ['major missing sa-listed', 'major extra sa-listed']);
});

test('a failure that comes once more is minor, and so is a sniffer that saw nothing', () => {
  const failure = '"a" #1: CHILD SA failed: TEMPORARY_FAILURE\n';
  assert.deepEqual(brief(compare(failure + failure.replace('#1', '#2'), failure)), ['minor extra negotiation-failed']);
  const [esp, clear] = ['ESP(spi=1,seq=1), length 9', 'ICMP echo request'].map(
    (what) => `IP 10.1.0.1 > 10.2.0.1: ${what}\n`,
  );
  assert.deepEqual(brief(compare('', esp)), ['minor missing packet']);
  assert.deepEqual(brief(compare(clear ?? '', esp)), ['major missing packet', 'major extra packet']);
  assert.deepEqual(brief(compare(`${esp}${esp}`, esp)), ['minor extra packet']);
  assert.deepEqual(brief(compare(clear ?? '', '')), ['major extra packet']);
});
