import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConsoleFacts } from '../../../../src/judge/text/read-facts.ts';

test('a line longer than any daemon writes gives nothing', () => {
  const counter = (length: number): string => `${'XfrmInNoPols'.padEnd(length - 1)}3`;
  assert.equal(readConsoleFacts(counter(4096)).length, 1);
  assert.deepEqual(readConsoleFacts(counter(4097)), []);
});

test('the lines of an entry of the kernel are its own, and what is no entry gives nothing', () => {
  const sniffed = 'IP 192.0.2.1 > 192.0.2.2: ESP(spi=1,seq=1), length 9';
  const sa = 'src 192.0.2.1 dst 192.0.2.2';
  const kinds = (text: string): (readonly [string, number])[] =>
    readConsoleFacts(text).map(({ kind, line }) => [kind, line] as const);
  assert.deepEqual(kinds(`${sa}\n\tproto esp spi 0x1 reqid 1 mode tunnel\n\t${sniffed}\n${sniffed}\n`), [
    ['kernel-sa', 1],
    ['packet', 4],
  ]);
  assert.deepEqual(kinds(`${sa} ${sniffed}\n`), [['kernel-sa', 1]]);
  assert.deepEqual(kinds(`${sa}\n${sa}\n`), [
    ['kernel-sa', 1],
    ['kernel-sa', 2],
  ]);
  assert.deepEqual(kinds(`src 192.0.2.1/x dst 192.0.2.2/32\n\tdir out\n${sniffed}\n`), [['packet', 3]]);
});

test('answers of one command are counted, whatever stands between them', () => {
  const found = readConsoleFacts('true\nleft #\n ping\nup\nword\n\ndown\nup\nleft #\n ping\nup\n').filter(
    (fact) => fact.kind === 'probe',
  );
  assert.deepEqual(
    found.map(({ nth, outcome }) => [nth, outcome]),
    [
      [0, 'up'],
      [1, 'down'],
      [2, 'up'],
      [0, 'up'],
    ],
  );
});
