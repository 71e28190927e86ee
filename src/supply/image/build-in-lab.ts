import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { EspalierError } from '../../base/errors.ts';
import { codeFile } from '../../base/form.ts';
import { type RunResult, run, tail } from '../../base/processes.ts';
import { shellQuoted } from '../../base/text.ts';
import { debianArchive, sourceLine } from '../debian/apt.ts';
import { makeRepository } from '../debian/repository.ts';
import { claimCpu, releaseCpu } from '../kernel/cpus.ts';
import { memoryFolder } from '../kernel/lab-memory.ts';
import { bootstrapEnvironment } from './bootstrap.ts';
import type { BootstrapJob } from './bootstrap-job.ts';

/** Longer than any build on a slow machine. */
const timeoutMs = 2 * 60 * 60 * 1000;
/** Where the lab sees the work folder (lab-init.sh). */
export const seenAs = '/tmp/build';

/**
 * Runs mmdebstrap inside a User Mode Linux lab, for a user who can have no root otherwise: the
 * kernel boots from this machine's own files, read-only, and runs this machine's mmdebstrap. A lab
 * has no network, so the packages are fetched before, while the kernel may still be under way.
 */
export async function bootstrapInLab(job: BootstrapJob, kernel: () => Promise<string>): Promise<void> {
  const { suite, packages, folder, signal, onLine } = job;
  const onFile = (fetched: number): void => onLine(`fetching packages, ${fetched}`);
  await makeRepository({ suite, packages, dir: join(folder, 'repository'), onFile, signal });
  onLine('waiting for the lab’s kernel');
  const result = await runInLab(job, await kernel(), script(job));
  requireSuccess(job, result);
}

/** A lab that works on one folder of this machine. */
export type FolderLab = Pick<BootstrapJob, 'folder' | 'memory' | 'signal' | 'onLine'>;

/**
 * Runs shell as root of a lab that boots from this machine's own files, read-only; its working folder is `folder`, which is the
 * one that it may write to (`seenAs`). The file `done` is there when it ended well.
 */
export async function runInLab(lab: FolderLab, kernel: string, shell: string): Promise<RunResult> {
  const { folder } = lab;
  rmSync(join(folder, 'done'), { force: true });
  copyFileSync(codeFile('supply/image/lab-init.sh'), join(folder, 'init'));
  writeFileSync(join(folder, 'job'), `${shell}\n`);
  return boot(kernel, lab);
}

/** True where the shell that ran in a lab ended well. */
export function endedWell(folder: string): boolean {
  const done = join(folder, 'done');
  return existsSync(done) && readFileSync(done, 'utf8') === 'complete\n';
}

/** What the lab's first process runs, in the work folder. */
function script(job: BootstrapJob): string {
  const source = sourceLine('deb', debianArchive(), job.suite);
  const buildFrom = `deb [trusted=yes] copy://${seenAs}/repository ${job.suite} main`;
  const args = job.arguments({ mode: 'root', folder: seenAs, source, buildFrom });
  const lines = [
    'set -e',
    // apt fetches as a user of its own.
    'chmod -R a+rX .',
    ...Object.entries(bootstrapEnvironment).map(([name, value]) => `export ${name}=${value}`),
    ['mmdebstrap', ...args].map(shellQuoted).join(' '),
  ];
  return lines.join('\n');
}

/** The kernel and all its children die with this process, however it dies. */
async function boot(kernel: string, { folder, memory, signal, onLine }: FolderLab): Promise<RunResult> {
  const words = [
    `mem=${memory}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    'quiet',
    'loglevel=5',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'init=/proc/self/cwd/init',
    'seccomp=on',
    'uml_dir=uml/',
  ];
  const cpu = claimCpu();
  try {
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', TMPDIR: memoryFolder(memory, folder) };
    return await run('taskset', ['--cpu-list', String(cpu), kernel, ...words], {
      cwd: folder,
      env,
      timeoutMs,
      signal,
      onLine,
    });
  } finally {
    releaseCpu(cpu);
  }
}

function requireSuccess({ what, folder, memory }: BootstrapJob, result: RunResult): void {
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the build was stopped');
  if (endedWell(folder)) return;
  const output = stripVTControlCharacters(`${result.stdout}${result.stderr}`).replaceAll('\r', '');
  const full = /Out of memory|No space left on device/.test(output);
  throw new EspalierError('infrastructure', `${what} could not be built inside a lab`, {
    output: tail(output, 12),
    remedy: full
      ? `the lab's ${memory} MiB were not enough; build it as root, or bring it with \`espalier image import FILE\``
      : 'build it as root or with subordinate ids (`espalier doctor`), or bring it with `espalier image import FILE`',
  });
}
