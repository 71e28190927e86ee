import type { Command } from 'commander';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: ['Every command that reads the index updates it, so this is needed only if you suspect that it is wrong.'],
  examples: ['espalier reindex'],
};

/** `espalier reindex`: the index again, from the files. */
export function register(program: Command): void {
  withHelp(program.command('reindex'), help)
    .description('rebuild the index of stored runs from their files (normally automatic)')
    .option(...outputOption)
    .action(async (options: { output?: string }) => {
      const { reindexCommand } = await import('../session/commands/history.ts');
      await reindexCommand(options);
    });
}
