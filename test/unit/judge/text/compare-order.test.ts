import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleFact } from '../../../../src/evidence/text/facts.ts';
import { compareFacts, type FactDifference } from '../../../../src/judge/text/compare-facts.ts';

/** A fact below a command; with only the fields that matter, as texts leave them out too. */
const fact = (kind: ConsoleFact['kind'], line: number, fields: object, command = 'status'): ConsoleFact =>
  ({ kind, ...fields, command: { text: command, nth: 0 }, line }) as unknown as ConsoleFact;
const deleted = (line: number, sa: string, command?: string): ConsoleFact =>
  fact('sa-deleted', line, { connection: 'a', of: 'ike', established: true, state: 's', sa }, command);
const listed = (line: number, fields: object): ConsoleFact =>
  fact('sa-listed', line, { connection: 'a', of: 'ipsec', established: true, ...fields });
const packet = (line: number, source: string, command?: string): ConsoleFact =>
  fact('packet', line, { source, destination: '192.0.2.9', what: 'esp' }, command);
const failed = (line: number, sa: string): ConsoleFact =>
  fact('negotiation-failed', line, { connection: 'a', reason: 'TIMEOUT', sa });

const brief = (differences: readonly FactDifference[]): string[] =>
  differences.map(({ kind, weight, line, fields }) => [line, weight, kind, ...fields].join(' '));

test('a difference holds both facts, its place and its reason', () => {
  const [before, after] = [listed(3, { routed: true }), listed(5, { routed: false })];
  assert.deepEqual(compareFacts([before], [after]), [
    {
      kind: 'different',
      expected: before,
      received: after,
      command: 'status',
      line: 3,
      fields: ['routed'],
      weight: 'major',
      reason: 'packets take another SA',
    },
  ]);
  const side = { command: 'status', fields: [], weight: 'major', reason: 'another number of SAs' } as const;
  assert.deepEqual(compareFacts([before], []), [{ kind: 'missing', expected: before, line: 3, ...side }]);
  assert.deepEqual(compareFacts([], [after]), [{ kind: 'extra', received: after, line: 5, ...side }]);
});

test('differences stand in the order of their lines', () => {
  const expected = [9, 1, 7, 3].map((line) => fact('bare-shunt', line, { source: `${line}` }));
  const received = [8, 2, 6].map((line) => fact('bare-shunt', line, { destination: `${line}` }));
  assert.deepEqual(
    compareFacts(expected, received).map(({ line }) => line),
    [1, 2, 3, 6, 7, 8, 9],
  );
});

test('several facts of one line keep their order', () => {
  const sources = ['1', '2', '3'];
  const shunts = sources.map((source) => fact('bare-shunt', 1, { source }));
  const sourcesOf = (differences: readonly FactDifference[]): unknown[] =>
    differences.map(({ expected, received }) => ((expected ?? received) as { source?: string }).source);
  assert.deepEqual(sourcesOf(compareFacts(shunts, [])), sources);
  assert.deepEqual(sourcesOf(compareFacts([], shunts)), sources);
  const changed = shunts.map((one) => ({ ...one, action: '%drop' }) as ConsoleFact);
  assert.deepEqual(sourcesOf(compareFacts(shunts, changed)), sources);
  const events = (command: string): ConsoleFact[] => sources.map((one) => deleted(1, one, command));
  const numbers = compareFacts(events('a'), events('b')).map(({ expected }) => (expected as { sa?: string }).sa);
  assert.deepEqual(numbers, sources);
  const under = (command: string): ConsoleFact[] => sources.map((source) => packet(1, source, command));
  const one = packet(1, 'x');
  assert.deepEqual(sourcesOf(compareFacts(under('status'), [])), sources);
  assert.deepEqual(sourcesOf(compareFacts([...under('status'), ...under('status')], [...under('status')])), sources);
  assert.deepEqual(sourcesOf(compareFacts([one], [one, ...under('status')])), sources);
  const twoCommands = ['a', 'b'].map((command) => fact('bare-shunt', 1, { source: command }, command));
  assert.deepEqual(sourcesOf(compareFacts(twoCommands, [])), ['a', 'b']);
  assert.deepEqual(sourcesOf(compareFacts([], twoCommands)), ['a', 'b']);
});

test('an order that differs comes before other differences of its line', () => {
  const [a, b] = [listed(1, { connection: 'a' }), listed(2, { connection: 'b' })];
  const turned = [listed(1, { connection: 'b' }), listed(2, { connection: 'a' })];
  const more = fact('bare-shunt', 2, { source: '1' });
  assert.deepEqual(brief(compareFacts([a, b], turned)), ['2 minor different order']);
  assert.deepEqual(brief(compareFacts([a, b, more], turned)), ['2 minor different order', '2 major missing']);
  // Of several that are turned the first is told.
  const three = ['a', 'b', 'c'].map((connection, at) => listed(at + 1, { connection }));
  const back = ['c', 'b', 'a'].map((connection, at) => listed(at + 1, { connection }));
  assert.deepEqual(brief(compareFacts(three, back)), ['2 minor different order']);
  const before = [listed(2, { mode: 'tunnel' }), deleted(1, '#1', 'x'), deleted(2, '#2', 'x')];
  const after = [listed(2, { mode: 'transport' }), deleted(1, '#2', 'x'), deleted(2, '#1', 'x')];
  const both = ['2 major different mode', '2 minor different order'];
  assert.deepEqual(brief(compareFacts(before, after)), both);
  // Facts of one line have no order.
  assert.deepEqual(compareFacts([a, { ...b, line: 1 }], [{ ...b, line: 1 }, a]), []);
});

test('facts about the same thing are laid side by side in their order', () => {
  const before = [listed(1, { routed: true, sa: '#1' }), listed(2, { routed: false, sa: '#2' })];
  const after = [listed(1, { routed: true, sa: '#3' }), listed(2, { routed: false, sa: '#4' })];
  assert.deepEqual(brief(compareFacts(before, after)), ['1 minor different sa', '2 minor different sa']);
  const twice = [listed(1, {}), listed(2, {}), listed(3, {})];
  assert.deepEqual(compareFacts(twice, twice), []);
  assert.deepEqual(brief(compareFacts(twice, twice.slice(1))), ['3 major missing']);
});

test('the heaviest field decides, the first of several', () => {
  const before = listed(1, { sa: '#1', mode: 'tunnel', routed: true });
  const [found] = compareFacts([before], [listed(1, { sa: '#2', mode: 'transport', routed: false })]);
  assert.deepEqual([found?.weight, found?.reason], ['major', 'tunnel and transport protect different things']);
  assert.deepEqual([...(found?.fields ?? [])].sort(), ['mode', 'routed', 'sa']);
  const [light] = compareFacts([before], [listed(1, { sa: '#2', mode: 'tunnel', routed: true, state: 's' })]);
  assert.deepEqual([light?.weight, light?.reason.startsWith('daemons count SAs')], ['minor', true]);
});

test('facts that differ in nothing that has a value are the same', () => {
  const sa = { source: '192.0.2.1', destination: '192.0.2.2', protocol: 'esp' };
  assert.deepEqual(compareFacts([fact('kernel-sa', 1, { ...sa, lifetime: {} })], [fact('kernel-sa', 1, sa)]), []);
});

test('one more of what both sides have is light only where a rule says so', () => {
  assert.deepEqual(brief(compareFacts([failed(1, '#1'), failed(2, '#2')], [failed(1, '#1')])), ['2 minor missing']);
  assert.deepEqual(brief(compareFacts([failed(1, '#1')], [failed(1, '#1'), failed(2, '#2')])), ['2 minor extra']);
  assert.deepEqual(brief(compareFacts([deleted(1, '#1'), deleted(2, '#2')], [deleted(1, '#1')])), ['2 major missing']);
});

test('an event that slipped below another command is found although both sides have another like it', () => {
  const expected = [deleted(1, '#1', 'down'), deleted(2, '#2', 'down')];
  const received = [deleted(1, '#1', 'down'), deleted(4, '#2', 'status')];
  assert.deepEqual(brief(compareFacts(expected, received)), ['2 minor different command']);
});

test('a sniffer is silent where it shows no packet, whatever else is shown', () => {
  const other = fact('probe', 2, { nth: 0, outcome: 'up' });
  assert.deepEqual(brief(compareFacts([packet(1, 'a'), other], [other])), ['1 minor missing']);
  assert.deepEqual(brief(compareFacts([packet(1, 'a')], [packet(1, 'b')])), ['1 major missing', '1 major extra']);
});

test('presence weighs by the first case that fits', () => {
  const acquire = fact('kernel-sa', 1, { source: 'a', destination: 'b', protocol: 'esp', spi: '0x00000000' });
  assert.deepEqual(brief(compareFacts([acquire], [])), ['1 minor missing']);
  assert.deepEqual(brief(compareFacts([{ ...acquire, spi: '0x1' } as ConsoleFact], [])), ['1 major missing']);
});
