/** Tables of docs/figures.md, out of stored runs: results, adaptations, cost, coverage. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttemptInputs, attemptSchema } from '../../src/model/attempt.ts';
import type { Coverage } from '../../src/model/coverage.ts';
import { type Results, resultsSchema, type ScenarioResult } from '../../src/model/results.ts';
import { type RunFile, runSchema } from '../../src/model/run.ts';
import { type VerdictWord, verdictWords } from '../../src/model/words.ts';
import { extentsByFolder, percentOf, unionOf } from '../../src/results/coverage/folders.ts';
import { readCoverage } from '../../src/store/coverage.ts';
import { markdownTable } from '../markdown.ts';

/** What the tables are made from. */
export interface RunFigures {
  readonly run: Pick<RunFile, 'started' | 'machine'>;
  readonly results: Pick<Results, 'results'>;
  /** Inputs of all its attempts. */
  readonly inputs: readonly Pick<AttemptInputs, 'kernel' | 'versions'>[];
  /** Of a run with `--coverage`. */
  readonly coverage?: Pick<Coverage, 'attempts' | 'files'>;
}

function parsed<T>(schema: { parse(value: unknown): T }, path: string): T {
  return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

export function readRunFigures(runDir: string): RunFigures {
  const attempts = globSync('attempts/*/*/*/attempt.json', { cwd: runDir });
  const coverage = readCoverage(runDir);
  return {
    run: parsed(runSchema, join(runDir, 'run.json')),
    results: parsed(resultsSchema, join(runDir, 'results.json')),
    inputs: attempts.map((file) => parsed(attemptSchema, join(runDir, file)).inputs),
    ...(coverage && { coverage }),
  };
}

type Row = readonly (string | number)[];

/** A table, its last line without a line break. */
function table(head: readonly string[], rows: readonly Row[]): string {
  return markdownTable([head, ...rows.map((row) => row.map(String))]).trimEnd();
}

/** Suites of a run, each once. */
function suites({ results }: RunFigures): string {
  return [...new Set(results.results.map(({ suite }) => suite))].join(', ');
}

const unsupported: VerdictWord = 'unsupported';

function resultTable(runs: readonly RunFigures[]): string {
  const others = verdictWords.filter(
    (word) => word !== 'passed' && runs.some((run) => run.results.results.some((result) => result.word === word)),
  );
  // The weightiest words stand last but for those that nothing was tried of.
  const words = [
    ...others.filter((word) => word !== unsupported).reverse(),
    ...others.filter((w) => w === unsupported),
  ];
  const rows = runs.map((run): Row => {
    const { results } = run.results;
    const count = (test: (result: ScenarioResult) => boolean): number => results.filter(test).length;
    const adapted = count(({ word, passesOnlyAdapted }) => word === 'passed' && passesOnlyAdapted);
    return [
      suites(run),
      results.length,
      count(({ word }) => word === 'passed') - adapted,
      adapted,
      ...words.map((word) => count((result) => result.word === word)),
    ];
  });
  return table(['suite', 'tests', 'passed', 'passed, adapted', ...words], rows);
}

/** Each adaptation with the tests whose received text it changes, most first. */
function adaptationTable(runs: readonly RunFigures[]): string {
  const rows = runs.flatMap((run) => {
    const { results } = run.results;
    const ids = [...new Set(results.flatMap(({ adapted }) => adapted))];
    return ids.map((id) => {
      const altered = results.filter(({ adapted }) => adapted.includes(id));
      const alone = altered.filter(({ adapted, passesOnlyAdapted }) => passesOnlyAdapted && adapted.length === 1);
      return [suites(run), id, altered.length, alone.length] as const;
    });
  });
  rows.sort(([, idA, a], [, idB, b]) => b - a || (idA < idB ? -1 : 1));
  return table(['suite', 'adaptation', 'tests it alters', 'pass only with it, and with no other'], rows);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const minutes = (ms: number): string => (ms / 60_000).toFixed(1);

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function costTable(runs: readonly RunFigures[]): string {
  const rows = runs.map((run): Row => {
    const times = run.results.results.flatMap(({ attempts }) => attempts.flatMap(({ time }) => time ?? []));
    const cpu = times.map(({ labCpuMs }) => labCpuMs);
    const begin = Math.min(...times.map(({ started }) => Date.parse(started)));
    const end = Math.max(...times.map(({ started, wallMs }) => Date.parse(started) + wallMs));
    const all = cpu.reduce((sum, ms) => sum + ms, 0);
    const { cores } = run.run.machine;
    return [
      suites(run),
      times.length,
      seconds(quantile(cpu, 0.5)),
      seconds(quantile(cpu, 0.95)),
      minutes(all),
      minutes(end - begin),
      cores,
    ];
  });
  const head = [
    'suite',
    'labs',
    'CPU s per lab: median',
    '95th percentile',
    'CPU min of all labs',
    'wall min',
    'cores',
  ];
  return table(head, rows);
}

/** Values of a field over all attempts, each once, in order. */
function distinct(values: readonly string[]): string {
  return [...new Set(values)].sort().join(', ');
}

function inputTable(runs: readonly RunFigures[]): string {
  const rows = runs.map((run): Row => {
    const versions = run.inputs.flatMap((inputs) =>
      Object.entries(inputs.versions).map(([name, is]) => `${name} ${is}`),
    );
    const { cpu, cores, memoryMiB, system } = run.run.machine;
    const machine = `${cpu}, ${cores} cores, ${Math.round(memoryMiB / 1024)} GiB, ${system}`;
    const kernels = run.inputs.map(({ kernel }) => kernel.id);
    return [suites(run), run.run.started.slice(0, 10), distinct(versions), distinct(kernels), machine];
  });
  return table(['suite', 'date', 'under test', 'kernel', 'machine'], rows);
}

/** By folder, of each run that counted, then of all of them together. */
function coverageTable(runs: readonly RunFigures[]): string | undefined {
  const counted = runs.flatMap((run) => (run.coverage === undefined ? [] : [{ suite: suites(run), ...run.coverage }]));
  if (counted.length === 0) return undefined;
  const attempts = counted.reduce((sum, run) => sum + run.attempts, 0);
  const all = counted.length > 1 ? [{ suite: 'all of them', attempts, files: unionOf(counted) }] : [];
  const rows = [...counted, ...all].flatMap((run) =>
    extentsByFolder(run).map((extent): Row => {
      const { name, lines, covered, functions, unreached } = extent;
      return [run.suite, run.attempts, name, lines, covered, percentOf(extent), functions, unreached];
    }),
  );
  return table(['suite', 'labs', 'folder', 'lines', 'covered', '%', 'functions', 'never reached'], rows);
}

/** The tables, in Markdown. Without adaptations their table is left out. */
export function figures(runs: readonly RunFigures[]): string {
  const adapted = runs.some(({ results }) => results.results.some((result) => result.adapted.length > 0));
  const coverage = coverageTable(runs);
  const parts = [
    ['Results', resultTable(runs)],
    ...(adapted ? [['Adaptations', adaptationTable(runs)]] : []),
    ['Cost', costTable(runs)],
    ...(coverage === undefined ? [] : [['Coverage', coverage]]),
    ['What ran', inputTable(runs)],
  ];
  return parts.map(([title, text]) => `## ${title}\n\n${text}\n`).join('\n');
}
