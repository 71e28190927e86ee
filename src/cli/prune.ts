import type { Command } from 'commander';
import type { RawPruneOptions } from '../session/commands/prune.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Without a limit nothing is lost: passed attempts that lie as plain files are packed, and leftovers of killed processes and inputs that nothing refers to are removed.',
    'With a limit, runs over it are thinned: tests that passed lose their artifacts and keep verdict and results, so history stays; all other tests keep everything. With --remove such runs are removed whole, except those that a run which stays is compared with or replays. Runs in use and the newest --keep-runs are left alone. For --max-size the oldest runs are thinned first, and removed only if that is not enough.',
    'SIZE is 500M, 20G or 1T (powers of 1024, counted as by du). AGE is 12h, 30d or 8w, counted from the start of the run.',
  ],
  exitCodes: {
    0: 'done',
    1: 'still larger than --max-size',
    2: 'a run could not be read or changed (the others were)',
    3: 'wrong usage',
  },
  examples: [
    'espalier prune --dry-run',
    'espalier prune --older-than 30d --keep-runs 10',
    'espalier prune --max-size 20G --dry-run --json',
    'espalier prune --older-than 52w --remove',
  ],
};

/** `espalier prune`: what stored runs keep. */
export function register(program: Command): void {
  withHelp(program.command('prune'), help)
    .description('make stored runs smaller: pack what passed; thin or remove runs over a limit')
    .option('--keep-runs <n>', 'leave the newest N runs alone (default: 1); as the only limit, thin all others')
    .option('--older-than <age>', 'thin runs that started longer ago than this')
    .option('--max-size <size>', 'thin the oldest runs until all together are no larger than this')
    .option('--remove', 'remove runs over a limit whole, with their failures')
    .option('--dry-run', 'only show what would be done')
    .option('--json', 'print JSON')
    .option(...outputOption)
    .action(async (options: RawPruneOptions) => {
      const { pruneCommand } = await import('../session/commands/prune.ts');
      process.exitCode = await pruneCommand(options);
    });
}
