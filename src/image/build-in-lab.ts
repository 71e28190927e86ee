import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { EspalierError } from '../base/errors.ts';
import { projectDir } from '../base/folders.ts';
import { type RunResult, run, tail } from '../base/processes.ts';
import { debianArchive, sourceLine } from '../debian/apt.ts';
import { makeRepository } from '../debian/repository.ts';
import { claimCpu, releaseCpu } from '../kernel/cpus.ts';
import { memoryFolder } from '../kernel/memory-folder.ts';
import { bootstrapArguments, bootstrapEnvironment, bootstrapFiles, shellQuoted } from './bootstrap.ts';
import type { ImageBuild } from './image-build.ts';
import { packOptions } from './squashfs.ts';

/** MiB of the lab: the unpacked root, its packages and what installs them. The file of it is sparse. */
const memory = 2048;
/** Longer than any build on a slow machine. */
const timeoutMs = 2 * 60 * 60 * 1000;
/** Where the lab sees the work folder (lab-init.sh). */
const seenAs = '/tmp/build';
const image = 'image.squashfs';

/** What is done when mmdebstrap begins a step, as measured for debian-trixie-libreswan. */
const stepsDone: Readonly<Record<string, number>> = {
  'extracting archives': 0.05,
  'installing essential packages': 0.15,
  'installing remaining packages inside the chroot': 0.25,
  'creating tarball': 0.9,
  packing: 0.97,
};

/**
 * Builds an image inside a User Mode Linux lab, for a user who can have no root otherwise: the
 * kernel boots from this machine's own files, read-only, and runs this machine's mmdebstrap. A lab
 * has no network, so the packages are fetched before. `work` is the one folder it writes to.
 */
export async function buildInLab(build: ImageBuild, kernel: string, work: string): Promise<void> {
  const { recipe, progress, signal } = build;
  const onFile = (fetched: number): void => progress.update(fetched / 4000, `fetching packages, ${fetched}`);
  await makeRepository({
    suite: recipe.suite,
    packages: recipe.packages,
    dir: join(work, 'repository'),
    onFile,
    signal,
  });
  copyFileSync(join(projectDir, 'src', 'image', 'lab-init.sh'), join(work, 'init'));
  writeFileSync(join(work, 'job'), job(build));
  const onLine = (line: string): void => {
    const [, step] = /^I: ([^:]*?)\.*\s*$/.exec(stripVTControlCharacters(line)) ?? [];
    if (step === undefined) return;
    progress.update(stepsDone[step] ?? 0, step);
  };
  const result = await boot(kernel, work, { signal, onLine });
  requireSuccess(build, work, result);
  renameSync(join(work, image), build.out);
}

/** What the lab's first process runs, in the work folder. */
function job({ recipe }: ImageBuild): string {
  const source = sourceLine('deb', debianArchive(), recipe.suite);
  const buildFrom = `deb [trusted=yes] copy://${seenAs}/repository ${recipe.suite} main`;
  const args = bootstrapArguments({ recipe, mode: 'root', folder: seenAs, source, buildFrom });
  const command = ['mmdebstrap', ...args].map(shellQuoted).join(' ');
  const lines = [
    'set -e',
    // apt fetches as a user of its own.
    'chmod -R a+rX .',
    ...Object.entries(bootstrapEnvironment).map(([name, value]) => `export ${name}=${value}`),
    command,
    'echo "I: packing"',
    `sqfstar ${packOptions().join(' ')} ${image} <${bootstrapFiles.tar}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** The kernel and all its children die with this process, however it dies. */
async function boot(
  kernel: string,
  work: string,
  how: { signal: AbortSignal | undefined; onLine: (line: string) => void },
): Promise<RunResult> {
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
    const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', TMPDIR: memoryFolder(memory, work) };
    const args = ['--pdeathsig', 'KILL', 'taskset', '--cpu-list', String(cpu), kernel, ...words];
    return await run('setpriv', args, { cwd: work, env, timeoutMs, ...how });
  } finally {
    releaseCpu(cpu);
  }
}

function requireSuccess(build: ImageBuild, work: string, result: RunResult): void {
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the image build was stopped');
  const done = join(work, 'done');
  if (existsSync(done) && readFileSync(done, 'utf8') === 'complete\n') return;
  const output = stripVTControlCharacters(`${result.stdout}${result.stderr}`).replaceAll('\r', '');
  const full = /Out of memory|No space left on device/.test(output);
  throw new EspalierError('infrastructure', `the image ${build.name} could not be built inside a lab`, {
    output: tail(output, 12),
    remedy: full
      ? `the lab's ${memory} MiB were not enough; build it as root, or bring it with \`espalier image import FILE\``
      : 'build it as root or with subordinate ids (`espalier doctor`), or bring it with `espalier image import FILE`',
  });
}
