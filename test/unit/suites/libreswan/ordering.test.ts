import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guestsByInitials, guestsByPlatform } from '../../../../src/suites/libreswan/guests.ts';
import { mergedLines, orderAsWords, orderWithin, scriptLines } from '../../../../src/suites/libreswan/ordering.ts';

const guests = guestsByInitials(['west', 'east', 'nic', 'north', 'road', 'rise', 'set'], ['netbsd', 'fedora']);
const order = (...scripts: string[]): string[] =>
  orderWithin(scripts, guests).map(({ script, guest }) => `${guest.name}:${script}`);

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

const named = (name: string) => guests.filter((guest) => guest.name === name);

test('a merged script gives commands and comments and skips expected output', () => {
  const text = '#\n# set up\n\neast# ipsec start\nRedirecting\nnobody# x\nwest#\nEast# no\nlast# line';
  assert.deepEqual(
    mergedLines(text, { script: 'all.sh', guestsOf: named, emptyComment: '#' }).map(
      ({ guest, text: line, line: number }) => [guest?.name, line, number],
    ),
    [
      [undefined, '#', 1],
      [undefined, '# set up', 2],
      ['east', 'ipsec start', 4],
      [undefined, 'x', 6],
      ['west', '', 7],
    ],
  );
});

const later = guestsByPlatform(['west', 'east', 'nic', 'north', 'road'], ['netbsd', 'linux']);
const orderLater = (...scripts: string[]): string[] =>
  orderAsWords(scripts, later).map(({ script, guest }) => `${guest.name}:${script}`);

test('since 5.4 every host is on every platform, and the default platform counts where names are sorted', () => {
  assert.deepEqual(
    later.map(({ name }) => name),
    'east nic north road west netbsdeast netbsdnic netbsdnorth netbsdroad netbsdwest'.split(' '),
  );
});

const laterTable: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  [
    'nic and east come first',
    ['westinit.sh', 'eastinit.sh', 'nicinit.sh', 'westrun.sh'],
    ['nic:nicinit.sh', 'east:eastinit.sh', 'west:westinit.sh', 'west:westrun.sh'],
  ],
  ['hosts in the order of the words', ['99-west-east.sh'], ['west:99-west-east.sh', 'east:99-west-east.sh']],
  ['a host is a word', ['05-northwest.sh', '06-east_up.sh', '07-east2.sh'], []],
  ['linuxeast is east', ['01-linuxeast.sh'], ['east:01-linuxeast.sh']],
  ['a platform guest is itself', ['01-netbsdeast-up.sh'], ['netbsdeast:01-netbsdeast-up.sh']],
  [
    'final runs where something ran',
    ['final.sh', '1-west.sh', '2-nic.sh'],
    ['west:1-west.sh', 'nic:2-nic.sh', 'nic:final.sh', 'west:final.sh'],
  ],
];
for (const [title, scripts, expected] of laterTable) {
  test(`since 5.4: ${title}`, () => assert.deepEqual(orderLater(...scripts), expected));
}
