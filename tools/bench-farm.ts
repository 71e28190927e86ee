/**
 * `npm run bench:farm -- chaos|scaling|real …`: what a farm bears, in figures. All of it runs on this machine, with a database of its
 * own. Exit code 1 where a bar is missed.
 */
import { describeError, EspalierError } from '../src/base/errors.ts';
import { interruption, watchForInterruption } from '../src/base/interruption.ts';
import { Audience } from './bench/farm-audience.ts';
import { benchChaos } from './bench/farm-chaos.ts';
import { benchReal } from './bench/farm-real.ts';
import { benchScaling } from './bench/farm-scaling.ts';

const usage = `npm run bench:farm -- COMMAND

  chaos [JOBS]              JOBS (10000) attempts by 20 workers, of which one is killed, stopped or cut off each second
  scaling RUN [N,N,…]       a stored run's labs, asleep for a quarter of their wall time, by so many workers (20)
  real RUN [TESTS [WORKERS]]   those tests (200) of a stored run of libreswan's suite that took the least wall time, by so
                            many workers (4), compared with a run here
`;

function bench(audience: Audience, [command, ...args]: readonly string[]): Promise<boolean> {
  if (command === 'chaos') return benchChaos(audience, Number(args[0] ?? 10_000));
  if (command === 'scaling' && args[0] !== undefined)
    return benchScaling(audience, args[0], (args[1] ?? '20').split(',').map(Number));
  if (command === 'real' && args[0] !== undefined) {
    const [run, tests = '200', workers = '4'] = args;
    return benchReal(audience, { run, tests: Number(tests), workers: Number(workers) });
  }
  throw new EspalierError('usage', `no such bench\n${usage}`);
}

/** Ctrl-C ends what the audience has started, too. */
async function main(): Promise<boolean> {
  await using audience = new Audience();
  const stopped = Promise.withResolvers<never>();
  interruption().addEventListener('abort', () => stopped.reject(new EspalierError('cancelled', 'stopped on request')));
  return await Promise.race([bench(audience, process.argv.slice(2)), stopped.promise]);
}

if (process.argv.includes('--help')) {
  process.stdout.write(usage);
  process.exit(0);
}
watchForInterruption();
try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  // What is under way when it is stopped waits for what is no more.
  process.exit(error instanceof EspalierError && error.fault === 'cancelled' ? 130 : 2);
}
