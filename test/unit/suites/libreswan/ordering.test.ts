import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestsOf } from '../../../../src/suites/libreswan/guests.ts';
import { mergedLines, orderScripts, scriptLines } from '../../../../src/suites/libreswan/ordering.ts';

const guests = guestsOf(['west', 'east', 'nic', 'north', 'road', 'rise', 'set'], ['netbsd', 'fedora']);
const order = (...scripts: string[]): string[] =>
  orderScripts(scripts, guests).map(({ script, guest }) => `${guest.name}:${script}`);

test('guests are plain hosts, east and west on platforms, rise and set on platforms only', () => {
  assert.deepEqual(
    guests.map(({ name }) => name),
    'east fedorae fedorarise fedoraset fedoraw netbsde netbsdrise netbsdset netbsdw nic north road west'.split(' '),
  );
});

test('scripts run in the order init, run, numbered, final; nic before east before the rest', () => {
  assert.deepEqual(
    order('final.sh', 'westrun.sh', '02-west-up.sh', 'westinit.sh', 'eastinit.sh', '01-east.sh', 'nicinit.sh'),
    [
      'nic:nicinit.sh',
      'east:eastinit.sh',
      'west:westinit.sh',
      'west:westrun.sh',
      'east:01-east.sh',
      'west:02-west-up.sh',
      'east:final.sh',
      'nic:final.sh',
      'west:final.sh',
    ],
  );
});

const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'a script for two hosts runs on both, in order of their names',
    ['99-west-east.sh'],
    ['east:99-west-east.sh', 'west:99-west-east.sh'],
  ],
  ['a host is found inside of other words', ['05-northwest.sh'], ['north:05-northwest.sh', 'west:05-northwest.sh']],
  ['a script that names no host is not run', ['eroutewait.sh', '01-rise.sh'], []],
  ['a platform guest is no plain host', ['01-netbsde-init.sh'], ['netbsde:01-netbsde-init.sh']],
  ['an init script runs first even if its host is named nowhere else', ['nicinit.sh'], ['nic:nicinit.sh']],
  ['final.sh alone has no host to run on', ['final.sh'], []],
  [
    'upper case sorts before lower case and digits before both',
    ['b-east.sh', 'B-east.sh', '1-east.sh'],
    ['east:1-east.sh', 'east:B-east.sh', 'east:b-east.sh'],
  ],
];
for (const [title, scripts, expected] of table) {
  test(title, () => assert.deepEqual(order(...scripts), expected));
}

test('lines are stripped, blank ones dropped, numbers kept, all line ends known', () => {
  assert.deepEqual(scriptLines('\n  a b \t\r\n\u00a0\nc\rd'), [
    { text: 'a b', line: 2 },
    { text: 'c', line: 4 },
    { text: 'd', line: 5 },
  ]);
});

test('a merged script gives commands and comments and skips expected output', () => {
  const text = '#\n# set up\n\neast# ipsec start\nRedirecting\nnobody# x\nwest#\nEast# no\nlast# line';
  assert.deepEqual(
    mergedLines(text, 'all.sh', guests).map(({ guest, text: line, line: number }) => [guest?.name, line, number]),
    [
      [undefined, '#', 1],
      [undefined, '# set up', 2],
      ['east', 'ipsec start', 4],
      [undefined, 'x', 6],
      ['west', '', 7],
    ],
  );
});
