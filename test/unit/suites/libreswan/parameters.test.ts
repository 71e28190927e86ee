import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isUnknown, readParameters, sanitizersFor } from '../../../../src/suites/libreswan/test-params.ts';
import { parseTestlist } from '../../../../src/suites/libreswan/testlist.ts';
import { topologyOf } from '../../../../src/suites/libreswan/topology.ts';
import { unsupportedBy } from '../../../../src/suites/libreswan/unsupported.ts';

const defaults = { REF_CONSOLE_FIXUPS: 'one.sed two.sed', ALL_CONSOLE_FIXUPS: 'all.sed-f' };

test('parameters take over the defaults and append to them', () => {
  const text = '#!/bin/sh\n. ../../default-testparams.sh\nREF_CONSOLE_FIXUPS="$REF_CONSOLE_FIXUPS three.awk"\t# why\n';
  const values = readParameters(text, defaults);
  assert.ok(!isUnknown(values));
  assert.deepEqual(sanitizersFor('east', values), ['one.sed', 'two.sed', 'three.awk']);
  assert.deepEqual(sanitizersFor('all', values), ['all.sed-f']);
});

test('braces, plus signs and sanitizers of one host are known', () => {
  const text = `A=''
A+=" x.sed"
A="$${'{A}'} y.sed"
EAST_CONSOLE_FIXUPS=z.sed
`;
  const values = readParameters(text);
  assert.deepEqual(values, { A: ' x.sed y.sed', EAST_CONSOLE_FIXUPS: 'z.sed' });
});

for (const line of [
  'rm -rf /',
  'A=$(date)',
  'A="`id`"',
  `A="$${'{B:-x}'}"`,
  '. /etc/passwd',
  'A="x" B="y"',
  'A="\\$x"',
  'A="x',
]) {
  test(`shell beyond assignments is not run and not guessed: ${line}`, () => {
    assert.deepEqual(readParameters(`\n${line}`, defaults), { line: 2, text: line });
  });
}

test('no text makes the parameter reader throw', () => {
  const part = fc.constantFrom(
    'A',
    '=',
    '"',
    "'",
    '$',
    '{',
    '}',
    '#',
    '\n',
    ' ',
    '+',
    '.',
    '\\',
    '../../default-testparams.sh',
  );
  fc.assert(fc.property(fc.array(part), (parts) => void readParameters(parts.join(''), defaults)));
});

test('the list of tests knows comments, counts fields and takes the second of two', () => {
  const { tests, problems } = parseTestlist(
    '# head\nk a good\nk b wip 12 # why\nk c\nk d good 1 2\nk ../e good\nk a bad\n',
  );
  assert.deepEqual(
    tests.map(({ name, status, line }) => [name, status, line]),
    [
      ['a', 'bad', 7],
      ['b', 'wip', 3],
    ],
  );
  assert.deepEqual(
    problems.map(({ line }) => line),
    [4, 5, 6, 7],
  );
});

test('what a lab cannot do is told by rule', () => {
  const facts = { files: ['eastinit.sh'], lines: ['true'], guests: [{ name: 'east', host: 'east' }] };
  const id = (change: Partial<typeof facts & { guests: { name: string; host: string; platform?: string }[] }>) =>
    unsupportedBy({ ...facts, ...change })?.id;
  assert.equal(id({}), undefined);
  assert.equal(id({ guests: [{ name: 'netbsde', host: 'east', platform: 'netbsd' }] }), 'netbsd');
  assert.equal(id({ guests: [{ name: 'fedorarise', host: 'rise', platform: 'fedora' }] }), undefined);
  assert.equal(id({ lines: ['/testing/guestbin/swan-prep --nokeys --fips'] }), 'fips');
  assert.equal(id({ lines: ['/testing/guestbin/fips.sh on'] }), 'fips');
  assert.equal(id({ lines: ['ipsec algparse -tp -fips'] }), undefined);
  assert.equal(id({ files: ['x.te'] }), 'selinux');
  assert.equal(id({ lines: ['ausearch -r -m avc'] }), 'audit');
  assert.equal(id({ lines: ['if [ -f /sbin/ausearch ]; then ausearch; fi'] }), undefined);
  assert.equal(id({ lines: ['cp /usr/share/crypto-policies/DEFAULT/x /etc/x'] }), 'crypto-policies');
  assert.equal(id({ files: ['west.strongswan.conf'] }), undefined);
  assert.equal(id({ lines: [`: ${'é'.repeat(2048)}`] }), 'long-line');
});

test('hosts see each other on the links that both are plugged into', () => {
  const topology = topologyOf(['east', 'west', 'nobody']);
  assert.deepEqual(
    topology.hosts.map(({ name, nics }) => [name, ...nics.map((nic) => `${nic.name}@${nic.link}`)]),
    [
      ['east', 'eth0@192_0_2', 'eth1@192_1_2'],
      ['west', 'eth0@192_0_1', 'eth1@192_1_2'],
    ],
  );
  assert.deepEqual(
    topology.links.map(({ name }) => name),
    ['192_0_1', '192_0_2', '192_1_2'],
  );
});
