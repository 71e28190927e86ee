import { EspalierError, Untestable } from '../../base/errors.ts';
import { CommitSearch, type SearchState } from '../../supply/source/commit-search.ts';
import { NothingSelected } from '../listing.ts';
import { type Ends, isFailure, isLikeGood, judgeOutcome, type Outcome, outcomeOf, outcomeText } from './failure.ts';
import type { BisectOrder } from './order.ts';
import type { Trial } from './trials.ts';

/** What a search asks of who runs tests. */
export interface Laboratory {
  /** Throws `Untestable` for a commit that cannot be built. */
  at(commit: string): Promise<Trial>;
}

/** What a search says while it goes on. */
export interface BisectListener {
  /** The commit is about to be built and run. */
  trying(commit: string, state: Extract<SearchState, { kind: 'try' }> | undefined): void;
  /** What came of it. */
  tried(step: BisectStep): void;
}

/** A commit that was tried. */
export interface BisectStep {
  readonly commit: string;
  readonly as: 'good' | 'bad' | 'skip';
  /** Its outcome, or why there is none. */
  readonly text: string;
  /** Of an end that was named, which is tried before the search begins. */
  readonly end?: true;
}

/** What a search came to. */
export type BisectEnd =
  | {
      readonly kind: 'found';
      readonly commit: string;
      readonly trial: Trial;
      /** Its first parent; `undefined`: it could not be tried, or is not what commits before the change are. */
      readonly parent?: Trial;
      /** Why there is no `parent`. */
      readonly noParent?: string;
    }
  | { readonly kind: 'open'; readonly commits: readonly string[] }
  | { readonly kind: 'impossible'; readonly why: string };

/** Searches for the commit with which a failure came or went. Throws `usage` where the ends are not what they are said to be. */
export async function bisect(
  order: BisectOrder,
  laboratory: Laboratory,
  { listener, parentOf }: { listener: BisectListener; parentOf: (commit: string) => Promise<string | undefined> },
): Promise<BisectEnd> {
  const { request, good, bad, change, leftOut } = order;
  const ends = await tryEnds(order, laboratory, listener);
  const [before, after] = change === 'came' ? [good, bad] : [[bad], good[0]];
  const steps = new Map<string, BisectStep>([
    [bad, { commit: bad, as: 'bad', text: outcomeText(ends.bad) }],
    [good[0], { commit: good[0], as: 'good', text: outcomeText(ends.good) }],
  ]);
  using search = await CommitSearch.start({ dir: request.dir, before, after, leftOut });
  for (let state = search.state; state.kind === 'try'; state = search.state) {
    listener.trying(state.commit, state);
    const step = await tryCommit(state.commit, ends, laboratory);
    listener.tried(step);
    steps.set(state.commit, step);
    const isBefore = (step.as === 'good') === (change === 'came');
    await search.mark(step.as === 'skip' ? 'skip' : isBefore ? 'before' : 'after');
  }
  const { state } = search;
  if (state.kind !== 'found') return state as Exclude<SearchState, { kind: 'try' | 'found' }>;
  const trial = await laboratory.at(state.commit);
  return { kind: 'found', commit: state.commit, trial, ...(await confirm(state.commit)) };

  /** The commit before: git knows from elsewhere what it must be, and here it is seen. */
  async function confirm(commit: string): Promise<{ parent: Trial } | { noParent: string }> {
    const parent = await parentOf(commit);
    if (parent === undefined) return { noParent: 'it has no parent' };
    const known = steps.get(parent);
    if (known === undefined) listener.trying(parent, undefined);
    const step = known ?? (await tryCommit(parent, ends, laboratory));
    if (known === undefined) listener.tried(step);
    if (step.as === (change === 'came' ? 'good' : 'bad')) return { parent: await laboratory.at(parent) };
    return { noParent: `${parent.slice(0, 12)} is not what was expected of it: ${step.text}` };
  }
}

async function tryCommit(commit: string, ends: Ends, laboratory: Laboratory): Promise<BisectStep> {
  try {
    const outcome = outcomeOf((await laboratory.at(commit)).result);
    const as = judgeOutcome(outcome, ends);
    return { commit, as, text: as === 'skip' ? `another outcome: ${outcomeText(outcome)}` : outcomeText(outcome) };
  } catch (error) {
    if (!(error instanceof Untestable || error instanceof NothingSelected)) throw error;
    const [first] = (error.detail.output ?? '').trim().split('\n');
    return { commit, as: 'skip', text: `${error.message}${first ? `: ${first.trim()}` : ''}` };
  }
}

/** The bad end gives the failure that is followed. */
async function tryEnds(
  { bad, good, by }: BisectOrder,
  laboratory: Laboratory,
  listener: BisectListener,
): Promise<Ends> {
  const outcomeAt = async (commit: string, as: 'good' | 'bad'): Promise<Outcome> => {
    listener.trying(commit, undefined);
    const outcome = outcomeOf((await laboratory.at(commit)).result);
    listener.tried({ commit, as, text: outcomeText(outcome), end: true });
    return outcome;
  };
  const failure = await outcomeAt(bad, 'bad');
  if (!isFailure(failure)) throw wrongEnd('--bad', bad, `does not fail: ${outcomeText(failure)}`);
  const right = await outcomeAt(good[0], 'good');
  if (isLikeGood(failure, { good: right, by }))
    throw wrongEnd('--good', good[0], `fails as the bad one does: ${outcomeText(right)}`);
  if (right.word !== 'passed' && !isFailure(right))
    throw wrongEnd('--good', good[0], `cannot be judged: ${outcomeText(right)}`);
  return { bad: failure, good: right, by };
}

function wrongEnd(option: string, commit: string, what: string): EspalierError {
  return new EspalierError('usage', `${option} ${commit.slice(0, 12)}: there the test ${what}`, {
    remedy: 'name another commit, or other tests with --suite-of or --suite',
  });
}
