import { composeVerdict, endIssues, type LabFindings } from '../../judge/compose.ts';
import { issueOf, upstreamOf } from '../../model/issue-kinds.ts';
import type { Issue, Verdict } from '../../model/verdict.ts';
import { type EndedProcess, isOfHarness } from './harness.ts';
import { missingPrograms } from './missing-programs.ts';
import { stripControls } from './plain-lines.ts';
import type { Counted, Subtest } from './subtests.ts';

/** Exit statuses of kselftest (tools/testing/selftests/kselftest.h), and of timeout(1). */
const status = { pass: 0, xfail: 2, skip: 4, timeout: 124, killed: 137 } as const;

/** A program of the tree whose run is judged. */
export interface Program {
  readonly host: string;
  readonly command: string;
  /** Path below the selftests. */
  readonly file: string;
  /** Seconds that it may take by `settings`; 0: no limit. */
  readonly timeout: number;
  /** A helper that it calls and that does not compile, with the compiler's line. */
  readonly lacks?: { readonly helper: string; readonly why: string };
  /** Options that the tree asks for (`config`) and the kernel does not have. */
  readonly missingOptions: readonly string[];
}

/** What is known of its run. */
export interface ProgramRun extends LabFindings {
  readonly program: Program;
  /** `undefined`: it did not end. */
  readonly status: number | undefined;
  readonly output: string;
  readonly counted: Counted;
  /** All that a signal ended while it ran. */
  readonly ended: readonly EndedProcess[];
}

/**
 * What the oracles find that holds for these tests too: they make and break SAs of a single host on purpose, so what a pair of hosts
 * should have does not.
 */
const kept: ReadonlySet<string> = new Set(['kernel-fault', 'died', 'memory-error']);

/** Judges a program by its exit status and by what it says of its subtests: the heavier one counts. */
export function judgeProgram(run: ProgramRun): Verdict {
  return composeVerdict({
    issues: [
      ...run.issues,
      ...endIssues(run),
      ...run.facts.issues.filter((issue) => kept.has(issue.kind) && !isOfHarness(issue, run)),
      ...issuesOf(run),
    ],
    facts: run.facts,
    upstream: ({ issues }) => upstreamOf(issues.map(({ kind }) => kind)),
  });
}

function issuesOf({ program, end, status: ended, output, counted }: ProgramRun): Issue[] {
  const place = { host: program.host, command: program.command, file: program.file };
  if (program.lacks !== undefined) {
    const { helper, why } = program.lacks;
    return [issueOf('unsupported', { ...place, message: `its helper ${helper} does not compile`, excerpt: why })];
  }
  if (ended === undefined) {
    // A lab that ended early has an issue of its own.
    if (end.word !== 'completed') return [];
    return [issueOf('output-truncated', { ...place, message: 'the records hold no end of this program' })];
  }
  const failed = counted.subtests.filter(({ word }) => word === 'fail');
  const issues = failures(failed, ended, program);
  if (ended === status.timeout || ended === status.killed) {
    return [
      issueOf('TIMEOUT', { ...place, message: timeoutMessage(program, counted), excerpt: tailOf(output) }),
      ...issues,
    ];
  }
  if (counted.missing > 0 && ended !== status.skip) {
    const message = `its plan announces ${counted.missing} more results than came`;
    issues.push(issueOf('selftest-failed', { ...place, message, excerpt: tailOf(output) }));
  }
  return issues.length > 0 ? issues : (endIssue(ended, place, { program, output, counted }) ?? []);
}

/** Issues of failed subtests that are listed one by one. */
const mostListed = 20;

function failures(
  failed: readonly Subtest[],
  ended: number,
  { host, command, file, missingOptions }: Program,
): Issue[] {
  const although = ended === status.pass ? ', although the program ended with 0' : '';
  const lacking = lackingText(missingOptions);
  const issues = failed
    .slice(0, mostListed)
    .map(({ name, text }) =>
      issueOf('selftest-failed', { host, command, file, message: `${name}${although}${lacking}`, excerpt: text }),
    );
  const more = failed.length - issues.length;
  return more === 0
    ? issues
    : [...issues, issueOf('selftest-failed', { host, command, file, message: `${more} more failed subtests` })];
}

type Place = Pick<Issue, 'host' | 'command' | 'file'>;

/** No subtest failed: what the exit status says by itself. */
function endIssue(
  ended: number,
  place: Place,
  { program, output, counted }: Pick<ProgramRun, 'program' | 'output' | 'counted'>,
): Issue[] | undefined {
  const { subtests, skips } = counted;
  const has = (word: Subtest['word']): boolean => subtests.some((one) => one.word === word);
  const skipLine = skips.at(-1) ?? subtests.findLast(({ word }) => word === 'skip')?.text;
  const lacking = lackingText(program.missingOptions);
  if (ended === status.skip) {
    const message = skipLine ?? 'ended with 4 (skip) and does not say why';
    return [issueOf('unsupported', { ...place, message: `${message}${lacking}` })];
  }
  const ends = ended === status.pass || (ended === status.xfail && has('xfail'));
  if (!ends) {
    const message = `ended with ${ended}, and no subtest says why${lacking}`;
    return [issueOf('selftest-failed', { ...place, message, excerpt: tailOf(output) })];
  }
  const nothingPassed = !has('ok') && (subtests.length > 0 || skips.length > 0);
  if (nothingPassed) {
    const what = has('xfail') ? 'no subtest passed, and some failed as it expects' : 'it skipped all';
    return [
      issueOf('unsupported', { ...place, message: `${what}: ${skipLine ?? subtests.at(-1)?.text ?? ''}${lacking}` }),
    ];
  }
  // It went on without what the program would have done, so that its end says less than it seems to.
  const missing = missingPrograms(output);
  if (missing.length === 0) return undefined;
  return [issueOf('unsupported', { ...place, message: `it calls what its host does not have: ${missing.join(', ')}` })];
}

function timeoutMessage({ timeout, file }: Program, { subtests }: Counted): string {
  return `${file} was not done after ${timeout} s (settings); ${subtests.length} subtests had a result`;
}

/** Names are many where a kernel was built for something else. */
const mostNamed = 6;

function lackingText(options: readonly string[]): string {
  if (options.length === 0) return '';
  const named = options.slice(0, mostNamed).join(', ');
  const more = options.length - mostNamed;
  return ` (the kernel lacks ${named}${more > 0 ? ` and ${more} more` : ''} of the tree's config)`;
}

const linesShown = 12;

function tailOf(output: string): string {
  const lines = stripControls(output).filter((line) => line.trim() !== '');
  return lines.slice(-linesShown).join('\n') || 'no output';
}
