import type { PastResult } from '../model/past-results.ts';
import type { Change } from '../model/results.ts';
import { keyOf } from '../model/scenario.ts';
import { inputDifferences } from './input-differences.ts';
import { changeOf } from './results.ts';

/** Something that a run had other than the one before it. */
export interface WorldChange {
  /** `kernel`, `image of east`, `suite`. */
  readonly what: string;
  readonly before: string;
  readonly now: string;
}

/** A test's result in one run, beside the one before it that told something of the test. */
export interface HistoryPoint extends PastResult {
  /** Absent: as before, or the first. */
  readonly change?: Change;
  /** Kernel, images, overlays and suite that are others than before. */
  readonly world: readonly WorldChange[];
}

/** What the stored runs say about one test. */
export interface TestHistory {
  readonly suite: string;
  readonly name: string;
  /** Oldest run first. */
  readonly points: readonly HistoryPoint[];
  /** How often it began or ceased to pass. */
  readonly flips: number;
  /** Run in which it last began not to pass, and has not passed since; absent where it passes. */
  readonly firstBad?: string;
  /** The run before that in which it passed. */
  readonly lastGood?: string;
}

/** `unresolved` tells of the harness, `unsupported` of a rule, neither of the test: nothing flips by them. */
function tells({ word }: PastResult): boolean {
  return word !== 'unresolved' && word !== 'unsupported';
}

/** Draws the results of one test together; they come oldest first. */
export function testHistory(results: readonly PastResult[]): TestHistory {
  const points: HistoryPoint[] = [];
  let [before, firstBad, lastGood]: (PastResult | undefined)[] = [];
  for (const result of results) {
    const change = tells(result) ? changeOf(result.word, before?.word) : undefined;
    points.push({ ...result, ...(change && { change }), world: worldChanges(before, result) });
    if (!tells(result)) continue;
    if (result.word === 'passed') [firstBad, lastGood] = [undefined, result];
    else firstBad ??= result;
    before = result;
  }
  const [first] = results;
  return {
    suite: first?.suite ?? '',
    name: first?.name ?? '',
    points,
    flips: points.filter(({ change }) => change !== undefined && change !== 'changed').length,
    ...(firstBad && { firstBad: firstBad.run.id }),
    ...(firstBad && lastGood && { lastGood: lastGood.run.id }),
  };
}

function worldChanges(before: PastResult | undefined, now: PastResult): WorldChange[] {
  if (before?.inputs === undefined || now.inputs === undefined) return [];
  return inputDifferences(before.inputs, now.inputs).map(({ what, stored, present }) => ({
    what,
    before: stored,
    now: present,
  }));
}

/** Histories of all tests among results, in the order of their names. */
export function testHistories(results: readonly PastResult[]): TestHistory[] {
  return [...Map.groupBy(results, keyOf).values()].map(testHistory);
}
