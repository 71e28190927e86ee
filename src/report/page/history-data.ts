import type { Change } from '../../model/results.ts';
import type { HistoryPoint, TestHistory, WorldChange } from '../../results/history.ts';
import type { SuiteTally } from '../../store/index/tallies.ts';
import type { PastPoint, SuiteHistory, SuiteRun, TestPast, WorldRow } from './data-of-runs.ts';
import { type RunPlaces, runLine } from './run-lines.ts';

/** What the pages of a suite's history are made from. */
export interface PastOfSuite {
  readonly suite: string;
  /** Of this suite, oldest run first. */
  readonly tallies: readonly SuiteTally[];
  /** All of its tests. */
  readonly tests: readonly TestHistory[];
  /** Which of them the data hold. */
  readonly shown: (test: TestHistory) => boolean;
}

/** A suite and its tests through all stored runs. */
export function suiteHistory({ suite, tallies, tests, shown }: PastOfSuite, places: RunPlaces): SuiteHistory {
  const changes = changesByRun(tests);
  const runs = tallies.map(
    (tally): SuiteRun => ({ ...runLine([tally], places), changes: changes.get(tally.run.id) ?? {} }),
  );
  const indices = new Map(runs.map(({ id }, index) => [id, index]));
  const worlds = new Worlds();
  const past = tests.filter(shown).map((test) => testPast(test, indices, worlds));
  return { suite, runs, total: tests.length, tests: past, worlds: worlds.rows };
}

function changesByRun(tests: readonly TestHistory[]): Map<string, Partial<Record<Change, number>>> {
  const found = new Map<string, Partial<Record<Change, number>>>();
  for (const { points } of tests) {
    for (const { run, change } of points) {
      if (change === undefined) continue;
      const counts = found.get(run.id) ?? {};
      counts[change] = (counts[change] ?? 0) + 1;
      found.set(run.id, counts);
    }
  }
  return found;
}

/** What was other than before is the same for most tests of a run: each list is kept once. */
class Worlds {
  readonly rows: WorldRow[][] = [];
  readonly #known = new Map<string, number>();

  indexOf(changes: readonly WorldChange[]): number {
    const rows = worldRows(changes);
    const key = JSON.stringify(rows);
    const index = this.#known.get(key) ?? this.rows.push(rows) - 1;
    this.#known.set(key, index);
    return index;
  }
}

/** Hosts that changed from one image to another together are told together. */
function worldRows(changes: readonly WorldChange[]): WorldRow[] {
  const images = /^image of /;
  const alike = Map.groupBy(changes, ({ what, before, now }) =>
    JSON.stringify([images.test(what) ? 'image' : what, before, now]),
  );
  return [...alike.values()].map((group): WorldRow => {
    const { what, before, now } = group[0] as WorldChange;
    const hosts = group.map((one) => one.what.replace(images, ''));
    return [group.length === 1 ? what : `image of ${hosts.join(', ')}`, before, now];
  });
}

function testPast(test: TestHistory, indices: ReadonlyMap<string, number>, worlds: Worlds): TestPast {
  const [firstBad, lastGood] = [test.firstBad, test.lastGood].map((id) => (id === undefined ? id : indices.get(id)));
  return {
    name: test.name,
    flips: test.flips,
    ...(firstBad !== undefined && { firstBad }),
    ...(lastGood !== undefined && { lastGood }),
    points: test.points.map((point) => pastPoint(point, indices.get(point.run.id) ?? 0, worlds)),
  };
}

function pastPoint(point: HistoryPoint, run: number, worlds: Worlds): PastPoint {
  const { word, adapted, categories, change, wallMs, cpuMs, virtualNs, seed, world } = point;
  return {
    run,
    word,
    ...(word === 'passed' && adapted && { adapted: true }),
    ...(categories.length > 0 && { categories }),
    ...(change && { change }),
    ...(wallMs !== undefined && { wallMs: Math.round(wallMs) }),
    ...(cpuMs !== undefined && { cpuMs: Math.round(cpuMs) }),
    ...(virtualNs !== undefined && { virtualMs: Math.round(Number(virtualNs) / 1e6) }),
    ...(seed !== undefined && { seed }),
    ...(world.length > 0 && { world: worlds.indexOf(world) }),
  };
}
