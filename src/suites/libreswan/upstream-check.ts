import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../base/files.ts';
import { run, tail } from '../../base/processes.ts';

/** What upstream's own sanitizer makes of one console of an attempt. */
export interface UpstreamCheck {
  readonly host: string;
  /** It gives the bytes that Espalier's way gave. */
  readonly agrees: boolean;
  /** They are the reference's bytes; `undefined`: there is no reference. */
  readonly matches?: boolean;
  /** It failed or complained. */
  readonly problem?: string;
}

const attemptSchema = z.object({ name: z.string() });
const suffix = '.console.verbose.txt';

/**
 * Sanitizes the consoles of a judged attempt once more with the suite's own `utils/sanitizer.sh`.
 * This runs foreign shell on this machine, which Espalier does nowhere else: only benches and
 * tests call it, on a tree that the caller trusts.
 */
export async function sampleUpstream(attemptDir: string, testingDir: string): Promise<UpstreamCheck[]> {
  const derived = join(resolve(attemptDir), 'derived');
  const { name } = readJson(join(attemptDir, 'attempt.json'), attemptSchema);
  const test = join(resolve(testingDir), 'pluto', name);
  const raw = readdirSync(derived).filter((file) => file.endsWith(suffix));
  const checks: UpstreamCheck[] = [];
  for (const file of raw.sort()) {
    const host = file.slice(0, -suffix.length);
    const command = join(resolve(testingDir), 'utils', 'sanitizer.sh');
    const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
    const result = await run(command, [join(derived, file), test], { env, cwd: derived, timeoutMs: 60_000 });
    const complaint = tail(result.stderr.toString());
    const ours = readIfPresent(join(derived, `${host}.console.txt`));
    const reference = readIfPresent(join(test, `${host}.console.txt`));
    checks.push({
      host,
      agrees: ours?.equals(result.stdout) ?? false,
      ...(reference && { matches: reference.equals(result.stdout) }),
      ...((result.status !== 0 || complaint) && { problem: `exit status ${result.status}: ${complaint}` }),
    });
  }
  return checks;
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
