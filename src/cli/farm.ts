import type { Command } from 'commander';
import type { FarmStartOptions, TokenOptions } from '../session/commands/farm.ts';
import { type Help, withHelp } from './help.ts';
import { farmOption } from './shared-options.ts';

const helps = {
  start: {
    details: [
      'Holds the queue, the leases and all contents in a PostgreSQL database (15 or newer) and speaks HTTPS to workers and drivers. Several may share one database.',
    ],
    examples: [
      'espalier farm start --database postgres://farm@db/farm',
      'espalier farm start --host 0.0.0.0 --tls-cert farm.crt --tls-key farm.key',
    ],
  },
  status: { examples: ['espalier farm status', 'espalier farm status --json'] },
  add: { examples: ['espalier farm token add rack1 --role worker', 'espalier farm token add ci --role driver'] },
  list: { examples: ['espalier farm token list'] },
  revoke: { examples: ['espalier farm token revoke rack1'] },
} satisfies Record<string, Help>;

const databaseOption = [
  '--database <url>',
  'the database (default: $ESPALIER_FARM_DATABASE, else PGHOST and the like)',
] as const;

/** `espalier farm …`: the place where many machines share the work of runs. */
export function register(program: Command): void {
  const farm = program.command('farm').description('have runs made by many machines').helpCommand(false);

  withHelp(farm.command('start'), helps.start)
    .description('serve a farm')
    .option(...databaseOption)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', '0: any that is free', '7443')
    .option(
      '--tls-cert <file>',
      'certificate, PEM (default: one of its own; its hash is in the address that is printed)',
    )
    .option('--tls-key <file>', 'its private key, PEM')
    .option('--plain', 'without encryption; for loopback only')
    .option('--connections <n>', 'connections to the database at most', '10')
    .action(async (options: FarmStartOptions) => {
      const { farmStartCommand } = await import('../session/commands/farm.ts');
      process.exitCode = await farmStartCommand(options);
    });

  withHelp(farm.command('status'), helps.status)
    .description('show workers, runs and rates of a farm')
    .option(...farmOption)
    .option('--json', 'as JSON')
    .action(async (options: { farm?: string; json?: boolean }) => {
      const { farmStatusCommand } = await import('../session/commands/farm.ts');
      await farmStatusCommand(options);
    });

  const token = farm.command('token').description('make, list and revoke what opens the farm').helpCommand(false);

  withHelp(token.command('add'), helps.add)
    .description('make a token and print it')
    .argument('<name>', 'whose it is')
    .requiredOption('--role <role>', '`worker` or `driver`')
    .option(...databaseOption)
    .action(async (name: string, { role, ...options }: TokenOptions & { role: string }) => {
      const { farmTokenCommand } = await import('../session/commands/farm.ts');
      await farmTokenCommand('add', { name, role }, options);
    });

  withHelp(token.command('list'), helps.list)
    .description('list the tokens that hold')
    .option(...databaseOption)
    .action(async (options: TokenOptions) => {
      const { farmTokenCommand } = await import('../session/commands/farm.ts');
      await farmTokenCommand('list', { name: '', role: '' }, options);
    });

  withHelp(token.command('revoke'), helps.revoke)
    .description('take a token away; the jobs of its workers go to others')
    .argument('<name>', 'whose it is')
    .option(...databaseOption)
    .action(async (name: string, options: TokenOptions) => {
      const { farmTokenCommand } = await import('../session/commands/farm.ts');
      await farmTokenCommand('revoke', { name, role: '' }, options);
    });
}
