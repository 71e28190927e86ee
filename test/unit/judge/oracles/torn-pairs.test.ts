import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactEvidence } from '../../../../src/evidence/evidence.ts';
import type { IpsecPolicy, IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { type LabRecord, recordType } from '../../../../src/evidence/records/record.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { dump, policyMessage, saMessage } from '../../evidence/xfrm-build.ts';
import { anSa, aPolicy, aTemplate } from '../../evidence/xfrm-samples.ts';

const second = 1_000_000_000n;

/** What a host's dumps show at a command boundary. */
interface Shown {
  readonly sas: readonly IpsecSa[];
  readonly policies?: readonly IpsecPolicy[];
}

/** West and east at boundaries a second apart. */
function evidenceOf(boundaries: readonly (readonly [west: Shown, east: Shown])[], line = 'true'): FactEvidence {
  const records: LabRecord[] = [];
  const add = (type: number, host: number, payload: Uint8Array = new Uint8Array()): void => {
    const time = BigInt(Math.floor(records.length / 6)) * second;
    records.push({ type, host, time, sequence: records.length, payload });
  };
  for (const hosts of boundaries) {
    add(recordType.commandEnd, 0);
    for (const [host, { sas, policies = [] }] of hosts.entries()) {
      add(recordType.xfrmStates, host, dump(sas.map((sa) => saMessage(sa))));
      add(recordType.xfrmPolicies, host, dump(policies.map((policy) => policyMessage(policy))));
    }
    add(recordType.stepEnd, 0xffff);
  }
  const timeline = readTimeline({ hosts: ['west', 'east'], records });
  const commands = [{ host: 'west', line, begin: 0n }];
  const { time, sequence } = records.at(-1) as LabRecord;
  return { timeline, commands, end: { time, sequence }, frames: [], protectedPackets: [] };
}

const back = { source: '192.1.2.23', destination: '192.1.2.45', spi: 0x5678 } as const;
const [westOut, westIn] = [anSa({ direction: 'out' }), anSa({ ...back, direction: 'in' })];
const [eastIn, eastOut] = [anSa({ direction: 'in' }), anSa({ ...back, direction: 'out' })];
const whole: Shown = { sas: [eastIn, eastOut] };
const west: Shown = { sas: [westOut, westIn] };
const half: Shown = { sas: [eastIn] };
const none: Shown = { sas: [] };
const soon = [[west, none]] as const;

const cases: readonly (readonly [string, FactEvidence, readonly string[], readonly string[]])[] = [
  ['both ends are there', evidenceOf([[west, whole]]), [], []],
  ['one host has neither direction yet', evidenceOf(soon), ['in flight', 'in flight'], []],
  ['a host never gets half of a pair', evidenceOf([[west, half]]), ['none'], ['half-open']],
  [
    'a host gets the other half late',
    evidenceOf([
      [west, half],
      [west, whole],
    ]),
    ['in flight'],
    [],
  ],
  [
    'a host loses half of a pair for good',
    evidenceOf([
      [west, whole],
      [west, half],
    ]),
    ['none'],
    ['half-open'],
  ],
  ['a lost message leaves half of a pair', evidenceOf([[west, half]], 'ipsec whack --impair drop-i'), ['impaired'], []],
  ['a daemon that ends leaves all or nothing', evidenceOf([[west, half]], 'ipsec stop'), ['none'], ['half-open']],
  ['a daemon that ends says no word to its peer', evidenceOf(soon, 'ipsec stop'), ['killed', 'killed'], []],
];

for (const [title, evidence, excuses, kinds] of cases) {
  test(`half-open: ${title}`, () => {
    const { halfOpen, issues } = comparePairs(evidence);
    const why = halfOpen.map(({ excuse = 'none' }) => (typeof excuse === 'string' ? excuse : excuse.id));
    assert.deepEqual(why, excuses);
    assert.deepEqual(
      issues.map(({ kind }) => kind),
      kinds,
    );
  });
}

const sent = aPolicy();
const taken = aPolicy({ direction: 'in' });
const { source, destination } = taken.selector;
const turned = aPolicy({ direction: 'in', selector: { ...taken.selector, source: destination, destination: source } });
const foreign = aPolicy({ direction: 'in', selector: turned.selector, templates: [aTemplate({ reqid: 1 })] });

const policies: readonly (readonly [string, readonly IpsecPolicy[], number])[] = [
  ['the receiver takes what the sender sends', [taken], 0],
  ['the receiver takes it among other things', [turned, taken], 0],
  ['the receiver takes other packets', [turned], 1],
  ['the receiver has no policy of the SA', [foreign], 0],
];

for (const [title, inward, expected] of policies) {
  test(`policies around an SA: ${title}`, () => {
    const { issues } = comparePairs(
      evidenceOf([
        [
          { ...west, policies: [sent] },
          { ...whole, policies: inward },
        ],
      ]),
    );
    assert.deepEqual(
      issues.map(({ kind }) => kind),
      Array.from({ length: expected }, () => 'sa-disagreement'),
    );
  });
}
