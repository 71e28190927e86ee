import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { validateXML } from 'xmllint-wasm';
import { projectDir } from '../../../../src/base/folders.ts';
import type { Results } from '../../../../src/model/results.ts';
import { junitText } from '../../../../src/report/terminal/junit.ts';
import { hostileResults, madeResult, madeResults } from '../made-results.ts';

const schema = readFileSync(join(projectDir, 'docs/junit.xsd'), 'utf8');

/** What libxml2 has against some documents. */
async function complaints(documents: readonly string[]): Promise<string[]> {
  const xml = documents.map((contents, at) => ({ fileName: `run-${at}.xml`, contents: Buffer.from(contents) }));
  const { errors } = await validateXML({ xml, schema });
  return errors.map(({ rawMessage }) => rawMessage);
}

test('every file is valid by its schema, whatever tests and daemons write', async () => {
  const runs = fc.sample(hostileResults, { numRuns: 300, seed: 15 });
  assert.deepEqual(await complaints(runs.map(junitText)), []);
  const words = new Set(runs.flatMap(({ results }) => results.map((result) => result.word)));
  assert.ok(words.size > 8, 'the sample holds most words');
});

test('the schema refuses what readers of JUnit could take wrongly', async () => {
  const good = junitText(madeResults([madeResult({ word: 'major', expected: false })]));
  assert.deepEqual(await complaints([good]), []);
  const spoiled = [
    good.replace('type="major"', 'type="bad"'),
    good.replace(' tests="1"', ''),
    good.replace('failures="1"', 'failures="-1"'),
    good.replace('</failure>', '</failure><failure type="major" message=""/>'),
    good.replace('<testcase ', '<test ').replace('</testcase>', '</test>'),
    good.replace('</properties>', '<property name="run" value="2"/></properties>'),
    good.replace('time="0.000"', 'time="0,000"'),
    good.replace('>\n', '>\u0007\n'),
  ];
  for (const one of spoiled) assert.notDeepEqual(await complaints([one]), [], one);
});

/** Sums of what the elements of a file say, beside its own counts. */
function counted(results: Results): readonly (readonly [string, string])[] {
  const text = junitText(results);
  const has = (pattern: RegExp): string => String(text.match(pattern)?.length ?? 0);
  const told = (name: string): string => new RegExp(`<testsuites [^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? '';
  return [
    [told('tests'), has(/<testcase /g)],
    [told('failures'), has(/<failure /g)],
    [told('errors'), has(/<error /g)],
    [told('skipped'), has(/<skipped /g)],
  ];
}

test('counts are those of the elements', () => {
  fc.assert(
    fc.property(hostileResults, (results) => {
      for (const [told, there] of counted(results)) assert.equal(told, there);
    }),
    { numRuns: 100 },
  );
});

test('a test is what its verdict says, as expected by rule or by the baseline or not; what did not run is an error', () => {
  const text = junitText(
    madeResults(
      [
        madeResult({ name: 'good' }),
        madeResult({
          name: 'known',
          word: 'major',
          issues: [{ kind: 'half-open', word: 'major', message: 'alone' }],
        }),
        madeResult({ name: 'away', word: 'unsupported' }),
        madeResult({
          name: 'bad',
          word: 'leak',
          expected: false,
          issues: [{ kind: 'cleartext', word: 'leak', message: 'm' }],
        }),
        madeResult({
          name: 'lost',
          word: 'unresolved',
          expected: false,
          issues: [{ kind: 'no-lab', word: 'unresolved', message: 'n' }],
        }),
      ],
      [{ suite: 'made', name: 'later' }],
    ),
  );
  const cases = [...text.matchAll(/<testcase classname="made" name="(\w+)" time="0\.000"(?:\/>|>\s*<(\w+))/g)];
  assert.deepEqual(
    cases.map(([, name, element]) => [name, element]),
    [
      ['good', undefined],
      ['known', 'skipped'],
      ['away', 'skipped'],
      ['bad', 'failure'],
      ['lost', 'error'],
      ['later', 'error'],
    ],
  );
  assert.match(text, /<skipped message="major, as in the baseline: alone"\/>/);
  assert.match(text, /<property name="run" value="2026-01-01_00-00-00-000_made"\/>/);
  for (const category of ['cleartext', 'harness'])
    assert.ok(text.includes(`<property name="category.${category}" value="1"/>`), category);
});
