import { join } from 'node:path';
import { withLock } from '../../base/folders.ts';
import { codeFile } from '../../base/form.ts';
import { say } from '../../base/log.ts';
import { type RunResult, run } from '../../base/processes.ts';
import { programLimits } from '../../base/program-limits.ts';
import { shellQuoted } from '../../base/text.ts';
import { endedWell, runInLab, seenAs } from '../image/build-in-lab.ts';
import type { ImageBuilder } from '../image/mode.ts';

/** Who builds where this user is root: nobody. */
const nobody = '65534';

/** A command in a root of its own, without network, without privileges, with a few folders of this machine. */
export interface Sandboxed {
  readonly what: string;
  readonly builder: ImageBuilder;
  /** Folder that holds all folders below. */
  readonly base: string;
  /** The root, which stays as it is. */
  readonly root: string;
  /** Folders that it may write to: place in the root → folder. */
  readonly folders: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Shell. */
  readonly script: string;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const enter = codeFile('supply/source/enter.sh');
const timeoutMs = 4 * 60 * 60 * 1000;

/**
 * Runs it: in namespaces, as nobody where this user is root and without any privilege elsewhere, or inside a lab where this
 * user may have no namespaces.
 */
export async function runSandboxed(job: Sandboxed): Promise<RunResult> {
  const { builder, base, root, folders, env, script, onLine, signal } = job;
  const place = (path: string): string => ('kernel' in builder ? path.replace(base, seenAs) : path);
  const words = [
    place(root),
    ...Object.entries(folders).flatMap(([inside, outside]) => [place(outside), inside]),
    '--',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    'sh',
    '-ec',
    script,
  ];
  if ('kernel' in builder) {
    const command = ['sh', enter, 'lab', ...words].map(shellQuoted).join(' ');
    const body = async (): Promise<RunResult> => {
      const lab = { folder: base, memory: 3072, signal, onLine };
      const result = await runInLab(lab, await builder.kernel(), command);
      return { ...result, status: endedWell(base) ? 0 : 1 };
    };
    // Labs leave their job and how it ended in the folder.
    return withLock(join(base, 'lab.lock'), body, () => say(`waiting for another build in a lab`));
  }
  const user = builder.mode === 'root' ? [] : ['--user', '--map-root-user'];
  const spaces = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child'];
  const who = builder.mode === 'root' ? nobody : 'mapped';
  return run('unshare', [...user, ...spaces, 'sh', enter, who, ...words], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeoutMs,
    onLine,
    signal,
    limits: programLimits.sourceBuild,
  });
}
