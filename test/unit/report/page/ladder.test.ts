import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactEvidence, ProtectedPacket } from '../../../../src/evidence/evidence.ts';
import type { Issue } from '../../../../src/model/verdict.ts';
import { PageClock } from '../../../../src/report/page/clock.ts';
import type { LadderRow } from '../../../../src/report/page/data.ts';
import { ladderOf } from '../../../../src/report/page/ladder.ts';
import { sasOf } from '../../../../src/report/page/sas.ts';
import { bytes, concat, ipv4, u32, udp } from '../../evidence/build.ts';
import { anSa, aPolicy } from '../../evidence/xfrm-samples.ts';
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
  return protectedPacket(at, { frame: seen(at, content), ...change });
}

function ladder(evidence: FactEvidence, issues: readonly Issue[] = []): LadderRow[] {
  const clock = new PageClock(0n);
  const owners = new Map([['02:00:00:00:00:02', 'east']]);
  return ladderOf(evidence, { clock, hosts, owners, sas: sasOf(evidence.timeline, clock), issues });
}

const brief = ({ kind, from, to, text, count, flags }: LadderRow): string =>
  [kind, `${from}>${to ?? ''}`, ...(count ? [`${count}×`] : []), text, ...(flags ?? [])].join(' ');

test('IKE messages are named by exchange and number; what was sent again or not answered says so', () => {
  const frames = [
    seen(1, ike(34, { id: 0 })),
    seen(2, ike(34, { id: 0 })),
    seen(3, ike(34, { id: 0, response: true }), 'east'),
    seen(4, ike(35, { id: 1 })),
  ];
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

test('a packet that a policy protects is a leak, another one is in clear', () => {
  const policy = aPolicy({ direction: 'out', selector: toPeer, priority: 1000 });
  const evidence = evidenceOf({
    steps: [[0, 'west', installed(policy)]],
    frames: [seen(5, ipv4(1, bytes('08000000 00010001'))), seen(6, ipv4(1, bytes('08000000 00010002')), 'east')],
  });
  const shown = ladder(
    {
      ...evidence,
      frames: evidence.frames.map((frame, index) => ({ ...frame, number: index + 1 })),
    },
    [{ kind: 'cleartext', word: 'leak', file: 'links/test.pcapng', packet: 1, message: '' }],
  );
  assert.deepEqual(shown.map(brief), [
    'leak 0>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
    'clear 1>1 192.0.2.1 > 198.51.100.2 ICMP echo request',
  ]);
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
  const sas = sasOf(evidence.timeline, new PageClock(ms(1)));
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
