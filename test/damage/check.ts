/**
 * `npm run damage -- RUN [--tests N] [--only DAMAGE]`: damages passing attempts of a stored run in every way that applies and
 * judges them. Prints what became of each damage and every one that landed in a wrong class; exit code 1 when there is one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError, EspalierError } from '../../src/base/errors.ts';
import { hasAttemptFile } from '../../src/store/attempt-files.ts';
import { findRun, runsDir } from '../../src/store/layout.ts';
import { RunFolder } from '../../src/store/run-folder.ts';
import { rebuildResults } from '../../src/store/run-results.ts';
import { toolArguments } from '../../tools/arguments.ts';
import { allDamages } from './all.ts';
import { type Trial, TrialFolder } from './trials.ts';

type Named = Trial & { readonly test: string };

const dir = mkdtempSync(join(tmpdir(), 'espalier-damage-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

/** Folders of attempts that pass, spread evenly over the run. */
function passing(folder: RunFolder, most: number): { test: string; dir: string }[] {
  const { results } = rebuildResults(folder);
  const passed = new Set(results.filter(({ word }) => word === 'passed').map(({ name }) => name));
  const all = folder.run.scenarios.flatMap((entry) => {
    const attempt = passed.has(entry.name) ? folder.finished(entry)[0] : undefined;
    return attempt && hasAttemptFile(attempt.dir, 'records') ? [{ test: entry.name, dir: attempt.dir }] : [];
  });
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, index) => all[Math.floor(index * step)]).flatMap(
    (one) => one ?? [],
  );
}

function table(trials: readonly Named[]): string {
  const ids = ['none', ...allDamages.map(({ id }) => id)];
  const rows = ids.map((id) => {
    const own = trials.filter(({ damage }) => damage === id);
    const count = (outcome: Trial['outcome']): string => {
      const number = own.filter((one) => one.outcome === outcome).length;
      return String(number || '').padStart(9);
    };
    const expected = own[0]?.expected ?? allDamages.find((one) => one.id === id)?.expected ?? '';
    return `${id.padEnd(32)}${expected.padEnd(11)}${count('right')}${count('untold')}${count('missed')}`;
  });
  return [`${'damage'.padEnd(32)}${'expected'.padEnd(11)}    right   untold   missed`, ...rows].join('\n');
}

/** Why damages could not be told, with how often. */
function untold(trials: readonly Named[]): string[] {
  const counts = new Map<string, number>();
  for (const { outcome, damage, reason } of trials) {
    const key = `${damage}: ${reason}`;
    if (outcome === 'untold') counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].sort().map(([key, count]) => `untold ${String(count).padStart(5)}  ${key}`);
}

async function main(): Promise<number> {
  const { values, positionals } = toolArguments(import.meta.filename, {
    options: { tests: { type: 'string', default: '60' }, only: { type: 'string' }, output: { type: 'string' } },
    allowPositionals: true,
  });
  const [word] = positionals;
  if (word === undefined) throw new EspalierError('usage', 'which run?', { remedy: 'give a run folder or its id' });
  const folder = RunFolder.open(findRun(word, runsDir(values.output)));
  const damages = allDamages.filter(({ id }) => values.only === undefined || id.startsWith(values.only));
  const place = new TrialFolder(dir, join(folder.dir, 'inputs'));
  const trials: Named[] = [];
  const work = passing(folder, Number(values.tests)).values();
  const worker = async (): Promise<void> => {
    for (const { test, dir: attempt } of work) {
      for (const trial of await place.try(attempt, damages)) trials.push({ ...trial, test });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const missed = trials.filter(({ outcome }) => outcome === 'missed');
  const lines = missed.map(
    ({ test, damage, expected, word: got, where, reason }) =>
      `MISSED  ${test}: ${damage} (${where}) gave ${got}, not ${expected}${reason && `: ${reason}`}`,
  );
  process.stdout.write(`${[table(trials), '', ...untold(trials), ...lines.sort()].join('\n')}\n`);
  return missed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
