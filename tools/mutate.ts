/**
 * `npm run mutate [-- ROOM|FILE…] [--since COMMIT] [--sample N --seed S] [--tests PATH] [-j N]`: mutation testing of the pure rooms. Each
 * mutant is one small change of one file; the unit tests that run the changed place must fail with it. Nothing is written
 * to the tree. Lists what survives, and the score of each room. Exit code 1 when a bar is missed.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { toolArguments } from './arguments.ts';
import { readEquivalents } from './mutate/equivalents.ts';
import { mutantsOf } from './mutate/mutants.ts';
import { testsThatReach } from './mutate/reach.ts';
import { report } from './mutate/report.ts';
import { sample } from './mutate/sample.ts';
import { since } from './mutate/since.ts';
import { learn, tryAll } from './mutate/trials.ts';

/** Rooms that compute facts and verdicts from what is in memory, and the judges of suites. */
const pure = [
  'src/{model,evidence,connection,daemons,judge,results}/**/*.ts',
  'src/suites/{libreswan,strongswan,scenarios}/judge.ts',
];

const { values, positionals } = toolArguments(import.meta.filename, {
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    since: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true, default: ['test/unit'] },
    jobs: { type: 'string', short: 'j', default: '1' },
  },
});

const isBelow = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path.startsWith(folder));
const find = (...patterns: readonly string[]): string[] => globSync(patterns, { cwd: projectDir }).sort();

const files =
  positionals.length === 0 ? find(...pure) : find('src/**/*.ts').filter((path) => isBelow(path, positionals));
const texts = new Map(files.map((file) => [file, readFileSync(join(projectDir, file), 'utf8')]));
const whole = [...texts].flatMap(([file, text]) => mutantsOf(file, text));
const all = values.since === undefined ? whole : await since(values.since, whole);
const mutants = values.sample === undefined ? all : sample(all, Number(values.sample), values.seed);
const targets = new Set(mutants.map(({ file }) => file));
for (const file of files) if (!targets.has(file)) texts.delete(file);
const tests = find('test/unit/**/*.test.ts').filter((path) => isBelow(path, values.tests));
const jobs = Number(values.jobs);
const learned = await learn(testsThatReach(targets, tests), jobs);
process.stderr.write(
  `${mutants.length} of ${all.length} mutants of ${files.length} files, ${learned.length} test files\n`,
);
const results = await tryAll(mutants, { texts, learned, jobs });
const { lines, missed } = report(results, readEquivalents(), values.sample === undefined && values.since === undefined);
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = missed ? 1 : 0;
