import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeFacts } from '../../../../src/judge/oracles/judge-facts.ts';
import { policyText, saText, selectorText, spiText } from '../../../../src/judge/oracles/words-of-facts.ts';
import { verdictSchema } from '../../../../src/model/verdict.ts';
import { judgeConsoles } from '../../../../src/suites/libreswan/judge.ts';
import { bytes, ipv4 } from '../../evidence/build.ts';
import { anSa, anyPolicy, anySa, aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, installed, protectedPacket, type Step, seen, toPeer } from './evidence.ts';

const sa = anSa({ direction: 'in' });

test('a lab in which nothing happened has nothing to tell', () => {
  assert.deepEqual(judgeFacts(evidenceOf({})), {
    tolerated: [],
    summary: {
      pairs: 0,
      packets: { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 },
      halfOpen: [],
    },
    issues: [],
    leaks: [],
  });
});

test('packets that nobody can judge are counted and no issue', () => {
  const steps: Step[] = [[0, 'west', added(sa)]];
  const packets = [protectedPacket(1, { word: 'unjudged', reason: 'cbc(serpent)', spi: sa.spi })];
  const { summary, issues } = judgeFacts(evidenceOf({ steps, packets }));
  assert.deepEqual([summary.packets.unjudged, summary.packets.verified, issues], [1, 0, []]);
});

test('half-open SAs are told with their time and what excuses them', () => {
  const steps: Step[] = [
    [1, 'east', added(sa)],
    [100, 'west', 'command'],
    [100, 'east', { sas: [sa] }],
    [70_100, 'west', 'command'],
  ];
  const told = (line: string): readonly string[] =>
    judgeFacts(evidenceOf({ steps, commands: [[1, line, 'east']] })).summary.halfOpen;
  assert.deepEqual(told('ping'), ['east esp 0x1234abcd in 70.0 s, to the end: without excuse']);
  assert.deepEqual(told('ipsec stop'), ['east esp 0x1234abcd in 70.0 s, to the end: killed']);
});

test('an SA that was half-open for a while, and one whose direction is not told, are told so', () => {
  const plain = anSa();
  const halfOpen = (steps: readonly Step[]): readonly string[] => judgeFacts(evidenceOf({ steps })).summary.halfOpen;
  const steps: Step[] = [
    [1, 'east', added(plain)],
    [100, 'west', 'command'],
    [100, 'east', { sas: [plain] }],
  ];
  assert.deepEqual(halfOpen(steps), ['east esp 0x1234abcd  0.0 s, to the end: in flight']);
  assert.deepEqual(
    halfOpen([
      ...steps,
      [999_999_900, 'east', deleted(plain)],
      [999_999_900, 'west', 'command'],
      [999_999_900, 'east', { sas: [] }],
    ]),
    ['east esp 0x1234abcd  999999.8 s: without excuse'],
  );
});

test('issues of all oracles stand in their order, and frames in clear are listed whole', () => {
  const policy = aPolicy({ selector: toPeer });
  const other = anSa({ spi: 0x202 });
  const steps: Step[] = [
    [1, 'east', added(sa)],
    [2, 'west', deleted(other)],
    [3, 'west', installed(policy)],
    [100, 'west', 'command'],
    [100, 'west', { policies: [policy] }],
    [100, 'east', { sas: [sa] }],
    [70_100, 'west', 'command'],
  ];
  const frames = [seen(1000, ipv4(1, bytes('0800 0000 0001 0001')))];
  const packets = [protectedPacket(100, { word: 'refused', reason: 'cleartext' })];
  const { issues, leaks } = judgeFacts(evidenceOf({ steps, frames, packets }));
  assert.deepEqual(
    issues.map(({ kind }) => kind),
    ['table-discrepancy', 'half-open', 'not-encrypted', 'cleartext'],
  );
  assert.deepEqual(
    leaks.map(({ kind, frame }) => [kind, frame]),
    [
      ['cleartext', frames[0]],
      ['not-encrypted', packets[0]?.frame],
    ],
  );
});

test('tables and events that contradict each other are major', () => {
  const other = anSa({ spi: 0x202 });
  const steps: Step[] = [
    [1, 'west', added(sa)],
    [1, 'west', added(sa)],
    [2, 'west', deleted(other)],
    [100, 'west', 'command'],
    [100, 'west', { sas: [{ ...sa, reqid: 7, replayWindow: 0 }] }],
    [100, 'west', { policies: [aPolicy()] }],
    [200, 'west', 'command'],
    [200, 'west', { sas: [] }],
  ];
  const issues = judgeFacts(evidenceOf({ steps })).issues.filter(({ kind }) => kind === 'table-discrepancy');
  assert.ok(issues.every(({ word, host }) => word === 'major' && host === 'west'));
  assert.deepEqual(
    issues.map(({ message }) => message.replace(/^the (SA|policy) .*? (was|is|has) /, '$1 $2 ')),
    [
      'SA was added while it was there',
      'SA was deleted, and nothing had told of it before',
      'SA has changed without an event (reqid, replayWindow)',
      'policy is in a table, and no event told of it',
      'SA is in no table any more, and no event told of its end',
    ],
  );
});

test('a verdict with all kinds of findings is what the stored format says', () => {
  const steps: Step[] = [
    [1, 'east', added(sa)],
    [1, 'west', installed(aPolicy())],
    [100, 'west', 'command'],
    [100, 'east', { sas: [sa] }],
    [70_100, 'west', 'command'],
  ];
  const packets = [protectedPacket(100, { word: 'refused', reason: 'integrity' })];
  const facts = judgeFacts(evidenceOf({ steps, packets }));
  assert.ok(facts.issues.length >= 2);
  const verdict = judgeConsoles({
    complete: true,
    end: { word: 'completed' },
    consoles: [],
    plutoLogs: [],
    issues: [],
    facts,
  });
  assert.deepEqual(verdictSchema.parse(JSON.parse(JSON.stringify(verdict))), verdict);
  assert.equal(verdictSchema.safeParse({ ...verdict, version: 1 }).success, false);
  assert.equal(verdictSchema.safeParse({ ...verdict, version: 3 }).success, false);
});

/** Tables of any contents, and packets that nothing binds to them; ESPALIER_FUZZ raises the count. */
test('any SAs, policies and packets are judged without an exception, twice alike', () => {
  const runs = Number(process.env.ESPALIER_FUZZ ?? 200);
  const contents = fc.uint8Array({ minLength: 20, maxLength: 80 });
  const versions = fc.constantFrom(0x45, 0x60);
  fc.assert(
    fc.property(fc.array(anySa), fc.array(anyPolicy), contents, versions, (sas, policies, content, version) => {
      content[0] = version;
      const steps: Step[] = [
        [1, 'west', 'command'],
        [1, 'west', { sas }],
        [1, 'west', { policies }],
        [2, 'east', 'command'],
        [2, 'east', { sas: sas.slice(1) }],
      ];
      const frames = [seen(1000, content)];
      const packets = sas.map(({ spi }) => protectedPacket(500, { spi, word: 'refused', reason: 'integrity' }));
      const evidence = evidenceOf({ steps, frames, packets });
      assert.deepEqual(judgeFacts(evidence), judgeFacts(evidence));
    }),
    { numRuns: runs },
  );
});

test('facts are told in the words of ip-xfrm(8)', () => {
  assert.equal(spiText(0x3e8), '0x000003e8');
  assert.equal(saText(sa), 'esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel)');
  const ports = { sourcePort: { port: 7, mask: 0xffff }, destinationPort: { port: 256, mask: 0xff00 } };
  assert.equal(
    selectorText(aSelector({ protocol: 17, ...ports })),
    '0.0.0.0/0 > 0.0.0.0/0 proto 17 sport 7 dport 256/0xff00',
  );
  const templates = [aTemplate({ protocol: 'ipcomp', level: 'use' }), aTemplate()];
  assert.equal(
    policyText(aPolicy({ templates })),
    'policy out 192.0.1.0/24 > 192.0.2.0/24 priority 1757393 allow ipcomp tunnel 192.1.2.45 > 192.1.2.23 reqid 16389 level use, esp tunnel 192.1.2.45 > 192.1.2.23 reqid 16389',
  );
});
