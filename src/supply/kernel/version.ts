import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deadline } from '../../base/deadline.ts';
import { EspalierError } from '../../base/errors.ts';
import { cacheDir } from '../../base/folders.ts';
import { claimCpu, releaseCpu } from './cpus.ts';
import { ensureGuest } from './guest.ts';
import { memoryFolder } from './lab-memory.ts';
import { endOf, startWalled } from './starter.ts';
import { requireWalls } from './walls.ts';

/** Enough for a program that prints a line. */
const mebibytes = 16;
const timeoutMs = 10_000;

/** What a kernel binary says to `--version`, `undefined` where that is none of a User Mode Linux. Throws as `answerOf` does. */
export async function versionOf(kernel: string): Promise<string | undefined> {
  const [line = ''] = ((await answerOf(kernel, '--version')) ?? '').trim().split('\n');
  return /^\d+\.\d+/.test(line) ? line : undefined;
}

/**
 * What a kernel binary prints when it is asked one thing, `undefined` where it fails. It is asked behind the walls of a lab:
 * a file that somebody hands over may be anything. Throws `usage` where it is no program or writes without end, `infrastructure` where
 * there are no walls or it cannot be started.
 */
export async function answerOf(kernel: string, question: '--version' | '--showconfig'): Promise<string | undefined> {
  const [walls, guest] = await Promise.all([requireWalls(), ensureGuest()]);
  const attempt = mkdtempSync(join(cacheDir('work'), 'version-'));
  const cpu = claimCpu();
  try {
    const [inputs, root] = [join(attempt, 'lab', 'in'), join(attempt, 'lab', 'root')];
    for (const folder of [inputs, root, join(attempt, 'files')]) mkdirSync(folder, { recursive: true });
    const starter = startWalled({
      ...{ walls, guest, kernel, attempt, inputs, root, cpu },
      args: [question],
      images: new Map(),
      captures: [],
      memory: { folder: memoryFolder(mebibytes, attempt), mebibytes },
      seed: undefined,
    });
    using _ = deadline(timeoutMs, () => starter.kill('SIGTERM'));
    const { status, refused, failed, lost } = await endOf(starter);
    const noAnswer = failed ?? lost;
    if (noAnswer !== undefined) {
      throw new EspalierError('infrastructure', `could not be asked ${question}: ${noAnswer}`, { file: kernel });
    }
    if (refused !== undefined)
      throw new EspalierError('usage', `does not answer ${question}: ${refused}`, { file: kernel });
    return status === '0' ? readFileSync(join(attempt, 'kernel.log'), 'latin1') : undefined;
  } finally {
    releaseCpu(cpu);
    rmSync(attempt, { recursive: true, force: true });
  }
}
