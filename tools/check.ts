/**
 * The gate: `npm run check`. Format, lint, types, imports, names, purity, sizes, dead code; silent about what is right.
 * `--fix` lets the formatter write.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { run } from '../src/base/processes.ts';
import { buildDocs } from './docs-files.ts';
import { habitProblems } from './gate/habits.ts';
import { importProblems } from './gate/imports.ts';
import { nameProblems } from './gate/names.ts';
import { purityProblems } from './gate/purity.ts';
import { countDebts, readRules } from './gate/rules.ts';
import { fileSizes, sizeProblems } from './gate/sizes.ts';
import { sourceFiles } from './gate/source-files.ts';
import { buildPageFiles } from './page-files.ts';

interface Step {
  readonly name: string;
  /** Text of what is wrong; empty: nothing. */
  readonly check: () => Promise<string>;
}

/** A program of node_modules, run with this Node. */
function program(name: string, script: string, args: readonly string[]): Step {
  const check = async (): Promise<string> => {
    const result = await run(process.execPath, [join(projectDir, 'node_modules', script), ...args], {
      cwd: projectDir,
    });
    return result.status === 0 ? '' : `${result.stdout}${result.stderr}`;
  };
  return { name, check };
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

const fix = process.argv.includes('--fix');
const rules = readRules(join(projectDir, 'deps.json'));
const files = sourceFiles();

/** A rule over all TypeScript files, which are parsed once for all of them. */
function rule(name: string, problems: () => readonly string[]): Step {
  return { name, check: async () => problems().join('\n') };
}

const steps: readonly Step[] = [
  program('format and lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', ...(fix ? ['--write'] : [])]),
  // What tsc knew of files that did not change spares most of its work.
  program('types', 'typescript/bin/tsc', ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc.tsbuildinfo']),
  program('types of the page', 'typescript/bin/tsc', [
    ...['--project', 'ui', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc-ui.tsbuildinfo'],
  ]),
  program('dead code', 'knip/bin/knip.js', ['--no-progress']),
  rule('imports', () => importProblems(files, rules)),
  rule('names', () => nameProblems(files, rules)),
  rule('purity', () => purityProblems(files, rules)),
  rule('sizes', () => sizeProblems(files, rules)),
  rule('habits', () => habitProblems(files)),
  {
    name: 'page files',
    check: async () => {
      const stale = [...(await buildPageFiles())].some(([path, text]) => readIfThere(path) !== text);
      return stale ? 'ui/dist is not of ui/: npm run build:ui' : '';
    },
  },
  {
    name: 'generated documents',
    check: async () => {
      const stale = [...buildDocs()].some(([path, text]) => readIfThere(path) !== text);
      return stale ? 'docs/ does not follow from the code: npm run build:docs' : '';
    },
  },
];

let failed = 0;
const queue = [...steps];
const durations: [name: string, seconds: number][] = [];
const worker = async (): Promise<void> => {
  for (let step = queue.shift(); step; step = queue.shift()) {
    const begin = performance.now();
    const problems = await step.check();
    durations.push([step.name, (performance.now() - begin) / 1000]);
    if (problems === '') continue;
    failed += 1;
    process.stdout.write(`\n== ${step.name}\n${problems.trimEnd()}\n`);
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));

const slowest = durations.sort(([, a], [, b]) => b - a).slice(0, 4);
const { median, p95 } = fileSizes(files);
process.stdout.write(
  [
    `files of src and ui: median ${median} lines, 95th percentile ${p95}; ${countDebts(rules)} exceptions to go`,
    `${(performance.now() / 1000).toFixed(0)} s; longest: ${slowest.map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`,
    failed === 0 ? `check: all ${steps.length} steps hold` : `check: ${failed} of ${steps.length} steps failed`,
    '',
  ].join('\n'),
);
process.exitCode = failed === 0 ? 0 : 1;
