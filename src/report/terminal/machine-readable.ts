import { visible, visibleLine } from '../../base/visible.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import { type WordMapping, wordTable } from '../../model/words.ts';
import type { Reporter, Sink } from '../reporter.ts';

/** `results.json` as it is stored, with the time the session took. */
export function jsonReporter(sink: Sink): Reporter {
  return {
    end({ results, wallMs, interrupted }) {
      sink.write(
        `${JSON.stringify({ ...results, interrupted, ...(wallMs !== undefined && { wallMs: Math.round(wallMs) }) }, undefined, 1)}\n`,
      );
    },
  };
}

type JunitElement = WordMapping['junit'];

function details(result: ScenarioResult): string {
  return result.issues
    .map((issue) => {
      const place = [issue.host, issue.file, issue.line, issue.command].filter((part) => part !== undefined).join(' ');
      const text = place === '' ? issue.message : `${place}: ${issue.message}`;
      return issue.excerpt === undefined ? text : `${text}\n${issue.excerpt}`;
    })
    .join('\n');
}

function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // XML 1.0 has no way to write these at all.
  const legal = visible(text).replace(/[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');
  return legal.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

function attribute(text: string): string {
  return xml(visibleLine(text));
}

function seconds(result: ScenarioResult): string {
  return ((result.attempts.at(-1)?.time?.wallMs ?? 0) / 1000).toFixed(3);
}

function junitCase(result: ScenarioResult): string {
  const head = `    <testcase classname="${attribute(result.suite)}" name="${attribute(result.name)}" time="${seconds(result)}"`;
  const element =
    result.expected && wordTable[result.word].junit !== 'skipped' ? undefined : wordTable[result.word].junit;
  if (element === undefined) return `${head}/>\n`;
  const message = attribute(result.issues[0]?.message ?? result.word);
  if (element === 'skipped') return `${head}>\n      <skipped message="${message}"/>\n    </testcase>\n`;
  const body = `<${element} type="${result.word}" message="${message}">${xml(details(result))}</${element}>`;
  return `${head}>\n      ${body}\n    </testcase>\n`;
}

function junitSuite(suite: string, results: readonly ScenarioResult[]): string {
  const count = (element: JunitElement): number =>
    results.filter((one) => junitCase(one).includes(`<${element} `)).length;
  const counts = `tests="${results.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const time = results.reduce((sum, result) => sum + Number(seconds(result)), 0).toFixed(3);
  const cases = results.map(junitCase).join('');
  return `  <testsuite name="${attribute(suite)}" ${counts} time="${time}">\n${cases}  </testsuite>\n`;
}

/** JUnit XML, one testsuite per suite. */
export function junitText(results: Results): string {
  const suites = Map.groupBy(results.results, ({ suite }) => suite);
  const body = [...suites].map(([suite, members]) => junitSuite(suite, members)).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="espalier">\n${body}</testsuites>\n`;
}

export function junitReporter(sink: Sink): Reporter {
  return { end: ({ results }) => sink.write(junitText(results)) };
}

function tapLine(result: ScenarioResult, number: number): string {
  const name = visibleLine(keyOf(result)).replaceAll(/[\\#]/g, '\\$&');
  const ok = result.expected ? 'ok' : 'not ok';
  if (wordTable[result.word].tap === 'ok # SKIP') {
    return `ok ${number} - ${name} # SKIP ${visibleLine(result.issues[0]?.message ?? 'unsupported')}\n`;
  }
  if (result.word === 'passed') return `${ok} ${number} - ${name}\n`;
  const text = visible(details(result));
  const lines = text === '' ? [] : ['  details: |', ...text.split('\n').map((line) => `    ${line}`)];
  return [`${ok} ${number} - ${name}`, '  ---', `  verdict: ${result.word}`, ...lines, '  ...', ''].join('\n');
}

/** TAP version 14, written at the end, since the plan's order is not the order of ends. */
export function tapText(results: Results): string {
  const lines = results.results.map((result, index) => tapLine(result, index + 1));
  const { pending } = results;
  const bail = pending.length > 0 ? `Bail out! ${pending.length} scenarios did not run\n` : '';
  return `TAP version 14\n1..${results.results.length + pending.length}\n${lines.join('')}${bail}`;
}

export function tapReporter(sink: Sink): Reporter {
  return { end: ({ results }) => sink.write(tapText(results)) };
}
