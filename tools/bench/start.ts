/** `npm run bench -- start`: CPU of the commands that show a list or a text, of this tree and, in turns, of another one. */
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';
import { run } from '../../src/base/processes.ts';
import { childrenCpu } from './cpu.ts';
import { middle, type Ratio, ratioOf } from './measurement.ts';

/** What people type many times a day, and what a completion or an editor calls. */
const commands = [
  ['--help'],
  ['list', 'examples'],
  ['list', 'interop'],
  ['list', 'libreswan'],
  ['list', 'strongswan'],
] as const;

/** Of one command. */
export interface StartCost {
  readonly command: string;
  /** CPU of the median run, ms. */
  readonly cpuMs: number;
  /** Against the other tree; undefined without one. */
  readonly ratio?: Ratio;
}

async function cpuOf(tree: string, args: readonly string[]): Promise<number> {
  const before = childrenCpu();
  const { status, stderr } = await run(join(tree, 'espalier'), args, { cwd: tree });
  if (status !== 0)
    throw new EspalierError('infrastructure', `\`espalier ${args.join(' ')}\` failed in ${tree}`, {
      output: `${stderr}`,
    });
  return childrenCpu() - before;
}

/** Runs each command so many times in each tree; the first time, which fills what is remembered, is not counted. */
export async function costOfStart(mine: string, other: string | undefined, turns: number): Promise<StartCost[]> {
  const costs: StartCost[] = [];
  for (const args of commands) {
    const own: number[] = [];
    const others: number[] = [];
    for (let turn = 0; turn <= turns; turn += 1) {
      const theirs = other === undefined ? undefined : await cpuOf(other, args);
      const ours = await cpuOf(mine, args);
      if (turn === 0) continue;
      own.push(ours);
      if (theirs !== undefined) others.push(theirs);
    }
    const ratio = other === undefined ? {} : { ratio: ratioOf(own, others) };
    costs.push({ command: args.join(' '), cpuMs: middle(own), ...ratio });
  }
  return costs;
}
