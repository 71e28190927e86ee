import { stripVTControlCharacters } from 'node:util';
import { EspalierError } from '../../base/errors.ts';
import { run, tail } from '../../base/processes.ts';
import { debianArchive, fetchingLine, sourceLine } from '../debian/apt.ts';
import { bootstrapEnvironment } from './bootstrap.ts';
import type { BootstrapJob } from './bootstrap-job.ts';
import { bootstrapInLab } from './build-in-lab.ts';
import { mayHaveMounts } from './mode.ts';

/** Of the user's environment, what mmdebstrap and apt need to work at all. */
function keptEnvironment(): NodeJS.ProcessEnv {
  const kept = /^(PATH|HOME|USER|LOGNAME|TMPDIR|APT_CONFIG|\w+_proxy)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}

/** Runs mmdebstrap; what it made is in the job's folder then. Throws `infrastructure` or `cancelled`. */
export async function bootstrap(job: BootstrapJob): Promise<void> {
  const onLine = (line: string): void => job.onLine(stripVTControlCharacters(line));
  const { builder } = job;
  if (builder.mode === 'uml') await bootstrapInLab({ ...job, onLine }, builder.kernel);
  else await bootstrapHere({ ...job, onLine }, builder.mode);
}

async function bootstrapHere(job: BootstrapJob, mode: 'root' | 'unshare'): Promise<void> {
  const { suite, folder, signal, onLine } = job;
  const archive = debianArchive();
  const source = sourceLine('deb', archive, suite);
  const buildFrom = await fetchingLine(archive, suite);
  const args = job.arguments({ mode, folder, source, ...(buildFrom !== source && { buildFrom }) });
  const env = { ...keptEnvironment(), ...bootstrapEnvironment };
  const [command = '', ...words] = [...(await ownMounts(mode)), 'mmdebstrap', ...args];
  const result = await run(command, words, { env, signal, onLine });
  if (result.stopped === 'cancelled') throw new EspalierError('cancelled', 'the build was stopped');
  if (result.status !== 0) {
    throw new EspalierError('infrastructure', `mmdebstrap could not build ${job.what} (${mode} mode)`, {
      output: tail(result.stderr.toString(), 12),
      remedy: job.remedy ?? remedies[mode],
    });
  }
}

/**
 * As root mmdebstrap mounts this machine's /dev, /proc and /sys below TMPDIR. In a mount namespace of its own they go with it,
 * also when it is killed: whoever then removes what it left would remove the machine's devices. A root that may not have one
 * (a container's) may not mount either, and mmdebstrap goes on without.
 */
async function ownMounts(mode: 'root' | 'unshare'): Promise<string[]> {
  return mode === 'root' && (await mayHaveMounts()) ? ['unshare', '--mount', '--propagation', 'private'] : [];
}

const remedies = {
  unshare:
    'if this machine restricts user namespaces, ESPALIER_IMAGE_MODE=uml builds it inside a lab, some minutes long',
  root: 'check the network, free space, and that /tmp is neither nodev nor noexec (TMPDIR names another place)',
} as const;
