import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa, XfrmEvent } from '../../../../src/evidence/ipsec.ts';
import { encodeListing } from '../../../../src/evidence/listings/listing.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { isKnown, tablesAt } from '../../../../src/evidence/tables/tables.ts';
import { type RecordedLab, readTimeline, type Timeline } from '../../../../src/evidence/tables/timeline.ts';
import { policyIdentity, saIdentity } from '../../../../src/evidence/xfrm/identity.ts';
import { dump, eventMessage, policyMessage, saMessage } from '../xfrm-build.ts';
import { aLarvalSa, anSa, aPolicy, aTemplate } from '../xfrm-samples.ts';

type Step =
  | { readonly event: XfrmEvent; readonly host?: number }
  | { readonly sas: readonly IpsecSa[]; readonly host?: number }
  | { readonly policies: readonly IpsecPolicy[]; readonly host?: number }
  | { readonly listed: string; readonly host?: number }
  | 'command'
  | 'end';

/** Records of these steps on two hosts, 1000 ns apart: step n is record n. */
function lab(steps: readonly Step[]): RecordedLab {
  const records = steps.map((step, sequence) => {
    const host = typeof step === 'string' ? 0 : (step.host ?? 0);
    return { ...frame(step), host, time: BigInt(sequence) * 1000n, sequence };
  });
  return { hosts: ['east', 'west'], records };
}

function frame(step: Step): { type: number; payload: Uint8Array } {
  if (step === 'command') return { type: recordType.commandEnd, payload: new Uint8Array(4) };
  if (step === 'end') return { type: recordType.labEnd, payload: new Uint8Array() };
  if ('event' in step) return { type: recordType.xfrmEvent, payload: eventMessage(step.event) };
  if ('listed' in step) return { type: recordType.listing, payload: encodeListing('ip -s xfrm state', step.listed) };
  if ('sas' in step) return { type: recordType.xfrmStates, payload: dump(step.sas.map((sa) => saMessage(sa))) };
  return { type: recordType.xfrmPolicies, payload: dump(step.policies.map((policy) => policyMessage(policy))) };
}

function ends({ hosts }: Timeline): (string | undefined)[] {
  return hosts.flatMap((host) => host.sas.map(({ key, ended }) => `${key.split(' ')[1]} ${ended?.reason ?? 'there'}`));
}

const added = (sa: IpsecSa): Step => ({ event: { kind: 'sa-added', sa } });
const deleted = (sa: IpsecSa): Step => ({ event: { kind: 'sa-deleted', id: saIdentity(sa), sa } });
const found = ({ discrepancies }: Timeline): string[] =>
  discrepancies.map(({ host, table, what, sequence, fields }) =>
    [host, table, what, sequence, ...(fields ?? [])].join(' '),
  );

test('an SA lives from its event to its end, and tables are asked by record or time', () => {
  const sa = anSa();
  const timeline = readTimeline(lab([added(sa), 'command', { sas: [sa] }, deleted(sa), 'command', { sas: [] }, 'end']));
  const [east] = timeline.hosts;
  assert.ok(east);
  assert.deepEqual(timeline.discrepancies, []);
  assert.deepEqual(
    timeline.boundaries.map(({ sequence, command }) => [sequence, command]),
    [
      [2, 1],
      [5, 4],
    ],
  );
  assert.deepEqual(east.sas[0]?.ended, { time: 3000n, sequence: 3, reason: 'deleted' });
  assert.deepEqual(tablesAt(east, -1).sas, []);
  for (const point of [0, 1, 2, 0n, 2999n]) assert.deepEqual(tablesAt(east, point).sas, [sa]);
  for (const point of [3, 6, 3000n, 10n ** 18n]) assert.deepEqual(tablesAt(east, point).sas, []);
  assert.equal(tablesAt(east, 0), tablesAt(east, 1));
  assert.deepEqual(
    east.snapshots.map(({ sas }) => sas.length),
    [1, 0],
  );
});

test('why an SA ended is told', () => {
  const [old, young] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202 })];
  const id = saIdentity(young);
  const { source, selector, mode, reqid, use } = young;
  const expired: XfrmEvent = { kind: 'sa-expired', hard: true, id, source, selector, mode, reqid, use };
  const [first, second] = [anSa({ spi: 0x303, reqid: 1 }), anSa({ spi: 0x404, protocol: 'ah', reqid: 2 })];
  const steps: Step[] = [
    ...[old, young].map(added),
    deleted(old),
    { event: { ...expired, hard: false } },
    { event: expired },
    ...[first, second].map(added),
    { event: { kind: 'sa-flushed', protocol: 'esp' } },
    'command',
    { sas: [second] },
    'end',
  ];
  const timeline = readTimeline(lab(steps));
  assert.deepEqual(ends(timeline), ['0x101 rekeyed', '0x202 expired', '0x303 flushed', '0x404 there']);
  assert.deepEqual(found(timeline), []);
});

test('a larval SA comes silently and becomes a real one', () => {
  const larval = aLarvalSa();
  const steps: Step[] = ['command', { sas: [larval] }, { event: { kind: 'sa-updated', sa: anSa() } }, 'command'];
  const timeline = readTimeline(lab([...steps, { sas: [anSa()] }, 'end']));
  assert.deepEqual(ends(timeline), ['0x1234abcd filled', '0x1234abcd there']);
  assert.deepEqual(found(timeline), []);
});

test('acquires for two flows are two, and they, companions of IPComp and policies of sockets are silent', () => {
  const acquires = [aLarvalSa({ spi: 0 }), aLarvalSa({ spi: 0, source: '192.1.2.46' })];
  const companion = aLarvalSa({ protocol: '4', larval: false });
  const socket = aPolicy({ direction: 'socket-in', index: 3, templates: [] });
  const steps: Step[] = [
    'command',
    { sas: [...acquires, companion] },
    { policies: [socket, { ...socket, index: 11 }] },
  ];
  const timeline = readTimeline(lab([...steps, 'command', { sas: [] }, { policies: [] }, 'end']));
  assert.equal(timeline.hosts[0]?.sas.length, 3);
  assert.equal(timeline.hosts[0]?.policies.length, 2);
  assert.deepEqual(found(timeline), []);
});

test('counters change without a word', () => {
  const used = anSa({ use: { bytes: 84n, packets: 1n, addTime: 1749988862n, useTime: 1n }, lastUsed: 1n });
  const timeline = readTimeline(lab([added(anSa()), 'command', { sas: [used] }, 'end']));
  assert.deepEqual(found(timeline), []);
  assert.deepEqual(tablesAt(timeline.hosts[0] as never, 2).sas, [used]);
});

test('what no event explains is a discrepancy', () => {
  const [one, other] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202 })];
  const steps: Step[] = [
    added(one),
    'command',
    { sas: [{ ...one, reqid: 7 }, other] },
    'command',
    { sas: [] },
    { policies: [aPolicy()] },
    'command',
    added(other),
    added(other),
    deleted(anSa({ spi: 0x303 })),
    { event: { kind: 'policy-deleted', id: policyIdentity(aPolicy({ direction: 'in' })) } },
    'end',
  ];
  assert.deepEqual(found(readTimeline(lab(steps))), [
    'east sa changed 2 reqid',
    'east sa unannounced 2',
    'east sa vanished 5',
    'east sa vanished 5',
    'east policy unannounced 5',
    'east sa twice 8',
    'east sa unheard 9',
    'east policy unheard 10',
  ]);
});

test('a boundary without a dump says that nothing is left of what events told', () => {
  const timeline = readTimeline(lab([added(anSa()), 'command', 'end']));
  assert.deepEqual(found(timeline), ['east sa vanished 1']);
  assert.deepEqual(ends(timeline), ['0x1234abcd unknown']);
});

test('the end of a torn file is no boundary', () => {
  const timeline = readTimeline(lab([added(anSa()), 'command']));
  assert.deepEqual(found(timeline), []);
  assert.deepEqual(timeline.boundaries, []);
});

test('an event that comes just behind the dump which shows it explains the dump', () => {
  const [gone, fresh] = [anSa({ spi: 0x101 }), anSa({ spi: 0x202, protocol: 'ah' })];
  const policy = aPolicy();
  const steps: Step[] = [
    added(gone),
    { event: { kind: 'policy-added', policy } },
    'command',
    { sas: [fresh] },
    { policies: [] },
    deleted(gone),
    added(fresh),
    { event: { kind: 'policy-flushed', type: 'main' } },
    'end',
  ];
  const timeline = readTimeline(lab(steps));
  assert.deepEqual(found(timeline), []);
  assert.deepEqual(ends(timeline), ['0x101 deleted', '0x202 there']);
  assert.equal(timeline.hosts[0]?.policies[0]?.ended?.reason, 'flushed');
});

test('where recorders are late, an event that comes long behind the dump which shows it explains the dump', () => {
  const sa = anSa();
  const steps: Step[] = ['command', { sas: [sa] }, added(sa), 'end'];
  const { hosts, records } = lab(steps);
  const times = [0n, 0n, 150_000_000n, 200_000_000n];
  const recorded = records.map((record, index) => ({ ...record, time: times[index] ?? 0n }));
  assert.deepEqual(found(readTimeline({ hosts, records: recorded })), ['east sa unannounced 1', 'east sa twice 2']);
  const payload = new Uint8Array(new BigUint64Array([200_000_000n]).buffer);
  const first = { type: recordType.lateness, host: 0xffff, time: 0n, sequence: 0, payload };
  const told = [first, ...recorded.map((record) => ({ ...record, sequence: record.sequence + 1 }))];
  assert.deepEqual(found(readTimeline({ hosts, records: told })), []);
  // What a lab finds out later counts for all of it.
  const little = { ...first, payload: new Uint8Array(new BigUint64Array([1n]).buffer) };
  const later = { ...first, time: times.at(-1) ?? 0n, sequence: told.length };
  const twice = [little, ...told.slice(1), later];
  assert.deepEqual(found(readTimeline({ hosts, records: twice })), []);
  assert.notDeepEqual(found(readTimeline({ hosts, records: [little, ...told.slice(1)] })), []);
});

test('a migration moves the SA and the template that it names', () => {
  const [sa, policy] = [anSa(), aPolicy()];
  const addresses = { oldSource: sa.source, oldDestination: sa.destination, newSource: '192.1.3.33' };
  const move = {
    protocol: 'esp',
    mode: 'tunnel',
    reqid: sa.reqid,
    ...addresses,
    newDestination: sa.destination,
  } as const;
  const moved = anSa({ source: '192.1.3.33' });
  const steps: Step[] = [
    added(sa),
    { event: { kind: 'policy-added', policy } },
    { event: { kind: 'migrate', id: policyIdentity(policy), migrations: [move] } },
    'command',
    { sas: [moved] },
    { policies: [{ ...policy, templates: [aTemplate({ source: '192.1.3.33' })] }] },
    'end',
  ];
  const timeline = readTimeline(lab(steps));
  assert.deepEqual(found(timeline), []);
  assert.deepEqual(ends(timeline), ['0x1234abcd moved', '0x1234abcd there']);
  assert.equal(timeline.hosts[0]?.policies.length, 1);
});

test('what happens to packets without a policy is known', () => {
  const blocked = { in: 'block', fwd: 'allow', out: 'allow' } as const;
  const [east] = readTimeline(lab(['end', { event: { kind: 'policy-defaults', ...blocked } }])).hosts;
  assert.ok(east);
  assert.equal(tablesAt(east, 0).defaults.in, 'allow');
  assert.deepEqual(tablesAt(east, 1).defaults, blocked);
});

test('hosts have tables of their own, and frames of hosts that do not exist are passed over', () => {
  const sa = anSa();
  const steps: Step[] = [
    { event: { kind: 'sa-added', sa }, host: 1 },
    { event: { kind: 'sa-added', sa }, host: 0xffff },
    'command',
    { sas: [sa], host: 1 },
    { sas: [sa], host: 9 },
    'end',
  ];
  const timeline = readTimeline(lab(steps));
  assert.deepEqual(
    timeline.hosts.map(({ sas }) => sas.length),
    [0, 1],
  );
  assert.deepEqual(found(timeline), []);
});

test('where tables are only listed, what changed has no event, contradicts nothing, and is unknown until it is listed', () => {
  const text = `src 192.0.2.1 dst 192.0.2.2
\tproto esp spi 0x00001000(4096) reqid 1(0x00000001) mode tunnel
\taead rfc4106(gcm(aes)) 0x00 (8 bits) 128
`;
  const used = `${text}\tlifetime current:\n\t  84(bytes), 1(packets)\n`;
  const steps = [{ listed: text }, { listed: used }, { listed: '' }].flatMap((step): Step[] => ['command', step]);
  const timeline = readTimeline(lab(['command', ...steps, 'end']));
  const [east] = timeline.hosts;
  assert.ok(east);
  assert.deepEqual(found(timeline), []);
  assert.deepEqual(
    [1500n, 2500n, 4500n, 6500n].map((time) => tablesAt(east, time).sas.length),
    [0, 1, 1, 0],
  );
  // Between two looks of which the second found other entries; a packet that one counted makes it no other.
  assert.deepEqual(
    [1500n, 3500n, 5500n].map((time) => isKnown(east, time)),
    [false, true, false],
  );
});
