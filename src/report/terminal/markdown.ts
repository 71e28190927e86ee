import { relative } from 'node:path';
import { duration } from '../../base/text.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import type { Issue } from '../../model/verdict.ts';
import { verdictWords, wordTable } from '../../model/words.ts';
import { categoryCounts } from '../../results/categories.ts';
import { attemptPath } from '../../store/layout.ts';
import type { ReportEnd, Reporter, Sink } from '../reporter.ts';
import { codeBlock, inlineCode } from './markdown-text.ts';
import { categoriesText, rerunCommand } from './summary.ts';

/** GitHub takes 1 MiB (1,048,576 bytes) of a step and shows nothing of a summary that is longer. */
export const summaryBytes = 1_000_000;

/** What is kept of it for the sentence that says what was left out. */
const reserveBytes = 500;

/** So many tests of a section are told with their issues; the others have a line each. */
const testsTold = 50;
const issuesTold = 3;

/** A summary of a run for a pull request or a job: what is new and wrong first. */
export function markdownReporter(sink: Sink): Reporter {
  return { end: (end) => sink.write(markdownText(end)) };
}

/** Parts of a document that fit into its limit; what does not is counted. */
class Pages {
  #text = '';
  #bytes = 0;
  #left = 0;

  add(part: string): void {
    const bytes = Buffer.byteLength(part);
    // What comes after a part that was left out would stand under a wrong heading.
    if (this.#left > 0 || this.#bytes + bytes > summaryBytes - reserveBytes) this.#left += 1;
    else {
      this.#text += part;
      this.#bytes += bytes;
    }
  }

  text(): string {
    if (this.#left === 0) return this.#text;
    return `${this.#text}\nThis summary is full: ${this.#left} more entries are left out. The report of the run has all of them.\n`;
  }
}

/** GitHub-flavoured Markdown; what comes from tests stands in it as code. */
export function markdownText(end: ReportEnd): string {
  const { results } = end.results;
  const pages = new Pages();
  pages.add(`## ${titleOf(end)}\n\n`);
  for (const part of headParts(end)) pages.add(part);
  const bad = results.filter(({ expected }) => !expected);
  section(pages, 'Newly failing', partsOf(ofChange(bad, 'newly failing'), end));
  section(pages, 'Failing in another way', partsOf(ofChange(bad, 'changed'), end));
  section(pages, 'Not as expected', partsOf(ofChange(bad, undefined), end));
  section(pages, 'Not run', end.results.pending.map(nameLine));
  section(pages, 'Newly passing', ofChange(results, 'newly passing').map(nameLine));
  const excused = results.filter(({ change, expected }) => change === 'changed' && expected);
  section(pages, 'Changed, and as expected', excused.map(wordLine));
  const known = results.filter(({ word, expected }) => expected && !wordTable[word].expected);
  section(pages, 'Failing as in the baseline', known.map(wordLine));
  return pages.text();
}

function ofChange(results: readonly ScenarioResult[], change: ScenarioResult['change']): ScenarioResult[] {
  return results.filter((result) => result.change === change);
}

function titleOf({ results: { results, pending }, interrupted, stopped }: ReportEnd): string {
  const newly = ofChange(results, 'newly failing').length;
  const bad = results.filter(({ expected }) => !expected).length;
  const ended = interrupted ? 'interrupted: ' : stopped !== undefined ? 'stopped: ' : '';
  const total = results.length + pending.length;
  const of = `${total} ${total === 1 ? 'test' : 'tests'}`;
  if (bad > 0) return `${ended}${bad} of ${of} not as expected${newly > 0 ? `, ${newly} newly failing` : ''}`;
  if (results.length === 0) return `${ended}no test has a result`;
  return pending.length > 0 ? `${ended}${pending.length} of ${of} not run` : `${ended}${of}, all as expected`;
}

function headParts({ results, wallMs, stopped, dir }: ReportEnd): string[] {
  const run = relative(process.cwd(), dir) || '.';
  const categories = categoriesText(categoryCounts(results.results));
  const time = wallMs === undefined ? '' : `, ${duration(wallMs)}`;
  return [
    totalsTable(results),
    categories === '' ? '' : `Tests by their issues: ${categories}\n\n`,
    stopped === undefined ? '' : `Stopped: ${inlineCode(stopped)}\n\n`,
    `Run: ${inlineCode(run)}${time}; its report: ${inlineCode(`${run}/report/index.html`)}\n`,
  ];
}

function totalsTable({ totals, passedAdapted, pending }: Results): string {
  const rows = verdictWords.flatMap((word) => {
    const count = totals[word] ?? 0;
    const adapted = word === 'passed' && passedAdapted > 0 ? ` (${passedAdapted} with adapted text)` : '';
    return count === 0 ? [] : [`| ${word}${adapted} | ${count} |\n`];
  });
  if (pending.length > 0) rows.push(`| not run | ${pending.length} |\n`);
  return rows.length === 0 ? '' : `| verdict | tests |\n| --- | ---: |\n${rows.join('')}\n`;
}

function section(pages: Pages, title: string, parts: readonly string[]): void {
  const [first, ...rest] = parts;
  if (first === undefined) return;
  pages.add(`\n### ${title}: ${parts.length}\n\n${first}`);
  for (const part of rest) pages.add(part);
}

function nameLine(test: Pick<ScenarioResult, 'suite' | 'name'>): string {
  return `- ${inlineCode(keyOf(test))}\n`;
}

function wordLine(result: ScenarioResult): string {
  return `- ${result.word} ${inlineCode(keyOf(result))}${reasonOf(result)}\n`;
}

function reasonOf({ issues, attempts }: ScenarioResult): string {
  const reason = issues[0]?.message ?? attempts.at(-1)?.end?.detail;
  return reason === undefined ? '' : ` ${inlineCode(reason)}`;
}

function partsOf(results: readonly ScenarioResult[], end: ReportEnd): string[] {
  return results.map((result, at) => (at < testsTold ? testPart(result, end) : wordLine(result)));
}

/** A test that folds out to its issues, its files and the command that runs it again. */
function testPart(result: ScenarioResult, { dir, rerun }: ReportEnd): string {
  const issues = result.issues.slice(0, issuesTold).map(issuePart);
  const more = result.issues.length - issuesTold;
  const last = result.attempts.at(-1);
  const run = relative(process.cwd(), dir) || '.';
  return [
    `<details><summary>${result.word} ${inlineCode(keyOf(result))}${reasonOf(result)}</summary>\n\n`,
    ...issues,
    more > 0 ? `… and ${more} more issues\n\n` : '',
    last && `Files: ${inlineCode(`${run}/${attemptPath({ ...result, attempt: last.attempt })}`)}\n\n`,
    `Again: ${inlineCode(rerunCommand(result, rerun))}\n\n`,
    '</details>\n\n',
  ].join('');
}

function issuePart({ host, file, line, command, message, excerpt }: Issue): string {
  const place = file && (line === undefined ? file : `${file}:${line}`);
  const where = [host, place, command]
    .filter((part) => part !== undefined && part !== '')
    .map((one) => inlineCode(one ?? ''));
  const at = where.length === 0 ? '' : `${where.join(', ')}: `;
  return `${at}${inlineCode(message)}\n\n${excerpt === undefined ? '' : `${codeBlock(excerpt)}\n`}`;
}
