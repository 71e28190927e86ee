import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactEvidence, ProtectedPacket, SeenFrame } from '../../../../src/evidence/evidence.ts';
import { observedOf, type SeenLab } from '../../../../src/judge/observed/observed.ts';
import { PageClock } from '../../../../src/report/page/clock.ts';
import type { LadderRow } from '../../../../src/report/page/data.ts';
import { ladderOf } from '../../../../src/report/page/ladder.ts';
import { trafficRows } from '../../../../src/report/page/ladder-traffic.ts';
import { sasOf } from '../../../../src/report/page/sas.ts';
import { bytes, concat, ipv4, u32, udp } from '../../evidence/build.ts';
import { anSa, aPolicy } from '../../evidence/xfrm-samples.ts';
import { labOf, numbered, observed } from '../../judge/observed/seen-lab.ts';
import {
  added,
  deleted,
  evidenceOf,
  hosts,
  installed,
  ms,
  protectedPacket,
  seen,
  toPeer,
} from '../../judge/oracles/evidence.ts';

/** RFC 7296, 3.1: a header without payloads. */
function ike(exchange: number, { id, response = false }: { id: number; response?: boolean }): Uint8Array {
  const head = bytes(`1111111111111111 2222222222222222 00 20 ${exchange.toString(16)} ${response ? '20' : '08'}`);
  return ipv4(17, udp(500, 500, concat([head, u32(id), u32(28)])));
}

function esp(at: number, sequence: number, change: Partial<ProtectedPacket> = {}): ProtectedPacket {
  const content = ipv4(50, concat([u32(0x1234abcd), u32(sequence), new Uint8Array(24)]));
  return protectedPacket(at, { frame: { ...seen(at, content), number: at }, sequence, ...change });
}

function ladder(evidence: FactEvidence, more: Partial<SeenLab> = {}): LadderRow[] {
  const seenLab = observed(evidence, more);
  const { commands } = evidence;
  return ladderOf({ clock: new PageClock(0n), hosts, commands, sas: sasOf(seenLab), observed: seenLab });
}

const brief = ({ kind, from, to, text, count, flags }: LadderRow): string =>
  [kind, `${from}>${to ?? ''}`, ...(count ? [`${count}×`] : []), text, ...(flags ?? [])].join(' ');

test('IKE messages are named by exchange and number; what was sent again or not answered says so', () => {
  const frames = numbered([
    seen(1, ike(34, { id: 0 })),
    seen(2, ike(34, { id: 0 })),
    seen(3, ike(34, { id: 0, response: true }), 'east'),
    seen(4, ike(35, { id: 1 })),
  ]);
  assert.deepEqual(ladder(evidenceOf({ frames })).map(brief), [
    'ike 0>1 IKE_SA_INIT request 0',
    'ike 0>1 IKE_SA_INIT request 0 again',
    'ike 1>1 IKE_SA_INIT response 0',
    'ike 0>1 IKE_AUTH request 1 unanswered',
  ]);
});

test('packets of one SA are one row until something else happens, with what their numbers tell', () => {
  const packets = [esp(1, 1), esp(2, 2), esp(4, 4), esp(5, 6), esp(6, 5), esp(7, 6, { word: 'replayed' })];
  const evidence = evidenceOf({ packets, frames: packets.map(({ frame }) => frame), commands: [[3, 'ping east']] });
  assert.deepEqual(ladder(evidence).map(brief), [
    'esp 0>1 2× ESP 0x1234abcd verified seq 1–2',
    'command 0> ping east',
    'esp 0>1 3× ESP 0x1234abcd verified seq 4–6 lost reordered',
    'esp 0>1 ESP 0x1234abcd replayed seq 6 replayed',
  ]);
});

const ping = ipv4(1, bytes('08000000 00010001'));
const leakDetails = ({ kind, details = [] }: LadderRow): string[] => (kind === 'leak' ? [...details] : []);

test('every kind of leak is a row of its own, with all of its packets; others are in clear', () => {
  const policy = aPolicy({ direction: 'out', selector: toPeer, priority: 1000 });
  const clear = Array.from({ length: 8 }, (_, at) => seen(5 + at, ping));
  const frames = numbered([...clear, seen(20, ping, 'east'), seen(30, ping, 'east'), esp(40, 1).frame]);
  const [forbidden, unencrypted] = [frames[8], frames[10]] as [SeenFrame, SeenFrame];
  const packets = [{ ...esp(40, 1), frame: unencrypted, word: 'refused', reason: 'cleartext' } as const];
  const evidence = evidenceOf({ steps: [[0, 'west', installed(policy)]], frames, packets, commands: [[25, 'ping']] });
  const { leaks } = labOf(evidence);
  const rows = ladder(evidence, { leaks: [...leaks, { kind: 'check-leak', frame: forbidden }] });
  assert.deepEqual(rows.map(brief), [
    'leak 0>1 8× 192.0.2.1 > 198.51.100.2 ICMP echo request',
    'leak 1>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
    'command 0> ping',
    'clear 1>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
    'leak 0>1 ESP 0x1234abcd refused, cleartext seq 1 refused',
  ]);
  assert.deepEqual(rows.flatMap(leakDetails), [
    'leak: in clear, and its sender’s policy protects or forbids it',
    ...[['links/test.pcapng packet 1', 2, 3, 4].join(', links/test.pcapng packet ').concat(', and 4 more')],
    'leak: in clear, and a check of the scenario forbids it',
    'links/test.pcapng packet 9',
    'leak: the payload is not encrypted',
    '192.0.2.1 > 198.51.100.2',
    'links/test.pcapng packet 11',
  ]);
});

test('leaks that are too many for rows of their own are one row', () => {
  const policy = aPolicy({ direction: 'out', selector: toPeer, priority: 1000 });
  const frames = numbered([1, 2, 3].map((port) => seen(5 + port, ipv4(17, udp(port, 7, new Uint8Array(4))))));
  const evidence = evidenceOf({ steps: [[0, 'west', installed(policy)]], frames });
  const small = observedOf(labOf(evidence), { sas: 1, incidents: 1, messages: 1, traffic: 1, ranges: 1 });
  assert.deepEqual(trafficRows(small, []).map(brief), [
    'leak 0>1 192.0.2.1:1 > 198.51.100.2:7 UDP',
    'leak 0>1 2× packets of more flows',
  ]);
});

test('what was inside of tunnels stands with its packets, six kinds of it', () => {
  const packets = [1, 2, 3, 4, 5, 6, 7, 7].map((port, at) => {
    const inner = seen(1, ipv4(17, udp(port, 9, new Uint8Array(at)))).packet.dissected.ip;
    return esp(at, at + 1, inner === undefined ? {} : { inner });
  });
  const [row, ...others] = ladder(evidenceOf({ packets, frames: packets.map(({ frame }) => frame) }));
  assert.deepEqual(others, []);
  assert.equal(row?.text, 'ESP 0x1234abcd verified seq 1–8: 192.0.2.1:1 > 198.51.100.2:9 UDP …');
  assert.equal(row?.details?.length, 8);
  assert.equal(row?.count, 8);
  assert.equal(row?.until, 7000);
});

test('what is passed on stands behind what came, where the clock stood still', () => {
  const message = ike(34, { id: 0 });
  const contents = [
    [message, 'east'],
    [ping, 'east'],
    [message, 'west'],
    [ping, 'west'],
  ] as const;
  const frames = numbered(contents.map(([content, sender]) => seen(1, content, sender)));
  assert.deepEqual(ladder(evidenceOf({ frames })).map(brief), [
    'ike 0>1 IKE_SA_INIT request 0 unanswered',
    'ike 1>1 IKE_SA_INIT request 0 unanswered',
    'clear 0>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
    'clear 1>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
  ]);
  const later = numbered([seen(1, ping, 'east'), seen(1.001, ping, 'west')]);
  assert.deepEqual(
    ladder(evidenceOf({ frames: later })).map(({ from }) => from),
    [1, 0],
  );
});

test('without what judging saw there are commands', () => {
  const commands = [{ host: 'east', line: 'ping', begin: ms(3) }];
  const rows = ladderOf({ clock: new PageClock(0n), hosts, commands, sas: [] });
  assert.deepEqual(rows.map(brief), ['command 1> ping']);
});

test('SAs have their other end, their tunnel, and when they came and went', () => {
  const [out, into] = [anSa({ direction: 'out' }), anSa({ direction: 'in' })];
  const evidence = evidenceOf({
    steps: [
      [1, 'west', added(out)],
      [2, 'east', added(into)],
      [9, 'west', deleted(out)],
    ],
  });
  const sas = sasOf(observed(evidence, { start: ms(1) }));
  assert.deepEqual(
    sas.map(({ host, direction, born, died, reason, pair, chain }) => ({
      host,
      direction,
      born,
      died,
      reason,
      pair,
      chain,
    })),
    [
      { host: 0, direction: 'out', born: 0, died: 8000, reason: 'deleted', pair: 1, chain: 0 },
      { host: 1, direction: 'in', born: 1000, died: undefined, reason: undefined, pair: 0, chain: 1 },
    ],
  );
  const rows = ladder(evidence).map(({ kind, t, from }) => [kind, t, from]);
  assert.deepEqual(rows, [
    ['sa', 1000, 0],
    ['sa', 2000, 1],
    ['sa', 9000, 0],
  ]);
});

test('dates of logs belong to the year in which the lab began, or to the next', () => {
  const clock = new PageClock(BigInt(Date.UTC(2025, 11, 31, 23, 59, 59)) * 1_000_000n);
  assert.equal(clock.ofLogDate(11, 31, 86_399.5), 500_000);
  assert.equal(clock.ofLogDate(0, 1, 1), 2_000_000);
  assert.equal(clock.date, '2025-12-31T23:59:59.000000Z');
});

test('what a check asks until it holds is one row, what a test types is a row each time', () => {
  const typed = (line: string, at: number, by?: 'look') => ({ host: 'west', line, begin: ms(at), ...(by && { by }) });
  const rows = ladderOf({
    ...{ clock: new PageClock(0n), hosts, sas: [] },
    commands: [
      typed('list', 1, 'look'),
      typed('list', 2, 'look'),
      { ...typed('list', 3, 'look'), host: 'east' },
      typed('ping', 4),
      typed('ping', 5),
    ],
  });
  assert.deepEqual(
    rows.map(({ t, from, text }) => [t, from, text]),
    [
      [1000, hosts.indexOf('west'), 'list (2 times)'],
      [3000, hosts.indexOf('east'), 'list'],
      [4000, hosts.indexOf('west'), 'ping'],
      [5000, hosts.indexOf('west'), 'ping'],
    ],
  );
});
