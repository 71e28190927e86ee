import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { EspalierError } from '../../src/base/errors.ts';
import { passing, reference, Sandbox } from '../e2e/sandbox.ts';

/** What all spoiled runs are copies of, and what they need beside them. */
export interface Pattern {
  readonly run: string;
  /** The suite that the run names: `testing` in the current folder. */
  readonly suite: string;
  /** XDG_STATE_HOME, with the key that the run is signed with: who has it makes what the run names without being asked. */
  readonly state: string;
}

/** Makes the run that all others are spoiled copies of: one test that passed, and is packed, and two that did not. */
export async function makePattern(work: string): Promise<Pattern> {
  const cleaning: (() => void)[] = [];
  const context = { after: (clean: () => void) => cleaning.push(clean) } as unknown as TestContext;
  const failing = (word: string) => ({
    'eastinit.sh': `echo ${word}\n`,
    'westinit.sh': `echo ${word}\n`,
    'east.console.txt': reference('east', [`echo ${word}`, 'other\n']),
    'west.console.txt': reference('west', [`echo ${word}`, `${word}\n`]),
  });
  const box = new Sandbox(context).add({ good: passing(), bad: failing('fine'), other: failing('well') });
  const { stderr } = await box.run('--seed', '3');
  const [run] = box.runs();
  if (run === undefined) throw new EspalierError('bug', `the run to be spoiled was not made: ${stderr}`);
  const pattern: Pattern = { run: join(work, 'pattern'), suite: join(work, 'suite'), state: join(work, 'state') };
  cpSync(join(box.dir, 'espalier-runs', run), pattern.run, { recursive: true });
  cpSync(join(box.dir, 'testing'), pattern.suite, { recursive: true });
  cpSync(join(box.dir, 'state'), pattern.state, { recursive: true });
  // Of the report's many files a few are as good as all.
  for (const name of ['files', 'data/test', 'report.js'])
    rmSync(join(pattern.run, 'report', name), { recursive: true });
  for (const clean of cleaning) clean();
  return pattern;
}
