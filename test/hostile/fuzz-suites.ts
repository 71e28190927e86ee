/**
 * Mutated suites of both formats through `list`, `run` and `accept`, and mutated archives through `kernel import`:
 *   npm run fuzz:suites -- --suites 2000 --archives 500 --seed 1
 * Nothing outside may be read or written, nothing may crash, take over 10 s or 1 GiB, and undamaged tests pass.
 */
import { toolArguments } from '../../tools/arguments.ts';
import { fuzzSuites } from './watch-worker.ts';

const { values } = toolArguments(import.meta.filename, {
  options: {
    suites: { type: 'string', default: '2000' },
    archives: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '10' },
  },
});

let failed = 0;
for (const kind of ['suites', 'archives'] as const) {
  const [count, seed, limitMs] = [Number(values[kind]), Number(values.seed), 1000 * Number(values.limit)];
  const { done, troubles, longestMs, mostKiB, unwatched } = await fuzzSuites({ kind, count, seed, limitMs });
  failed += troubles.length;
  if (unwatched !== undefined)
    process.stdout.write(`${kind}: places of the machine beside planted files were not watched: ${unwatched}\n`);
  for (const trouble of troubles) process.stdout.write(`${trouble}\n`);
  const [seconds, memory] = [(longestMs / 1000).toFixed(1), Math.round(mostKiB / 1024)];
  process.stdout.write(
    `${kind}: ${done} tried, ${troubles.length} with trouble; the longest took ${seconds} s, memory ${memory} MiB\n`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
