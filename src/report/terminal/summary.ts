import { relative } from 'node:path';
import { shortPath } from '../../base/folders.ts';
import { commandName } from '../../base/form.ts';
import { duration, shellWord } from '../../base/text.ts';
import { visible, visibleLine } from '../../base/visible.ts';
import { categoryText } from '../../model/issue-categories.ts';
import type { Results, ScenarioResult } from '../../model/results.ts';
import { keyOf } from '../../model/scenario.ts';
import type { Issue } from '../../model/verdict.ts';
import { verdictWords } from '../../model/words.ts';
import { type CategoryCounts, categoryCounts } from '../../results/categories.ts';
import { seedsText } from '../../results/seeds.ts';
import { attemptPath } from '../../store/layout.ts';
import { blindText } from '../blind-text.ts';
import type { ReportEnd, Rerun } from '../reporter.ts';
import { clustersText } from './clusters.ts';

/** More issues than this are counted, not shown. */
const issuesShown = 3;
const excerptLines = 12;

/** The end of a run for people: failures last but one, totals last. Plain text. */
export function summaryText(end: ReportEnd): string {
  const unexpected = end.results.results.filter(({ expected }) => !expected);
  const parts = unexpected.map((result, index) => failureText(result, index + 1, end));
  const changes = changesText(end.results);
  if (changes !== '') parts.push(changes);
  const chance = chanceText(end.results);
  if (chance !== '') parts.push(chance);
  const tolerated = toleratedText(end.results);
  if (tolerated !== '') parts.push(tolerated);
  const shared = clustersText(end.results.clusters ?? []);
  if (shared !== '') parts.push(shared);
  parts.push(totalsText(end));
  return `\n${parts.join('\n')}`;
}

function failureText(result: ScenarioResult, number: number, end: ReportEnd): string {
  const lines = [`${number}) ${keyOf(result)}: ${result.word}${result.change ? ` (${result.change})` : ''}`];
  for (const issue of result.issues.slice(0, issuesShown)) lines.push(...issueLines(issue));
  const detail = result.attempts.at(-1)?.end?.detail;
  if (result.issues.length === 0 && detail !== undefined) lines.push(`   ${detail}`);
  const more = result.issues.length - issuesShown;
  if (more > 0) lines.push(`   … and ${more} more`);
  const last = result.attempts.at(-1);
  if (last?.blind !== undefined) lines.push(`   not searched for leaks: ${blindText(last.blind)}`);
  if (last !== undefined) {
    const path = attemptPath({ ...result, attempt: last.attempt });
    lines.push(`   files: ${relative(process.cwd(), end.dir) || '.'}/${path}`);
  }
  lines.push(`   again: ${rerunCommand(result, fromHere(end.rerun))}`, '');
  return lines.map(visibleLine).join('\n');
}

/** With paths as people would type them from here; a page may be read from anywhere and keeps whole ones. */
function fromHere({ options, paths }: Rerun): Rerun {
  return { options, paths: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, shortPath(path)])) };
}

/** An issue for people: its place and message, then a few lines of its excerpt. Not yet safe for a terminal. */
export function issueLines(issue: Issue): string[] {
  const excerpt = visible(issue.excerpt ?? '')
    .trimEnd()
    .split('\n');
  const shown = issue.excerpt === undefined ? [] : excerpt.slice(0, excerptLines);
  if (excerpt.length > excerptLines) shown.push(`… ${excerpt.length - excerptLines} more lines`);
  return [`   ${placeOf(issue)}${issue.message}`, ...shown.map((line) => `     ${line}`)];
}

function placeOf({ host, file, line, command }: Issue): string {
  const place = file && (line === undefined ? file : `${file}:${line}`);
  const where = [host, place, command && `\`${command}\``].filter((part) => part !== undefined && part !== '');
  return where.length > 0 ? `${where.join(', ')}: ` : '';
}

/** The command that does one scenario of a run again, in the same way. */
export function rerunCommand(one: Pick<ScenarioResult, 'suite' | 'name'>, how: Rerun): string {
  return [`${commandName} run`, ...how.options.map(shellWord), selectorOf(one, how)].join(' ');
}

/** One scenario of a run as a word of a command: by the path of its suite where the run calls that by a part of it. */
export function selectorOf({ suite, name }: Pick<ScenarioResult, 'suite' | 'name'>, { paths }: Rerun): string {
  return shellWord(keyOf({ suite: paths[suite] ?? suite, name }));
}

function changesText(results: Results): string {
  const of = (change: string): string[] => results.results.filter((one) => one.change === change).map(keyOf);
  const lines = ['newly passing', 'newly failing', 'changed'].flatMap((change) => {
    const keys = of(change);
    return keys.length === 0 ? [] : [`against the baseline, ${change}: ${keys.join(', ')}`];
  });
  return lines.length === 0 ? '' : `${visible(lines.join('\n'))}\n`;
}

/** What depended on the seed, also where the baseline expects it. */
function chanceText(results: Results): string {
  const lines = results.results.flatMap((result) =>
    result.chance === undefined ? [] : [`depends on chance: ${keyOf(result)}: ${seedsText(result.chance)}`],
  );
  return lines.length === 0 ? '' : `${visible(lines.join('\n'))}\n`;
}

/** More of them are counted, not shown. */
const toleratedShown = 20;

/** Characters of a line's two ends. Commands that carry octets are long. */
const [headShown, tailShown] = [240, 160];

function cutInside(text: string): string {
  return text.length <= headShown + tailShown ? text : `${text.slice(0, headShown)} … ${text.slice(-tailShown)}`;
}

/** Faults that scenarios declare and that were there: none is passed over in silence. */
function toleratedText(results: Results): string {
  const lines = results.results.flatMap((result) =>
    (result.tolerated ?? []).map(
      (issue) => `tolerated: ${keyOf(result)}: ${cutInside(`${placeOf(issue)}${issue.message}`)} (${issue.why})`,
    ),
  );
  const more = lines.length - toleratedShown;
  const shown = lines.slice(0, toleratedShown).map(visibleLine);
  if (more > 0) shown.push(`… and ${more} more`);
  return shown.length === 0 ? '' : `${shown.join('\n')}\n`;
}

/** Adaptations are counted beside the passes that need them: they change received text before it is compared. */
function passedText({ passedAdapted }: Results): string {
  return passedAdapted === 0 ? 'passed' : `passed (${passedAdapted} with adapted text, see docs/verdicts.md)`;
}

/** Categories with their counts on one line: `2 assertion, 1 memory leak`. */
export function categoriesText(counts: CategoryCounts): string {
  return counts.map(([category, count]) => `${count} ${categoryText(category)}`).join(', ');
}

/** Counts by word, one per line, in order of weight, passed last; below them the categories of issues. */
export function totalsText(end: ReportEnd): string {
  const { results, wallMs, interrupted, stopped } = end;
  const rows: (readonly [string, number])[] = [];
  for (const word of verdictWords) {
    const count = results.totals[word] ?? 0;
    if (word !== 'passed' && count > 0) rows.push([word, count]);
  }
  rows.push([passedText(results), results.totals.passed ?? 0]);
  const done = results.results.length;
  if (results.pending.length > 0) rows.push(['not run', results.pending.length]);
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  const lines = rows.map(([word, count]) => `${String(count).padStart(width)} ${word}`);
  const categories = categoriesText(categoryCounts(results.results));
  if (categories !== '') lines.push(`tests by their issues: ${categories}`);
  lines.push(
    `${done} of ${done + results.pending.length} done${wallMs === undefined ? '' : ` in ${duration(wallMs)}`}`,
  );
  const run = relative(process.cwd(), end.dir) || '.';
  if (interrupted) lines.push(`interrupted; to go on: ${commandName} run --resume ${shellWord(run)}`);
  else if (stopped !== undefined)
    lines.push(`stopped: ${stopped}; to go on: ${commandName} run --resume ${shellWord(run)}`);
  return `${lines.join('\n')}\n`;
}
