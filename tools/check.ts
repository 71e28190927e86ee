/**
 * The gate: `npm run check`. Format, lint, types, imports, names, purity, sizes, dead code, the guest's C and shell files; then the
 * unit tests, and the end-to-end tests on the substrate `fake`. Silent about what is right, but for what took long.
 * `--fix` lets the formatter write; `--no-tests` leaves the tests out, for a quick look.
 */
import { availableParallelism } from 'node:os';
import { toolArguments } from './arguments.ts';
import type { Found, Step } from './gate/step.ts';
import { readFacts, staticSteps, testStep } from './gate/steps.ts';

/** Wall seconds of each step. */
const durations: [name: string, seconds: number][] = [];
const skipped: string[] = [];
let failed = 0;

async function take(step: Step): Promise<void> {
  const begin = performance.now();
  const { problems, skipped: reason }: Found = await step.check();
  durations.push([step.name, (performance.now() - begin) / 1000]);
  if (reason !== undefined) skipped.push(`${step.name}: skipped: ${reason}`);
  if (problems === '') return;
  failed += 1;
  process.stdout.write(`\n== ${step.name}\n${problems.trimEnd()}\n`);
}

async function takeAll(steps: readonly Step[]): Promise<void> {
  const queue = [...steps];
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step; step = queue.shift()) await take(step);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

const { values } = toolArguments(import.meta.filename, {
  options: { fix: { type: 'boolean' }, 'no-tests': { type: 'boolean' } },
});
const steps = staticSteps({ fix: values.fix === true });
await takeAll(steps);
let count = steps.length;
if (!values.fix && !values['no-tests']) {
  count += 1;
  if (failed === 0) await take(testStep());
  else skipped.push('tests: not run, since the steps above failed');
}

const longest = durations.sort(([, a], [, b]) => b - a).slice(0, 5);
const lines = [
  ...skipped,
  readFacts(),
  `${(performance.now() / 1000).toFixed(0)} s; longest: ${longest.map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`,
  failed === 0 ? `check: all ${count} steps hold` : `check: ${failed} of ${count} steps failed`,
];
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = failed === 0 ? 0 : 1;
