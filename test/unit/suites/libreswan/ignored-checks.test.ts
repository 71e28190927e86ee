import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText } from '../../../../src/judge/text/adapted-text.ts';
import { withoutIgnoredChecks } from '../../../../src/suites/libreswan/ignored-checks.ts';
import { judgeConsoles } from '../../../../src/suites/libreswan/judge.ts';

const sa = [
  'src 192.1.2.45 dst 192.1.2.23',
  '\tproto esp spi 0xSPISPI reqid REQID mode tunnel',
  '\treplay-window 0 flag af-unspec',
];
const before = ['west #', ' ipsec auto --status', 'west #', ' ../bin/check-for-core.sh', 'west #'];
const opened = '>>>>>>>>>> post-mortem >>>>>>>>>>../../guestbin/post-mortem.sh';

/** A post-mortem that the sanitizers left, since it failed. */
const postMortem = (...end: string[]): string =>
  [...before, opened, ':', ': checking memory leaks', ':', 'FAIL: memory leaks', ':', ...end, ''].join('\n');
const listed = (word: string): string => postMortem(': checking state/policy entries', ':', ...sa, word);

/** The word and kinds of a console whose reference has no post-mortem, as all have that ended well. */
function judged(text: string, expected = `${before.join('\n')}\n`): string[] {
  const sanitized = { bytes: Buffer.from(text, 'latin1'), compared: compareText(expected, text, []) };
  const { word, issues } = judgeConsoles({
    complete: true,
    end: { word: 'completed' },
    consoles: [{ host: 'west', file: 'west.console.txt', raw: Buffer.from(text, 'latin1'), sanitized }],
    plutoLogs: [],
    issues: [],
    facts: {
      summary: {
        pairs: 0,
        packets: { verified: 0, unauthenticated: 0, refused: 0, unjudged: 0, 'no-sa': 0, replayed: 0 },
        halfOpen: [],
      },
      issues: [],
    },
  });
  return [word, ...issues.map(({ kind }) => kind)];
}

test('SAs that a failed post-mortem lists in a check that it ignores are no difference in facts, but it did fail', () => {
  assert.deepEqual(judged(listed('IGNORE: state/policy entries')), ['minor', 'output-different']);
});

test('SAs that a post-mortem found fault with are a difference in facts', () => {
  assert.deepEqual(judged(listed('FAIL: state/policy entries')), ['major', 'facts-different', 'output-different']);
  assert.deepEqual(judged(listed('PASS: state/policy entries')), ['major', 'facts-different', 'output-different']);
  assert.deepEqual(judged(listed('')), ['major', 'facts-different', 'output-different']);
});

test('an ignored check hides nothing before the post-mortem, before the check and behind it', () => {
  const ignored = [': checking state/policy entries', 'IGNORE: state/policy entries'];
  const early = [...before.slice(0, 2), ...ignored.slice(0, 1), ...sa, ...ignored.slice(1), ...before.slice(2)].join(
    '\n',
  );
  assert.equal(judged(`${early}\n${opened}\n`)[0], 'major');
  assert.equal(judged(postMortem(...sa, ...ignored))[0], 'major');
  assert.equal(judged(postMortem(...ignored, ...sa))[0], 'major');
  assert.equal(judged(postMortem(': checking state entries', ...sa, 'FAIL: state entries', ...ignored))[0], 'major');
  assert.equal(judged(postMortem(': checking state entries', ...sa, ...ignored))[0], 'major');
});

test('lines keep their numbers, and a text without such a check is left alone', () => {
  const text = listed('IGNORE: state/policy entries');
  const [from, to] = [text, withoutIgnoredChecks(text)].map((one) => one.split('\n'));
  assert.equal(to?.length, from?.length);
  assert.deepEqual(
    from?.filter((line, index) => to?.[index] !== line),
    [':', ...sa],
  );
  assert.equal(withoutIgnoredChecks(listed('FAIL: state/policy entries')), listed('FAIL: state/policy entries'));
});
