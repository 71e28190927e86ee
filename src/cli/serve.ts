import type { Command } from 'commander';
import type { ServeCommandOptions } from '../session/commands/serve.ts';

const details = `
Read-only. Listens on loopback; for any other address every request needs the token that is printed ($ESPALIER_TOKEN, else a new
one). Ctrl-C ends it; runs do not notice.

Examples:
  espalier serve
  espalier serve --port 0 --output ~/runs
  espalier serve --host 0.0.0.0`;

/** `espalier serve`: stored runs, live ones and history for browsers. */
export function register(program: Command): void {
  program
    .command('serve')
    .description('serve stored and live runs and their history to browsers')
    .option('--port <n>', 'port; 0: any that is free', '8500')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--output <dir>', 'folder for runs (default: $ESPALIER_RUNS or ./espalier-runs)')
    .addHelpText('after', details)
    .action(async (options: ServeCommandOptions) => {
      const { serveCommand } = await import('../session/commands/serve.ts');
      await serveCommand(options);
    });
}
