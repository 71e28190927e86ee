import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChecks, readCommands, vacuity } from '../../../../src/suites/strongswan/dat-lines.ts';

test('lines of pretest.dat are a host and a command; comments and empty commands are passed over', () => {
  const { lines, refused, lost } = readCommands(
    ['# a comment', 'moon::ip link', '', 'sun::', 'carol ::ls  -l', 'dave:: a "b" c', 'alice::x::y'].join('\n'),
  );
  assert.deepEqual(lines, [
    { host: 'moon', line: 2, remote: 'ip link' },
    { host: 'carol', line: 5, remote: 'ls -l' },
    { host: 'dave', line: 6, remote: ' a b c' },
    { host: 'alice', line: 7, remote: 'x' },
  ]);
  assert.deepEqual([refused, lost], [[], []]);
});

test('a command for a host that there is not does nothing, and is told', () => {
  const { lines, lost } = readCommands('mooon::ls\n');
  assert.deepEqual(lines, []);
  assert.deepEqual(lost, [{ line: 1, text: 'mooon::ls', reason: 'there is no host mooon' }]);
});

test('what is outside of the known shell is refused with its line', () => {
  const { lines, refused } = readCommands('moon::ls\nmoon::echo `date`\n moon::ls\n# an "open quote\n');
  assert.equal(lines.length, 1);
  assert.deepEqual(
    refused.map(({ line, reason }) => [line, reason]),
    [
      [2, 'the output of a command on the driver'],
      [3, '" moon" is no name of a host'],
      [4, 'a quote that is not closed'],
    ],
  );
});

/** A line of evaltest.dat, and what is left of it: command, pattern, hit. */
const checks: readonly (readonly [line: string, remote: string, pattern: string, hit: string | number])[] = [
  ['moon::ipsec status 2> /dev/null::a.*b::YES', 'ipsec status', 'a.*b', 'YES'],
  ['moon:: ping -c 1 10.1.0.10::64 bytes::NO', 'ping -c 1 10.1.0.10', '64 bytes', 'NO'],
  ['moon::ip -6 addr show fec1:\\:10::x::2', 'ip -6 addr show fec1::10', 'x', 2],
  ['moon::cat a::one   two\\[1]::YES', 'cat a', 'one two\\[1]', 'YES'],
  ['moon::cat a::"quoted" words::YES', 'cat a', 'quoted words', 'YES'],
  ['moon::cat a::two" "words::YES', '', '', 'refused'],
  ['moon::cat a::\xe9::YES', '', '', 'refused'],
  ['moon::cat a::pattern', 'cat a', 'pattern', 'never'],
  ['moon::cat a::pattern::YES ', 'cat a', 'pattern', 'never'],
  ['moon::cat a::pattern::yes', 'cat a', 'pattern', 'never'],
  ['moon::cat a::fec1::10::YES', 'cat a', 'fec1', 10],
  ['moon::sleep 2', 'sleep 2', '', 'never'],
  ['moon::tcpdump::IP moon > sun: ESP::YES', 'cat /tmp/tcpdump.log', 'IP moon > sun: ESP', 'YES'],
  ['moon::a && b::x::YES', '', '', 'refused'],
  ['moon::a::-v::YES', '', '', 'refused'],
];

for (const [line, remote, pattern, hit] of checks) {
  test(`${JSON.stringify(line)} is read as the suite's driver does`, () => {
    const { lines, refused } = readChecks(line);
    if (hit === 'refused') {
      assert.equal(refused.length, 1);
      return;
    }
    const [check] = lines;
    assert.deepEqual([check?.remote, check?.pattern, check?.hit], [remote, pattern, hit]);
    assert.equal(check?.tcpdump, line.includes('tcpdump'));
  });
}

test('checks that cannot fail, or cannot tell, are known as such', () => {
  const vacuous = (line: string): boolean => {
    const [check] = readChecks(line).lines;
    return check !== undefined && vacuity(check) !== undefined;
  };
  assert.deepEqual(
    ['moon::a::b', 'moon::a::b::1', 'moon::a::b::0', 'moon::a::::YES', 'moon::a::b::YES', 'moon::a::b::2'].map(vacuous),
    [true, true, true, true, false, false],
  );
});
