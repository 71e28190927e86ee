import { visible, visibleLine } from '../../base/visible.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { type VerdictWord, type WordMapping, wordTable } from '../../model/words.ts';
import { categoryCounts } from '../../results/categories.ts';
import { escaped } from '../escaped.ts';
import type { Reporter, Sink } from '../reporter.ts';
import { issueDetails } from './issue-details.ts';

type JunitElement = NonNullable<WordMapping['junit']>;

/** A `testcase`. */
interface JunitCase {
  readonly suite: string;
  readonly name: string;
  /** Wall milliseconds of the last attempt. */
  readonly ms: number;
  /** What stands in it; absent: it counts as passed. */
  readonly found?: {
    readonly element: JunitElement;
    readonly type: VerdictWord;
    readonly message: string;
    readonly details: string;
  };
}

function caseOf(result: ScenarioResult): JunitCase {
  const { suite, name, word, expected, issues, attempts } = result;
  const ms = Math.max(0, attempts.at(-1)?.time?.wallMs ?? 0);
  const element = wordTable[word].junit;
  if (element === undefined) return { suite, name, ms };
  const message = issues[0]?.message ?? word;
  // It did not pass, and is none that the run fails for.
  if (expected && element !== 'skipped') {
    const known = `${word}, as in the baseline: ${message}`;
    return { suite, name, ms, found: { element: 'skipped', type: word, message: known, details: '' } };
  }
  return { suite, name, ms, found: { element, type: word, message, details: issueDetails(result) } };
}

/** Readers of the file know no other tests than those in it, so what did not run must not be left out. */
function notRun({ suite, name }: Results['pending'][number]): JunitCase {
  const message = 'did not run: the run ended before it';
  return { suite, name, ms: 0, found: { element: 'error', type: 'unresolved', message, details: '' } };
}

function xml(text: string): string {
  // XML 1.0 has no way to write these at all.
  const legal = visible(text).replace(/[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');
  return escaped(legal);
}

function attribute(text: string): string {
  return xml(visibleLine(text));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function caseText({ suite, name, ms, found }: JunitCase): string {
  const head = `    <testcase classname="${attribute(suite)}" name="${attribute(name)}" time="${seconds(ms)}"`;
  if (found === undefined) return `${head}/>\n`;
  const { element, type, message, details } = found;
  const body =
    element === 'skipped'
      ? `<skipped message="${attribute(message)}"/>`
      : `<${element} type="${type}" message="${attribute(message)}">${xml(details)}</${element}>`;
  return `${head}>\n      ${body}\n    </testcase>\n`;
}

function countsText(cases: readonly JunitCase[]): string {
  const count = (element: JunitElement): number => cases.filter(({ found }) => found?.element === element).length;
  const time = seconds(cases.reduce((sum, { ms }) => sum + ms, 0));
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${time}"`;
}

function propertiesText(run: string, results: readonly ScenarioResult[]): string {
  const counts = categoryCounts(results).map(([category, count]) => [`category.${category}`, String(count)] as const);
  const lines = [['run', run] as const, ...counts].map(
    ([name, value]) => `      <property name="${name}" value="${attribute(value)}"/>\n`,
  );
  return `    <properties>\n${lines.join('')}    </properties>\n`;
}

/** JUnit XML by docs/junit.xsd, one testsuite per suite. */
export function junitText({ run, results, pending }: Results): string {
  const cases = [...results.map(caseOf), ...pending.map(notRun)];
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)].map(([suite, members]) => {
    const properties = propertiesText(
      run,
      results.filter((result) => result.suite === suite),
    );
    const body = `${properties}${members.map(caseText).join('')}`;
    return `  <testsuite name="${attribute(suite)}" ${countsText(members)}>\n${body}  </testsuite>\n`;
  });
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return `${head}\n<testsuites name="espalier" ${countsText(cases)}>\n${suites.join('')}</testsuites>\n`;
}

export function junitReporter(sink: Sink): Reporter {
  return { end: ({ results }) => sink.write(junitText(results)) };
}
