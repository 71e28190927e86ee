import { resolve } from 'node:path';
import { writePlain } from '../../base/door/write.ts';
import { EspalierError } from '../../base/errors.ts';
import { interruption } from '../../base/interruption.ts';
import { defaultSubstrate, machineSubstrate } from '../../lab/substrate/all.ts';
import { LabSupply } from '../../lab/supply.ts';
import { stacksPage } from '../../report/page/stacks-page.ts';
import { stacksText } from '../../report/terminal/stacks-text.ts';
import { probeStacks } from '../../suites/all.ts';

export interface StacksOptions {
  readonly kernel?: string;
  /** Names of columns, separated by commas. */
  readonly stack?: string;
  readonly json?: boolean;
  readonly html?: string;
  readonly evidence?: boolean;
}

/** `espalier stacks`. Raises what a lab raises; a table with guesses would be worse than none. */
export async function stacksCommand({ kernel, stack, json, html, evidence }: StacksOptions): Promise<void> {
  await defaultSubstrate.check();
  const signal = interruption();
  const supply = new LabSupply(defaultSubstrate, { kernel, signal });
  const supplyOf = (machine: string | undefined): LabSupply =>
    machine === undefined ? supply : new LabSupply(machineSubstrate, { kernel: machine, signal });
  const progress = (column: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${column} probed\n`);
  };
  const noMachines = await whyNoMachines();
  const table = await probeStacks({ stacks: stack?.split(','), noMachines, supplyOf, progress });
  if (html !== undefined) writePlain(resolve(html), stacksPage(table));
  process.stdout.write(json ? `${JSON.stringify(table, undefined, 1)}\n` : stacksText(table, evidence === true));
}

async function whyNoMachines(): Promise<string | undefined> {
  try {
    await machineSubstrate.check();
    return undefined;
  } catch (error) {
    if (error instanceof EspalierError && error.fault === 'infrastructure') return error.message;
    throw error;
  }
}
