import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../src/base/errors.ts';
import { Attempt } from '../../../src/evidence/attempt/attempt.ts';
import { recordType } from '../../../src/evidence/records/record.ts';
import { encodeRecords } from '../../../src/evidence/records/writer.ts';
import type { AttemptFile, EndWord } from '../../../src/model/attempt.ts';
import type { ScenarioEntry } from '../../../src/model/scenario.ts';
import { type VerdictWord, verdictWords } from '../../../src/model/words.ts';
import type { Repeat } from '../../../src/results/repeats.ts';
import { changeOf, type JudgedAttempt, type ResultContext, resultOf, summarize } from '../../../src/results/results.ts';
import { repeat } from './repeat.ts';

const entry: ScenarioEntry = { suite: 's', name: 'n', status: 'good', hosts: ['east'] };

function judged(attempt: number, word: VerdictWord, seed = '1'): JudgedAttempt {
  const none = { id: '', sha256: '' };
  const inputs = { kernel: none, images: {}, suite: none, versions: {}, ...(seed !== 'none' && { seed }) };
  const time = { started: '', wallMs: 1, bootMs: 1, labCpuMs: 1, virtualNs: '1' };
  const file: AttemptFile = {
    version: 1,
    suite: 's',
    name: 'n',
    attempt,
    hosts: [],
    inputs,
    end: { word: 'completed' },
    time,
  };
  return {
    attempt,
    file,
    verdict: { version: 2, word, upstream: '', issues: [], adapted: [], passesOnlyAdapted: false },
  };
}

test('two attempts of one seed with different words are nondeterminism unless something weighs more', () => {
  for (const [i, a] of verdictWords.entries()) {
    for (const [j, b] of verdictWords.entries()) {
      const heavier = i < j ? a : b;
      const own = verdictWords.indexOf(heavier) < verdictWords.indexOf('nondeterminism');
      const expected = a === b || own ? heavier : 'nondeterminism';
      assert.equal(resultOf(entry, [judged(0, a), judged(1, b)])?.word, expected, `${a} and ${b}`);
    }
  }
});

test('without a seed a difference between attempts is no nondeterminism', () => {
  const attempts = [judged(0, 'major', 'none'), judged(1, 'passed', 'none')];
  assert.equal(resultOf(entry, attempts)?.word, 'major');
});

/** Attempts that recorded no more than their end, at these times. */
function recorded(...times: readonly (bigint | undefined)[]): ResultContext {
  const repeats = times.map((time) =>
    time === undefined
      ? undefined
      : repeat({ records: encodeRecords(['east'], [{ type: recordType.output, host: 0, time }]) }),
  );
  return { repeatOf: (attempt) => repeats[attempt] };
}

test('a difference of bytes turns a pass into nondeterminism and keeps its evidence', () => {
  const result = resultOf(entry, [judged(0, 'passed'), judged(1, 'passed')], recorded(1n, 2n));
  assert.equal(result?.word, 'nondeterminism');
  assert.deepEqual(
    result?.issues.map(({ kind, word, file }) => [kind, word, file]),
    [['transcripts-differ', 'nondeterminism', 'records']],
  );
  assert.equal(result?.expected, false);
});

test('an attempt that is alone with its seed is not opened', () => {
  const opened: number[] = [];
  const repeatOf = (attempt: number): undefined => void opened.push(attempt);
  const attempts = [judged(0, 'passed', '1'), judged(1, 'passed', '2'), judged(2, 'passed', '2')];
  assert.equal(resultOf(entry, attempts, { repeatOf })?.word, 'passed');
  assert.deepEqual(opened, [1, 2]);
});

test('only attempts of one seed are compared, and only those whose files are there and came to their own end', () => {
  const word = (attempts: readonly JudgedAttempt[], ...times: readonly (bigint | undefined)[]) =>
    resultOf(entry, attempts, recorded(...times))?.word;
  const [first, second, third] = [judged(0, 'passed'), judged(1, 'passed'), judged(2, 'passed')];
  assert.equal(word([first, second], 1n, 1n), 'passed');
  assert.equal(word([first, judged(1, 'passed', '2')], 1n, 2n), 'passed');
  assert.equal(word([judged(0, 'passed', 'none'), judged(1, 'passed', 'none')], 1n, 2n), 'passed');
  assert.equal(word([first, second], 1n, undefined), 'passed');
  assert.equal(word([first, second, third], undefined, 1n, 2n), 'nondeterminism');
  assert.equal(word([first, second, third], 1n, undefined, 2n), 'nondeterminism');
  for (const end of ['livelock', 'lab-died', 'cancelled'] as const) {
    assert.equal(word([first, endedBy(second, end)], 1n, 2n), 'passed', end);
  }
  assert.equal(word([first, endedBy(second, 'timeout')], 1n, 2n), 'nondeterminism');
  assert.equal(word([first, { attempt: 1, verdict: second.verdict }], 1n, 2n), 'passed');
});

test('attempts that cannot be compared are unresolved, whatever they came to', () => {
  const unreadable: Repeat = {
    attempt: new Attempt(
      {
        read: () => {
          throw new EspalierError('infrastructure', 'cannot be read: damaged', { file: '/a/b/artifacts.tar.zst' });
        },
        names: () => [],
      },
      () => assert.fail('repeats have one scenario'),
    ),
    links: () => [],
  };
  const result = resultOf(entry, [judged(0, 'passed'), judged(1, 'passed')], { repeatOf: () => unreadable });
  assert.deepEqual([result?.word, result?.upstream, result?.expected], ['unresolved', 'unresolved', false]);
  assert.deepEqual(result?.issues, [
    {
      kind: 'unreadable-file',
      word: 'unresolved',
      file: 'artifacts.tar.zst',
      message: 'two attempts of one seed cannot be compared: cannot be read: damaged',
    },
  ]);
});

test('an attempt without another of its seed is not read', () => {
  const unread: Repeat = {
    attempt: new Attempt({ read: () => assert.fail('a file is read'), names: () => [] }, () =>
      assert.fail('the scenario is read'),
    ),
    links: () => assert.fail('captures are listed'),
  };
  const attempts = [judged(0, 'passed'), judged(1, 'passed', '2'), judged(2, 'passed', 'none')];
  assert.equal(resultOf(entry, attempts, { repeatOf: () => unread })?.word, 'passed');
});

test('nothing is held to a seed that the substrate promises nothing for', () => {
  const unpromised = (attempt: number, word: VerdictWord, seed?: string): JudgedAttempt => {
    const { file, ...rest } = judged(attempt, word, seed);
    return { ...rest, ...(file && { file: { ...file, lacks: ['seeds'] } }) };
  };
  const alike = resultOf(entry, [unpromised(0, 'passed'), unpromised(1, 'passed')], recorded(1n, 2n));
  assert.deepEqual([alike?.word, alike?.issues], ['passed', []]);
  const different = resultOf(entry, [unpromised(0, 'passed'), unpromised(1, 'major', '2')], recorded(1n, 2n));
  assert.deepEqual([different?.word, different?.chance], ['major', undefined]);
  assert.equal(resultOf(entry, [unpromised(0, 'passed'), unpromised(1, 'minor')])?.word, 'minor');
});

function endedBy(attempt: JudgedAttempt, word: EndWord): JudgedAttempt {
  const { file } = attempt;
  return file === undefined ? attempt : { ...attempt, file: { ...file, end: { word } } };
}

test('where words of one seed differ, the first record that differs is told as well', () => {
  const result = resultOf(entry, [judged(0, 'passed'), judged(1, 'unsupported')], recorded(1n, 2n));
  assert.deepEqual(
    result?.issues.map(({ kind }) => kind),
    ['results-differ', 'transcripts-differ'],
  );
});

test('a listing alone decides what is broken and what is unsupported', () => {
  assert.equal(resultOf({ ...entry, broken: 'east.sh is missing' }, [])?.word, 'unresolved');
  const unsupported = resultOf({ ...entry, unsupported: 'needs SELinux' }, []);
  assert.equal(unsupported?.word, 'unsupported');
  assert.equal(unsupported?.expected, true);
  assert.equal(resultOf(entry, []), undefined);
});

test('what is as in the baseline is expected, and changes are named', () => {
  const result = (word: VerdictWord, before: VerdictWord) => {
    const one = resultOf(entry, [judged(0, word)], { baseline: new Map([['s:n', before]]) });
    return [one?.expected, one?.change];
  };
  assert.deepEqual(result('major', 'major'), [true, undefined]);
  assert.deepEqual(result('major', 'passed'), [false, 'newly failing']);
  assert.deepEqual(result('passed', 'major'), [true, 'newly passing']);
  assert.deepEqual(result('crash', 'major'), [false, 'changed']);
  assert.deepEqual(result('passed', 'unsupported'), [true, 'newly passing']);
  assert.deepEqual(result('unsupported', 'passed'), [true, 'changed']);
  assert.deepEqual(result('unsupported', 'major'), [true, 'changed']);
  assert.equal(changeOf('major', undefined), undefined);
});

test('a summary counts words, adapted passes and what did not run', () => {
  const other = { ...entry, name: 'other' };
  const adapted = judged(0, 'passed');
  const passed = resultOf(entry, [{ ...adapted, verdict: { ...adapted.verdict, passesOnlyAdapted: true } }]);
  assert.ok(passed);
  const summary = summarize('id', [entry, other], [passed]);
  assert.deepEqual(
    { ...summary, results: summary.results.length },
    {
      version: 1,
      run: 'id',
      complete: false,
      totals: { passed: 1 },
      passedAdapted: 1,
      results: 1,
      pending: [{ suite: 's', name: 'other' }],
    },
  );
});

test('words that differ between seeds are chance and the weightiest counts', () => {
  const attempts = [judged(0, 'passed', '1'), judged(1, 'timeout', '2'), judged(2, 'passed', '3')];
  const result = resultOf(entry, attempts);
  assert.equal(result?.word, 'timeout');
  assert.deepEqual(result?.chance, [
    { word: 'timeout', seeds: ['2'] },
    { word: 'passed', seeds: ['1', '3'] },
  ]);
  assert.equal(result?.issues[0]?.kind, 'depends-on-chance');
});

test('a seed whose repeats differ is nondeterminism of that seed, whatever other seeds say', () => {
  const attempts = [judged(0, 'passed', '1'), judged(1, 'passed', '1'), judged(2, 'passed', '2')];
  assert.equal(resultOf(entry, attempts)?.chance, undefined);
  const torn = resultOf(entry, [...attempts, judged(3, 'unsupported', '2')]);
  assert.equal(torn?.word, 'nondeterminism');
  assert.deepEqual(torn?.chance, [
    { word: 'nondeterminism', seeds: ['2'] },
    { word: 'passed', seeds: ['1'] },
  ]);
});

test("attempts without seed or lab are nobody's chance", () => {
  assert.equal(resultOf(entry, [judged(0, 'passed', 'none'), judged(1, 'timeout', 'none')])?.chance, undefined);
});
