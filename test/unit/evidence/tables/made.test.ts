import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecSa, XfrmEvent } from '../../../../src/evidence/ipsec.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { LiveTables } from '../../../../src/evidence/tables/live-tables.ts';
import { isKnown, tablesAt, turnsBetween } from '../../../../src/evidence/tables/tables.ts';
import { type HostTimeline, readTimeline, type Timeline } from '../../../../src/evidence/tables/timeline.ts';
import { saIdentity } from '../../../../src/evidence/xfrm/identity.ts';
import { bytes, concat } from '../build.ts';
import { dump, eventMessage, saMessage } from '../xfrm-build.ts';
import { anSa } from '../xfrm-samples.ts';

/** What a record holds: an event and when it was made (undefined: not known), a dump, a trouble, or the end of a command. */
type What =
  | { readonly event: XfrmEvent; readonly made: bigint | undefined }
  | { readonly sas: readonly IpsecSa[] }
  | { readonly trouble: string }
  | 'command';
type Step = readonly [time: bigint, what: What];

const records = (steps: readonly Step[]) => {
  const end = { type: recordType.labEnd, payload: new Uint8Array(), time: 10n ** 18n };
  const told = steps.map(([time, what]) => ({ ...frame(what), time }));
  return [...told, end].map((record, sequence) => ({ ...record, host: 0, sequence }));
};

function frame(what: What): { type: number; payload: Uint8Array } {
  if (what === 'command') return { type: recordType.commandEnd, payload: new Uint8Array(4) };
  if ('trouble' in what) return { type: recordType.trouble, payload: new TextEncoder().encode(what.trouble) };
  if ('sas' in what) return { type: recordType.xfrmStates, payload: dump(what.sas.map((sa) => saMessage(sa))) };
  const message = eventMessage(what.event);
  if (what.made === undefined) return { type: recordType.xfrmEvent, payload: message };
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, what.made, true);
  return { type: recordType.xfrmEventMade, payload: concat([time, message]) };
}

const added = (sa: IpsecSa, made?: bigint): What => ({ event: { kind: 'sa-added', sa }, made });
const deleted = (sa: IpsecSa, made?: bigint): What => ({
  event: { kind: 'sa-deleted', id: saIdentity(sa), sa },
  made,
});

function read(steps: readonly Step[]): Timeline & { readonly west: HostTimeline } {
  const timeline = readTimeline({ hosts: ['west'], records: records(steps) });
  const [west] = timeline.hosts;
  assert.ok(west);
  return { ...timeline, west };
}

const sa = anSa();

test('an event counts from its making, and by its record', () => {
  const { west } = read([
    [5000n, added(sa, 1000n)],
    [9000n, deleted(sa, 6000n)],
  ]);
  assert.equal(west.exact, true);
  assert.deepEqual(
    west.changes.map(({ time, sequence }) => [time, sequence]),
    [
      [1000n, 0],
      [6000n, 1],
    ],
  );
  const count = (point: number | bigint): number => tablesAt(west, point).sas.length;
  assert.deepEqual([999n, 1000n, 5999n, 6000n].map(count), [0, 1, 1, 0]);
  assert.deepEqual([-1, 0, 1].map(count), [0, 1, 0]);
  assert.deepEqual(turnsBetween(west, 999n, 6000n), [1000n, 6000n]);
  assert.deepEqual([turnsBetween(west, 1000n, 5999n), turnsBetween(west, 0n, 1000n)], [[], [1000n]]);
});

test('a host is exact if every event has its time', () => {
  const exact = (steps: readonly Step[]): boolean => read(steps).west.exact;
  assert.equal(exact([]), false);
  assert.equal(exact([[1n, added(sa)]]), false);
  assert.equal(
    exact([
      [1n, added(sa, 1n)],
      [2n, deleted(sa)],
    ]),
    false,
  );
});

test('an event that is recorded behind the dump which shows it moves the change to its own time', () => {
  const [gone, fresh] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202, protocol: 'ah' })];
  const { west, discrepancies } = read([
    [1000n, added(gone, 1000n)],
    [5000n, 'command'],
    [5000n, { sas: [fresh] }],
    [5100n, deleted(gone, 4000n)],
    [5200n, added(fresh, 4500n)],
  ]);
  const spis = (point: number | bigint): number[] => tablesAt(west, point).sas.map(({ spi }) => spi);
  assert.deepEqual([3999n, 4000n, 4499n, 4500n].map(spis), [[0x101], [], [], [0x202]]);
  assert.deepEqual([1, 2].map(spis), [[0x101], [0x202]]);
  assert.deepEqual(discrepancies, []);
  assert.equal(west.sas[0]?.ended?.reason, 'deleted');
});

test('one that was made after the dump leaves the change where the dump saw it', () => {
  const { west } = read([
    [5000n, 'command'],
    [5000n, { sas: [sa] }],
    [5200n, added(sa, 5100n)],
  ]);
  assert.deepEqual([tablesAt(west, 4999n).sas.length, tablesAt(west, 5000n).sas.length], [0, 1]);
});

test('times go on where an event is recorded behind a dump that does not show it', () => {
  const [one, other] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202 })];
  const { west } = read([
    [1000n, added(one, 1000n)],
    [5000n, 'command'],
    [5000n, { sas: [{ ...one, use: { ...one.use, packets: 4n } }] }],
    [5200n, added(other, 4900n)],
  ]);
  const seen = (point: bigint) => tablesAt(west, point).sas.map(({ spi, use }) => [spi, use.packets]);
  assert.deepEqual([4899n, 4900n, 5000n].map(seen), [
    [[0x101, 0n]],
    [
      [0x101, 0n],
      [0x202, 0n],
    ],
    [
      [0x101, 4n],
      [0x202, 0n],
    ],
  ]);
});

const lost: What = { trouble: 'lost xfrm-events' };

test('from the last event before a loss to the next boundary tables are not known, and nothing contradicts them', () => {
  const [old, young] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202 })];
  const { west, discrepancies } = read([
    [100n, added(old, 100n)],
    [1000n, lost],
    [1100n, deleted(anSa({ spi: 0x303 }), 1100n)],
    [1150n, lost],
    [1200n, 'command'],
    [1200n, { sas: [young] }],
    [1300n, added(young, 1250n)],
    [1400n, deleted(young, 1400n)],
    [1500n, 'command'],
    [1500n, { sas: [] }],
  ]);
  assert.deepEqual(discrepancies, []);
  assert.deepEqual(west.gaps, [{ from: { time: 100n, sequence: 0 }, to: { time: 1200n, sequence: 5 } }]);
  assert.deepEqual(
    [100n, 101n, 1199n, 1200n].map((time) => isKnown(west, time)),
    [true, false, false, true],
  );
  assert.deepEqual(
    [isKnown(west, 50n, 100n), isKnown(west, 50n, 101n), isKnown(west, 1200n, 1300n)],
    [true, false, true],
  );
  assert.deepEqual([tablesAt(west, 1200n).sas.length, tablesAt(west, 1400n).sas.length], [1, 0]);
});

test('a boundary whose dump is that of before ends a gap too; without one it goes on to the end', () => {
  const steps: Step[] = [
    [100n, added(sa, 100n)],
    [200n, 'command'],
    [200n, { sas: [sa] }],
    [300n, 'command'],
    [400n, lost],
  ];
  assert.deepEqual(
    [[...steps, [500n, 'command']] as const, steps].map((all) =>
      read(all).west.gaps.map(({ from, to }) => [from.time, to.time]),
    ),
    [[[300n, 500n]], [[300n, 10n ** 18n]]],
  );
});

test('labs of earlier versions called a loss a note; other troubles are none', () => {
  const gaps = (trouble: string): number => read([[1n, { trouble }]]).west.gaps.length;
  assert.deepEqual(
    ['note XFRM events were lost', 'lost xfrm-events', 'lost frames 7', 'note else'].map(gaps),
    [1, 1, 0, 0],
  );
});

test('while a lab runs, such events change the tables as others do', () => {
  const live = new LiveTables();
  const [add, remove] = records([
    [5000n, added(sa, 1000n)],
    [9000n, deleted(sa, 6000n)],
  ]);
  assert.ok(add && remove);
  live.take(add);
  assert.deepEqual(live.sas, [sa]);
  live.take(remove);
  assert.deepEqual(live.sas, []);
});

test('an event that is shorter than its time is malformed', () => {
  const short = { type: recordType.xfrmEventMade, payload: bytes('01020304'), host: 0, time: 1n, sequence: 0 };
  assert.throws(() => readTimeline({ hosts: ['west'], records: [short] }), /shorter than its time/);
  assert.throws(() => new LiveTables().take(short), /shorter than its time/);
});
