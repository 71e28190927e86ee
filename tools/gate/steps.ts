/** What the gate does, in the order in which it begins. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { buildDocs } from '../docs-files.ts';
import { buildPageFiles } from '../page-files.ts';
import { longestFirst, remember } from '../testing/durations.ts';
import { runFiles } from '../testing/run-files.ts';
import { failuresText, totalsLine } from '../testing/totals-text.ts';
import { documentProblems, sampleStep } from './docs/docs.ts';
import { guestWarnings } from './guest.ts';
import { habitProblems } from './habits.ts';
import { importProblems } from './imports.ts';
import { lockProblems } from './lock-file.ts';
import { nameProblems } from './names.ts';
import { purityProblems } from './purity.ts';
import { countDebts, type Rules, readRules } from './rules.ts';
import { shellProblems } from './shell.ts';
import { fileSizes, sizeProblems } from './sizes.ts';
import { type SourceFile, sourceFiles } from './source-files.ts';
import { found, type Step } from './step.ts';

let read: { readonly files: readonly SourceFile[]; readonly rules: Rules } | undefined;

/** All TypeScript files, parsed once for all rules. */
function sources(): { readonly files: readonly SourceFile[]; readonly rules: Rules } {
  read ??= { files: sourceFiles(), rules: readRules(join(projectDir, 'deps.json')) };
  return read;
}

type Check = (files: readonly SourceFile[], rules: Rules) => readonly string[];

const rule = (name: string, check: Check): Step => ({
  name,
  check: async () => found(check(sources().files, sources().rules)),
});

/** A program of node_modules, run with this Node. */
function program(name: string, script: string, args: readonly string[]): Step {
  const command = [join(projectDir, 'node_modules', script), ...args];
  const check: Step['check'] = async () => {
    const { status, stdout, stderr } = await run(process.execPath, command, { cwd: projectDir });
    return { problems: status === 0 ? '' : `${stdout}${stderr}` };
  };
  return { name, check };
}

/** Files that are made of others and committed. */
function made(name: string, build: () => Promise<ReadonlyMap<string, string>>, problem: string): Step {
  const isStale = ([path, text]: readonly [string, string]): boolean =>
    !existsSync(path) || readFileSync(path, 'utf8') !== text;
  return { name, check: async () => found([...(await build())].some(isStale) ? [problem] : []) };
}

/** What tsc knew of files that did not change spares most of its work. */
const typesOf = (what: string): string[] => [
  ...['--incremental', '--tsBuildInfoFile', `node_modules/.cache/${what}.tsbuildinfo`],
];

/** All steps but the tests. */
export function staticSteps({ fix }: { readonly fix: boolean }): readonly Step[] {
  const biome = ['check', '--error-on-warnings', '--diagnostic-level=warn', ...(fix ? ['--write'] : [])];
  return [
    program('format and lint', '@biomejs/biome/bin/biome', biome),
    program('types', 'typescript/bin/tsc', typesOf('tsc')),
    program('types of the page', 'typescript/bin/tsc', ['--project', 'ui', ...typesOf('tsc-ui')]),
    program('dead code', 'knip/bin/knip.js', ['--no-progress']),
    rule('imports', importProblems),
    rule('names', nameProblems),
    rule('purity', purityProblems),
    rule('sizes', sizeProblems),
    rule('habits', habitProblems),
    {
      name: 'lock file',
      check: async () => found(lockProblems(readFileSync(join(projectDir, 'package-lock.json'), 'utf8'))),
    },
    { name: 'guest', check: async () => guestWarnings() },
    { name: 'shell files', check: async () => shellProblems() },
    { name: 'documents', check: async () => documentProblems() },
    { name: 'samples of documents', check: async () => sampleStep(sources().files) },
    made('page files', buildPageFiles, 'ui/dist is not of ui/: npm run build:ui'),
    made('generated documents', async () => buildDocs(), 'docs/ does not follow from the code: npm run build:docs'),
  ];
}

/** Tests that need neither a lab nor Chromium. */
export function testStep(): Step {
  const check: Step['check'] = async () => {
    const files = globSync(['test/unit/**/*.test.ts', 'test/e2e/*.test.ts'], { cwd: projectDir });
    const totals = await runFiles(longestFirst(files));
    remember(totals.durations);
    process.stdout.write(`tests: ${totalsLine(totals)}\n`);
    return { problems: totals.failures.length > 0 ? `${failuresText(totals)}${totalsLine(totals)}` : '' };
  };
  return { name: 'tests', check };
}

/** Figures for whoever looks at the gate. */
export function readFacts(): string {
  const { files, rules } = sources();
  const { median, p95 } = fileSizes(files);
  return `files of src and ui: median ${median} lines, 95th percentile ${p95}; ${countDebts(rules)} exceptions to go`;
}
