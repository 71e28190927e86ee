import type { Command } from 'commander';

/** `espalier reindex`: the index again, from the files. */
export function register(program: Command): void {
  program
    .command('reindex')
    .description('make the index of stored runs again from their files (needed never; harmless always)')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', '\nExample: espalier reindex')
    .action(async (options: { output?: string }) => {
      const { reindexCommand } = await import('../session/commands/history.ts');
      await reindexCommand(options);
    });
}
