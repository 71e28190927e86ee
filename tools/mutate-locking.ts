/**
 * `npm run mutate:locking [-- --only TEXT]`: how many faults of locking in the kernel the suite `concurrency` notices. Builds the tested kernel as
 * flavour `smp` once, then plants one fault of tools/kernel-mutants/concurrent.ts at a time in it and runs the rows about it until one is red that passes
 * on the unchanged kernel. `--only TEXT`: faults whose description or file contains the text. Exit code 1 where one survives.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '../src/base/errors.ts';
import { cacheDir, withLock } from '../src/base/folders.ts';
import { watchForInterruption } from '../src/base/interruption.ts';
import { toolArguments } from './arguments.ts';
import { lockingFaults, placedFault } from './kernel-mutants/concurrent.ts';
import { outcomeOf, reportOf, scoreOf } from './kernel-mutants/report.ts';
import { rowsOfSuite } from './kernel-mutants/rows.ts';
import { mutableTree, sourceText } from './kernel-mutants/tree.ts';
import { type Tried, tryMutant } from './kernel-mutants/trial.ts';

const { values } = toolArguments(import.meta.filename, { options: { only: { type: 'string', default: '' } } });
const suite = 'concurrency';

async function main(): Promise<boolean> {
  const { signal } = new AbortController();
  const tree = await mutableTree('smp', signal);
  const work = mkdtempSync(join(tmpdir(), 'espalier-locking-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const rows = await rowsOfSuite(signal, suite);
  // All are placed before the first is tried: a place that is gone shows at once.
  const placed = lockingFaults.map((fault) => ({ fault, mutant: placedFault(fault, sourceText(tree, fault.file)) }));
  const tried: Tried[] = [];
  for (const { fault, mutant } of placed.filter(({ fault: { what, file } }) =>
    `${file} ${what}`.includes(values.only),
  )) {
    const about = rows.filter((row) => fault.rows.test(row));
    const one = await tryMutant(mutant, { by: 'file', rows: about }, { tree, work, suite, enough: 1, signal });
    process.stderr.write(`${mutant.id}  ${outcomeOf(one)}\n`);
    tried.push(one);
  }
  process.stdout.write(`kernel ${tree.version}\n\n${reportOf('Locking', tried, []).join('\n')}\n`);
  return scoreOf(tried, []).survivors.length === 0;
}

watchForInterruption();
try {
  process.exitCode = (await withLock(join(cacheDir('kernel-mutants'), 'smp.lock'), main)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 2;
}
