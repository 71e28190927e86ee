import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../src/base/files.ts';
import { projectDir } from '../../src/base/folders.ts';

/** What a step of the gate found: nothing, problems, or that it could not look. */
export interface Found {
  /** One or more lines; empty: all is right. */
  readonly problems: string;
  /** Why the step did not look. */
  readonly skipped?: string;
}

/** One thing that the gate looks at. */
export interface Step {
  readonly name: string;
  readonly check: () => Promise<Found>;
}

export const found = (problems: readonly string[]): Found => ({ problems: problems.join('\n') });

/**
 * For steps that need a program which not every developer has (Debian's package of the same name): a reason to skip where it is
 * missing, and a problem in CI, which installs it.
 */
export function missing(name: string): Found | undefined {
  if (spawnSync(name, ['--version']).error === undefined) return undefined;
  const skipped = `${name} is not installed`;
  return process.env.CI === 'true'
    ? { problems: `${skipped}, and CI must not go without it` }
    : { problems: '', skipped };
}

/** Looks only where it did not find the same inputs to be right before. `inputs`: everything that the answer depends on. */
export function unlessKnown(name: string, inputs: readonly string[], check: () => readonly string[]): Found {
  const mark = join(projectDir, 'node_modules', '.cache', 'gate', `${name}-${sha256(inputs.join('\0')).slice(0, 32)}`);
  if (existsSync(mark)) return found([]);
  const problems = check();
  if (problems.length === 0) {
    mkdirSync(dirname(mark), { recursive: true });
    writeFileSync(mark, '');
  }
  return found(problems);
}
