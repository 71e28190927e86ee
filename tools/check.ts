/**
 * The gate: `npm run check`. Format, lint, types, imports, sizes, dead code; silent about what
 * is right. `--fix` lets the formatter write.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { projectDir } from '../src/base/folders.ts';
import { run } from '../src/base/processes.ts';
import { type CodeRules, codeProblems } from './code-rules.ts';
import { importProblems, readRules } from './import-rules.ts';
import { buildPageFiles } from './page-files.ts';
import { sourceFiles } from './source-files.ts';

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
const rulesFile = join(projectDir, 'deps.json');
const steps: readonly Step[] = [
  program('format and lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', ...(fix ? ['--write'] : [])]),
  // What tsc knew of files that did not change spares most of its work.
  program('types', 'typescript/bin/tsc', ['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc.tsbuildinfo']),
  program('types of the page', 'typescript/bin/tsc', [
    ...['--project', 'ui', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/tsc-ui.tsbuildinfo'],
  ]),
  program('dead code', 'knip/bin/knip.js', ['--no-progress']),
  {
    name: 'imports',
    check: async () => importProblems(sourceFiles(), readRules(rulesFile)).join('\n'),
  },
  {
    name: 'page files',
    check: async () => {
      const stale = [...(await buildPageFiles())].some(([path, text]) => readIfThere(path) !== text);
      return stale ? 'ui/dist is not of ui/: npm run build:ui' : '';
    },
  },
  {
    name: 'sizes and rules',
    check: async () => codeProblems(sourceFiles(), readRules(rulesFile) as unknown as CodeRules).join('\n'),
  },
];

let failed = 0;
const queue = [...steps];
const worker = async (): Promise<void> => {
  for (let step = queue.shift(); step; step = queue.shift()) {
    const problems = await step.check();
    if (problems === '') continue;
    failed += 1;
    process.stdout.write(`\n== ${step.name}\n${problems.trimEnd()}\n`);
  }
};
await Promise.all(Array.from({ length: availableParallelism() }, worker));
process.stdout.write(
  failed === 0 ? `check: all ${steps.length} steps hold\n` : `\ncheck: ${failed} of ${steps.length} steps failed\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
