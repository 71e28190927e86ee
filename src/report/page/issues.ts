import { captureFile } from '../../evidence/attempt/link-capture.ts';
import type { TypedCommand } from '../../evidence/evidence.ts';
import type { Observed } from '../../model/observed.ts';
import type { Issue, ToleratedIssue } from '../../model/verdict.ts';
import { wordTable } from '../../model/words.ts';
import type { PageClock } from './clock.ts';
import type { CheckData, DiffLine, IssueData, ToleratedData } from './data.ts';
import { diffLines } from './diff-lines.ts';
import { timeOfIncident } from './incidents.ts';

/** Where and when things of an attempt were, as far as anybody knows. */
export interface Moments {
  readonly clock: PageClock;
  readonly commands: readonly TypedCommand[];
  readonly observed: Observed | undefined;
}

/** Issues for the page; with `moments` they know when. */
export function issuesOf(issues: readonly Issue[], moments?: Moments): IssueData[] {
  return issues.map((issue) => {
    const t = moments && momentOf(issue, moments);
    const place = issue.file && (issue.line === undefined ? issue.file : `${issue.file}:${issue.line}`);
    const packet = issue.packet === undefined ? undefined : `packet ${issue.packet}`;
    const where = [issue.host, place, packet, issue.command].filter((part) => part !== undefined && part !== '');
    return {
      kind: issue.kind,
      word: issue.word,
      message: issue.message,
      where: where as string[],
      ...(issue.host !== undefined && { host: issue.host }),
      ...(t !== undefined && { t }),
      excerpt: issue.excerpt === undefined ? [] : diffLines(issue.excerpt),
    };
  });
}

/** What the scenario declares, with its reasons. */
export function toleratedOf(issues: readonly ToleratedIssue[], moments?: Moments): ToleratedData[] {
  return issues.map((issue) => ({ ...(issuesOf([issue], moments)[0] as IssueData), why: issue.why }));
}

/** The time of the packet or incident, else that of the command. */
function momentOf(issue: Issue, { clock, commands, observed }: Moments): number | undefined {
  const { packet, file, command, host } = issue;
  const incident = timeOfIncident(issue, observed?.incidents ?? []);
  if (incident !== undefined) return incident;
  const frame = observed?.named.find(
    ({ link, frame: number }) => number === packet && captureFile(observed.links[link] ?? '') === file,
  );
  if (frame) return frame.t;
  const typed = commands.find((one) => one.line === command && (host === undefined || one.host === host));
  const elsewhere = typed ?? commands.find((one) => one.line === command);
  return elsewhere && clock.at(elsewhere.begin);
}

/** Kinds of issues whose excerpt is a list of facts, expected and received. */
const factKinds = new Set(['facts-different', 'golden-facts']);

/** Facts that were expected against those that came. */
export function factChecks(issues: readonly IssueData[]): CheckData[] {
  return issues
    .filter(({ kind }) => factKinds.has(kind))
    .map(({ message, where, excerpt, t }) => ({
      what: message,
      where: where.join(', '),
      expected: side(excerpt, '-'),
      received: side(excerpt, '+'),
      passed: false,
      ...(t !== undefined && { t }),
    }));
}

function side(lines: readonly DiffLine[], sign: '-' | '+'): string {
  return lines
    .filter((line) => line.sign === sign)
    .map(({ text }) => text)
    .join('\n');
}

/** Meaning of a word, for people. */
export function meaningOf(word: Issue['word']): string {
  return wordTable[word].meaning;
}
