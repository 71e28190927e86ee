import { join } from 'node:path';
import { readPlainJsonIfPresent } from '../../base/door/read.ts';
import { EspalierError } from '../../base/errors.ts';
import { secondsText } from '../../base/text.ts';
import { type AttemptCost, type AttemptFile, attemptSchema } from '../../model/attempt.ts';
import type { ScenarioResult } from '../../model/results.ts';
import { type FactSummary, verdictSchema } from '../../model/verdict.ts';
import { seedsText } from '../../results/seeds.ts';
import { blindText } from '../blind-text.ts';
import { costText } from '../cost-text.ts';

/** Facts about a test for people: name and value. `dir`: the folder of its last attempt. */
export function factsOf(result: ScenarioResult, dir: string | undefined): [string, string][] {
  const facts: [string, string][] = [];
  const last = result.attempts.at(-1);
  if (result.change !== undefined) facts.push(['against the baseline', result.change]);
  if (result.chance !== undefined) facts.push(['depends on chance', seedsText(result.chance)]);
  facts.push(['hosts', result.hosts.join(', ') || 'none']);
  if (last?.time !== undefined) {
    const clock = last.lacks?.includes('virtualTime') ? 'in the lab (not virtual)' : 'virtual';
    facts.push([
      'time',
      `${secondsText(Number(last.time.virtualNs) / 1e6)} ${clock}, ${secondsText(last.time.wallMs)} wall`,
    ]);
  }
  if (last?.end !== undefined && last.end.word !== 'completed') {
    facts.push(['the lab', [last.end.word, last.end.detail].filter(Boolean).join(': ')]);
  }
  if (result.attempts.length > 1) facts.push(['attempts', result.attempts.map(({ word }) => word).join(', ')]);
  if (last?.seed !== undefined) facts.push(['seed', last.seed]);
  if (last?.lacks !== undefined) facts.push(['the lab lacks', last.lacks.join(', ')]);
  if (result.adapted.length > 0) facts.push(['adaptations', result.adapted.join(', ')]);
  if (dir !== undefined) facts.push(...storedFacts(dir));
  facts.push(['upstream', `${result.upstream} (status ${result.status})`]);
  return facts;
}

/** What the attempt's own files say; what cannot be read is told by the verdict already. */
function storedFacts(dir: string): [string, string][] {
  const read = <T>(name: string, schema: { parse(value: unknown): T }): T | undefined => {
    try {
      return readPlainJsonIfPresent(join(dir, name), schema);
    } catch (error) {
      if (error instanceof EspalierError) return undefined;
      throw error;
    }
  };
  const seen = read('verdict.json', verdictSchema)?.facts;
  const attempt = read('attempt.json', attemptSchema);
  return [
    ...(seen ? seenFacts(seen) : []),
    ...(attempt?.clock ? [['clock', clockTexts[attempt.clock]] satisfies [string, string]] : []),
    ...(attempt?.cost ? costFacts(attempt.cost) : []),
    ...(attempt ? inputFacts(attempt.inputs) : []),
  ];
}

const clockTexts: Readonly<Record<NonNullable<AttemptFile['clock']>, string>> = {
  infinite: 'infinite: computing takes no time',
  cpu: 'cpu: computing takes the time that it takes on the machine, so no seed decides all',
  real: "real: the machine's own time",
};

function seenFacts({ pairs, packets, halfOpen, blind, eventsLost = [] }: FactSummary): [string, string][] {
  const counts = Object.entries(packets).filter(([, count]) => count > 0);
  const told = counts.map(([word, count]) => `${count} ${word}`).join(', ') || 'none';
  const facts: [string, string][] = [
    ['SAs', String(pairs)],
    ['protected packets', told],
  ];
  if (halfOpen.length > 0) facts.push(['SAs of one end', halfOpen.join('\n')]);
  if (blind !== undefined) facts.push(['not searched for leaks', blindText(blind)]);
  if (eventsLost.length > 0) facts.push(['XFRM events lost', eventsLost.join('\n')]);
  return facts;
}

function costFacts(cost: AttemptCost): [string, string][] {
  const { pageFaults, handOvers } = cost;
  return [
    ['CPU', costText(cost)],
    ['of the machine', `${grouped(pageFaults)} page faults, ${grouped(handOvers)} hand-overs between its processes`],
  ];
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}

function inputFacts({ versions, kernel, images, suite, overlays }: AttemptFile['inputs']): [string, string][] {
  const under = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const used = [...new Set(Object.values(images).map(({ id }) => id))];
  const facts: [string, string][] = [
    ['under test', [...under, `kernel ${kernel.id}`].join(', ')],
    ['images', used.join(', ')],
    ['suite', suite.id],
    ...(suite.commit ? [commitFact(suite.commit)] : []),
    ...(suite.ownHelpers ? [['own helpers', suite.ownHelpers.join(', ')] satisfies [string, string]] : []),
  ];
  const laid = Object.entries(overlays ?? {}).flatMap(([host, list]) => list.map(({ id }) => `${host}: ${id}`));
  if (laid.length > 0) facts.push(['overlays', laid.join(', ')]);
  return facts;
}

function commitFact({ hash, date, subject }: NonNullable<AttemptFile['inputs']['suite']['commit']>): [string, string] {
  return ['commit', `${hash.slice(0, 12)} ${subject}, ${date}`];
}
