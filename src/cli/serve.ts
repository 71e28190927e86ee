import type { Command } from 'commander';
import type { ServeCommandOptions } from '../session/commands/serve.ts';
import { type Help, withHelp } from './help.ts';
import { outputOption } from './shared-options.ts';

const help: Help = {
  details: [
    'Read-only. On an address other than loopback every request needs the token that is printed ($ESPALIER_TOKEN, else a new one). Ctrl-C stops the server; runs continue.',
  ],
  examples: ['espalier serve', 'espalier serve --port 0 --output ~/runs', 'espalier serve --host 0.0.0.0'],
};

/** `espalier serve`: stored runs, live ones and history for browsers. */
export function register(program: Command): void {
  withHelp(program.command('serve'), help)
    .description('serve stored runs, runs in progress and their history to browsers')
    .option('--port <n>', 'port; 0: any free port', '8500')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(...outputOption)
    .option('--farm <url>', 'show the state of this farm at /farm; its token is in $ESPALIER_FARM_TOKEN')
    .action(async (options: ServeCommandOptions) => {
      const { serveCommand } = await import('../session/commands/serve.ts');
      await serveCommand(options);
    });
}
