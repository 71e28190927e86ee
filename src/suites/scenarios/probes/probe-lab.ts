import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { makeWorkFolder } from '../../../base/work-folder.ts';
import { consoles } from '../../../evidence/records/consoles.ts';
import { readRecords } from '../../../evidence/records/reader.ts';
import { startLab } from '../../../lab/substrate/lifecycle.ts';
import type { LabSupply } from '../../../lab/supply.ts';
import type { LabPlan, Step } from '../../../model/scenario.ts';
import type { StackTable } from '../../../model/stack-table.ts';
import { daemonsOf, withRoutes } from '../daemons.ts';
import type { HostDaemon } from '../drive/daemon-host.ts';
import { networkOf } from '../network.ts';
import { planOf } from '../understand.ts';
import { type Answer, lineOf, rowsOf } from './cells.ts';
import { type ColumnName, chosenColumns, labOf, type NamedColumn } from './columns.ts';
import { probes } from './probes.ts';

/** What is to be probed, and who hears of each column whose lab is over. */
export interface ProbeOptions {
  /** Names of columns; absent: all that this machine can have. */
  readonly stacks?: readonly string[] | undefined;
  /** Why there are no labs of machines here. */
  readonly noMachines?: string | undefined;
  /** What the lab of a column boots from; `machine`: the recipe of a kernel for machines. */
  readonly supplyOf: (machine: string | undefined) => LabSupply;
  readonly progress: (column: string) => void;
}

/**
 * The table of stacks: one lab each, with the same probes. Raises `usage` for a column that there is not, `infrastructure` where a lab
 * did not come to its end, and `guest` where a daemon did not start: a table with guesses would be worse than none.
 */
export async function probeStacks({ stacks, noMachines, supplyOf, progress }: ProbeOptions): Promise<StackTable> {
  const { chosen, absent } = chosenColumns(stacks, noMachines);
  const answers = new Map<ColumnName, readonly Answer[]>();
  for (const column of chosen) {
    answers.set(column.name, await answersOf(column, supplyOf(column.machine)));
    progress(column.name);
  }
  return {
    version: 1,
    columns: chosen.map(({ name, about }) => ({ name, about })),
    rows: rowsOf(answers),
    absent,
  };
}

async function answersOf(column: NamedColumn, supply: LabSupply): Promise<Answer[]> {
  const { name, idle } = column;
  const definition = labOf(column);
  const network = networkOf(definition);
  const daemons = daemonsOf(definition, network);
  const images: Record<string, string> = {};
  for (const [host, { daemon }] of daemons) images[host] = (await supply.image(daemon.image)).path;
  const west = idle ? [] : [...detail('west', daemons), ...startOf('west', daemons)];
  const starting = [...startOf('east', daemons), ...west];
  const plan: LabPlan = {
    ...planOf({ definition }, daemons),
    topology: withRoutes(network, daemons),
    images,
    steps: [...starting, ...probeSteps(name)],
  };
  const flavour = column.stack === 'pfkey' ? 'netkey' : 'standard';
  return runProbes({ name, plan, supply, kernel: (await supply.kernel(flavour)).path, probesFrom: starting.length });
}

const nowhere = { file: '', line: 0 };

function step(host: string, line: string): Step {
  return { kind: 'command', host, line, origin: nowhere, by: 'start' };
}

function startOf(host: string, daemons: ReadonlyMap<string, HostDaemon>): Step[] {
  const { daemon, views } = daemons.get(host) as HostDaemon;
  return daemon.control.start(views).map((line) => step(host, line));
}

/** charon says at level 2 what it asks of the kernel; the first `default` is that of its own log. */
function detail(host: string, daemons: ReadonlyMap<string, HostDaemon>): Step[] {
  const { daemon } = daemons.get(host) as HostDaemon;
  const file = daemon.stack === 'pfkey' ? '/etc/strongswan.conf.testing' : '/etc/strongswan.conf';
  return [step(host, `sed -i '0,/default = 1/s//default = 1\\n            knl = 2/' ${file}`)];
}

function probeSteps(column: ColumnName): Step[] {
  return probes.flatMap((one) => {
    const line = 'prepare' in one ? one.prepare : lineOf(one, column);
    return line === undefined ? [] : [step('west', line)];
  });
}

interface ProbeRun {
  readonly name: string;
  readonly plan: LabPlan;
  readonly supply: LabSupply;
  readonly kernel: string;
  /** Index of the first step that is no start of a daemon. */
  readonly probesFrom: number;
}

async function runProbes({ name, plan, supply, kernel, probesFrom }: ProbeRun): Promise<Answer[]> {
  using work = makeWorkFolder('lab');
  const dir = work.path;
  const seed = supply.substrate.traits.seeds ? 1n : undefined;
  await using lab = await startLab(supply.substrate, { dir, plan, kernel, seed, hold: false });
  const stop = (): void => lab.cancel();
  supply.signal.addEventListener('abort', stop, { once: true });
  const { end } = await lab.ended;
  supply.signal.removeEventListener('abort', stop);
  if (supply.signal.aborted) throw new EspalierError('cancelled', `stopped while probing ${name}`);
  if (end.word !== 'completed') {
    const { host } = end;
    throw new EspalierError('infrastructure', `the lab of ${name} ended with ${end.word}: ${end.detail ?? ''}`, {
      ...(host !== undefined && { host }),
    });
  }
  const typed = consoles(readRecords(readFileSync(join(dir, 'records')))).flatMap(({ host, commands }) =>
    commands.map((command) => ({ ...command, host, output: Buffer.from(command.output).toString('utf8') })),
  );
  const failed = typed.find(({ step: index, status }) => index !== undefined && index < probesFrom && status !== 0);
  if (failed !== undefined) {
    const { host, line, output } = failed;
    throw new EspalierError('guest', `the daemon of ${name} did not start`, { host, command: line, output });
  }
  return typed.filter(({ host }) => host === 'west').map(({ line, output }) => ({ line, output }));
}
