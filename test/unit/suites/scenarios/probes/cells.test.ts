import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOf, lineOf, rowsOf } from '../../../../../src/suites/scenarios/probes/cells.ts';
import { columns } from '../../../../../src/suites/scenarios/probes/columns.ts';
import { groups, type Probe, probes } from '../../../../../src/suites/scenarios/probes/probes.ts';

const all = probes.filter((one): one is Probe => 'operation' in one);
const named = (operation: string): Probe => all.find((one) => one.operation === operation) ?? assert.fail(operation);

/** Lines as labs print them, and what they say. */
const printed: readonly (readonly [string, string, 'yes' | 'no' | 'unknown'])[] = [
  ['IKE listens on UDP 500 and 4500', 'ports 00000000:01F4 00000000:1194 \r\n', 'yes'],
  ['IKE listens on UDP 500 and 4500', 'ports 00000000:01F4\r\n', 'no'],
  [
    'source address of what goes into the tunnel',
    '10.2.0.1 dev ipsec0 table 220 src 10.1.0.1 uid 0 \\    cache',
    'yes',
  ],
  ['source address of what goes into the tunnel', '10.2.0.1 dev vti5 src 192.0.2.1 uid 0 \\    cache', 'no'],
  ['source address of what goes into the tunnel', 'command not found', 'unknown'],
  ['the stack has an interface of its own', 'ipsec0', 'yes'],
  ['the stack has an interface of its own', 'none', 'no'],
  ['SAs are in the kernel', '\tproto esp spi 0xc1234567 reqid 1 mode tunnel', 'yes'],
  ['SAs are in the kernel', 'none', 'no'],
  ['packets and octets of an SA are counted', '    in  76e79c05,     84 bytes,     1 packets,     0s ago', 'yes'],
  ['packets and octets of an SA are counted', '    in  76e79c05,      0 bytes,     0 packets', 'no'],
  ['SAs move to another address (migrate)', "same SPI, 1 received,   local  'west' @ 192.0.2.3[4500]", 'yes'],
  ['SAs move to another address (migrate)', "other SPI, 1 received,   local  'west' @ 192.0.2.3[4500]", 'no'],
  ['SAs move to another address (migrate)', "same SPI, 0 received,   local  'west' @ 192.0.2.3[4500]", 'no'],
  ['SAs move to another address (migrate)', 'same SPI, 1 received, ', 'no'],
  ['SAs move to another address (migrate)', 'bash: swanctl: command not found', 'unknown'],
  [
    'Neighbour Discovery works beside a tunnel to the neighbour',
    'before 1 received, after 0 received, 2001:db8:2::2 dev eth0 FAILED',
    'no',
  ],
  ['Neighbour Discovery works beside a tunnel to the neighbour', 'before 0 received, after 0 received, ', 'unknown'],
  ['it is found out whether the device offloads ESP', 'none', 'no'],
  ['an address that two connections need stays until both are gone', 'with both 1, with the other 1, without 0', 'yes'],
  ['an address that two connections need stays until both are gone', 'with both 1, with the other 0, without 0', 'no'],
];
for (const [operation, output, word] of printed) {
  test(`${operation}: ${word} by ${JSON.stringify(output.trim())}`, () => {
    const probe = named(operation);
    const { evidence, ...cell } = cellOf(probe, 'xfrm', [{ line: probe.line, output }]);
    assert.deepEqual(cell, { word, command: probe.line });
    assert.ok(output.includes(evidence));
  });
}

test('what is not asked says why, what is not there says so, and nothing is taken for no', () => {
  const holes = named('Neighbour Discovery works beside a tunnel to the neighbour');
  const [vti, kernel] = [cellOf(holes, 'vti', []), cellOf(holes, 'xfrm', [])];
  assert.deepEqual([vti.word, vti.command, lineOf(holes, 'vti')], ['unknown', undefined, undefined]);
  assert.match(vti.evidence, /through the interface/);
  assert.deepEqual(kernel, { word: 'unknown', evidence: 'the lab ended before' });
  const silent = cellOf(holes, 'xfrm', [{ line: holes.line, output: '\r\n' }]);
  assert.deepEqual([silent.word, silent.evidence], ['unknown', 'it printed nothing']);
});

test('every group has a row, and every row a cell of every column', () => {
  const rows = rowsOf(new Map(columns.map(({ name }) => [name, []])));
  assert.deepEqual(
    [...new Set(rows.map(({ group }) => group))],
    Object.entries(groups).map(([number, name]) => `${number} ${name}`),
  );
  for (const { cells } of rows)
    assert.deepEqual(
      Object.keys(cells),
      columns.map(({ name }) => name),
    );
  assert.ok(rows.every(({ cells }) => Object.values(cells).every(({ word }) => word === 'unknown')));
  assert.ok(rowsOf(new Map([['vti', []]])).every(({ cells }) => Object.keys(cells).join() === 'vti'));
});

test('a column may ask in another line, and its answer is that of its own line', () => {
  const reserved = named('an SPI is reserved before the SA is there');
  assert.notEqual(lineOf(reserved, 'libipsec'), lineOf(reserved, 'xfrm'));
  const answers = [
    { line: reserved.line, output: 'none' },
    { line: lineOf(reserved, 'libipsec') ?? '', output: '11[ESP] allocated SPI 8515f3a6' },
  ];
  assert.deepEqual([cellOf(reserved, 'xfrm', answers).word, cellOf(reserved, 'libipsec', answers).word], ['no', 'yes']);
});

test('no line is typed twice in a column: answers are found by their lines', () => {
  for (const { name } of columns) {
    const lines = all.flatMap((probe) => lineOf(probe, name) ?? []);
    assert.equal(new Set(lines).size, lines.length, name);
  }
});
