import { resolve } from 'node:path';
import { writePlain } from '../../base/door/write.ts';
import { interruption } from '../../base/interruption.ts';
import { defaultSubstrate } from '../../lab/substrate/all.ts';
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
  const supply = new LabSupply(defaultSubstrate, { kernel, signal: interruption() });
  const progress = (column: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`${column} probed\n`);
  };
  const table = await probeStacks(supply, { stacks: stack?.split(','), progress });
  if (html !== undefined) writePlain(resolve(html), stacksPage(table));
  process.stdout.write(json ? `${JSON.stringify(table, undefined, 1)}\n` : stacksText(table, evidence === true));
}
