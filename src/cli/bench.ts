import type { Command } from 'commander';
import type { BenchXfrmOptions } from '../session/commands/bench-xfrm.ts';
import { type Help, withHelp } from './help.ts';

const help: Help = {
  details: [
    'A program in a lab does each operation by one netlink socket, or with packets, on tables of 1, 10, 100, … entries. The cost is the CPU time of the lab’s kernel, as this machine’s kernel counts it; the lab’s own clock plays no part. Each count has 5 repeats up to 10000 entries and 3 above.',
    'The table shows the median per entry or packet, half of the spread in percent, and the slope on two logarithmic axes: over all counts from 1000 on, and between the last two. An operation beyond the limit is not tried with more entries. docs/bench-xfrm.md describes variants and operations.',
  ],
  exitCodes: {
    0: 'measured, whatever the curves look like',
    2: 'a lab failed, or something is missing on this machine',
    3: 'wrong usage',
    130: 'interrupted',
  },
  examples: [
    'espalier bench xfrm --max 1000',
    ['espalier bench xfrm --max 100000 --variants policy --operations add,delete', 'what 100,000 policies cost'],
    'espalier bench xfrm --kernel ~/linux-before --against ~/linux-after --html curves.html',
    ['espalier bench xfrm --from before.json --from after.json --html curves.html', 'two kernels, measured before'],
  ],
};

/** `espalier bench …`: what a kernel's work costs. */
export function register(program: Command): void {
  const bench = program.command('bench').description('measure what a kernel’s work costs').helpCommand(false);

  withHelp(bench.command('xfrm'), help)
    .description('measure operations on SAs and policies against their number: curves with spread and slope')
    .option('--kernel <dir|file>', 'a kernel tree or a UML binary of your own; may be given twice', gather)
    .option('--against <dir|file>', 'a second kernel, whose labs take turns with those of the first')
    .option('--min <n>', 'the smallest number of entries; the powers of ten up to the largest follow', '1')
    .option('--max <n>', 'the largest number of entries', '10000')
    .option('--variants <names>', '`policy`, `state`, or variants of them, separated by commas (default: all)')
    .option('--operations <names>', 'operations, separated by commas (default: all)')
    .option('--repeats <n>', 'so many repeats at every count')
    .option('--limit <seconds>', 'CPU that one operation may take', '60')
    .option('--json', 'print all that was measured as JSON')
    .option('--save <file>', 'also write that JSON to a file')
    .option('--html <file>', 'also write a page with plots')
    .option('--from <file>', 'measure nothing: show what --save wrote; several files together', gather)
    .action(async (options: BenchXfrmOptions) => {
      const { benchXfrmCommand } = await import('../session/commands/bench-xfrm.ts');
      await benchXfrmCommand(options);
    });
}

function gather(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
