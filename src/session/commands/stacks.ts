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
  readonly json?: boolean;
  readonly html?: string;
  readonly evidence?: boolean;
}

/** `espalier stacks`. Raises what a lab raises; a table with guesses would be worse than none. */
export async function stacksCommand({ kernel, json, html, evidence }: StacksOptions): Promise<void> {
  await defaultSubstrate.check();
  const supply = new LabSupply(defaultSubstrate, { kernel, signal: interruption() });
  const table = await probeStacks(supply, (column) => {
    if (process.stderr.isTTY) process.stderr.write(`${column} probed\n`);
  });
  if (html !== undefined) writePlain(resolve(html), stacksPage(table));
  process.stdout.write(json ? `${JSON.stringify(table, undefined, 1)}\n` : stacksText(table, evidence === true));
}
