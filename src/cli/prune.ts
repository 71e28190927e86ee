import type { Command } from 'commander';
import type { RawPruneOptions } from '../session/commands/prune.ts';

const details = `
Without a limit nothing is lost: what older versions left of passing tests as plain files is packed, and leftovers of killed
processes and inputs that nothing refers to are removed.

A run over a limit is thinned: tests that passed lose their artifacts and keep verdict and results, so history stays; tests that did
not pass keep everything. With --remove such runs go whole, but for those that another run, which stays, is compared with or replays.
A run in use and the newest --keep-runs are left alone. For --max-size the oldest runs are thinned first, and only then removed.

SIZE: 500M, 20G, 1T (powers of 1024; what \`du\` counts). AGE: 12h, 30d, 8w, since the run began.

Exit codes: 0 done, 1 still larger than --max-size, 2 a run could not be read or changed, 3 usage.

Examples:
  espalier prune --dry-run
  espalier prune --older-than 30d --keep-runs 10
  espalier prune --max-size 20G --dry-run --json
  espalier prune --older-than 52w --remove`;

/** `espalier prune`: what stored runs keep. */
export function register(program: Command): void {
  program
    .command('prune')
    .description('make stored runs smaller: pack what passed; thin or remove what is over a limit')
    .option('--keep-runs <n>', 'leave the newest N runs alone (1 unless given); as the only limit: thin all others')
    .option('--older-than <age>', 'thin runs that began longer ago')
    .option('--max-size <size>', 'thin the oldest runs until all together are no larger')
    .option('--remove', 'remove whole runs that are over a limit, with what failed')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'for programs')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', details)
    .action(async (options: RawPruneOptions) => {
      const { pruneCommand } = await import('../session/commands/prune.ts');
      process.exitCode = await pruneCommand(options);
    });
}
