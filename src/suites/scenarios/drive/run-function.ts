import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { writeAtomic } from '../../../base/files.ts';
import type { ChecksFile, FunctionFault, KernelLack } from '../../../model/checks.ts';
import type { LabPlan, Step } from '../../../model/scenario.ts';
import type { AtEnd, HeldLab, TunnelProbe } from '../../../model/suite.ts';
import { type MakeValueMatchers, running } from '../api/expect.ts';
import type { World } from '../api/handles.ts';
import type { HostSpec } from '../api/hosts.ts';
import { errorOrigin } from '../api/origin.ts';
import type { Declared } from '../api/scenario.ts';
import { CheckBook } from './check-book.ts';
import { clockOf } from './clock.ts';
import { DrivenDaemonHost, type HostDaemon } from './daemon-host.ts';
import { FaultRules } from './faults.ts';
import { DrivenHost, type HostInputs } from './host.ts';
import { lackingFeature } from './kernel-needs.ts';
import { netOf } from './links.ts';
import { makeMatchers } from './matchers.ts';
import { DrivenNat } from './nat.ts';
import { Stepper } from './stepper.ts';
import { DrivenSystem } from './system.ts';
import { askTunnels } from './traffic.ts';
import { makeValueMatchers } from './value-matchers.ts';
import { watched } from './watch.ts';

/** A scenario that is ready to run. */
export interface Played {
  readonly declared: Declared;
  readonly plan: LabPlan;
  readonly daemons: ReadonlyMap<string, HostDaemon>;
  /** What looks like a mistake; for people. */
  readonly hints: readonly string[];
  /** Of its tunnels. */
  readonly probes: readonly TunnelProbe[];
}

/**
 * Calls a scenario's function with a held lab, and ends the lab. Writes `checks.json` into the attempt's folder; returns what
 * was typed. A failed check and a mistake of the scenario are results, never raised.
 */
export async function runFunction(played: Played, lab: HeldLab, asked: AtEnd = {}): Promise<readonly Step[]> {
  const stepper = new Stepper(
    lab,
    played.plan.topology.hosts.map(({ name }) => name),
  );
  const book = new CheckBook(stepper);
  let isWhole = false;
  let lacks: KernelLack | undefined;
  const body = async (): Promise<void> => {
    lacks = await play(played, { stepper, book }, asked);
    isWhole = true;
  };
  const fault = await faultOf(body, { stepper, book });
  const isBroken = !isWhole || book.checks.some(({ passed }) => !passed);
  const hints = isBroken && played.hints.length > 0 ? { hints: [...played.hints] } : {};
  const ended = { ...(fault && { fault }), ...(lacks && { lacks }), ...hints };
  const file: ChecksFile = { version: 1, checks: book.checks, ...ended };
  writeAtomic(join(lab.dir, 'checks.json'), `${JSON.stringify(file, undefined, 1)}\n`);
  if (!lab.over) await lab.send([{ kind: 'end' }]);
  return stepper.steps;
}

interface Running {
  readonly stepper: Stepper;
  readonly book: CheckBook;
}

/** Gives what the kernel is too old for; the scenario's function was not called then. */
async function play(
  { declared, plan, daemons, probes }: Played,
  { stepper, book }: Running,
  { traffic }: AtEnd,
): Promise<KernelLack | undefined> {
  await stepper.begin();
  const links = plan.topology.links.map(({ name }) => name);
  const hosts = new Map(
    plan.topology.hosts.map((host) => {
      const matchers: HostInputs['matchers'] = (handle, soft) =>
        makeMatchers({ host: handle, soft, stepper, book, links });
      return [
        host.name,
        handleOf({ host, stepper, book, matchers }, declared.definition.hosts[host.name], daemons.get(host.name)),
      ] as const;
    }),
  );
  for (const host of hosts.values()) if (host instanceof DrivenNat) await host.setUp(declared.origin);
  const rules = new FaultRules(stepper);
  const world = {
    hosts: Object.fromEntries(hosts),
    net: netOf(plan.topology, { stepper, book, rules }),
    clock: clockOf(stepper),
  } as unknown as World<Readonly<Record<string, HostSpec>>, string>;
  const valueMatchers: MakeValueMatchers = (value, options) => makeValueMatchers({ stepper, book }, { value, options });
  const { origin } = declared;
  const { needs = [] } = declared.definition;
  let lacks: KernelLack | undefined;
  const body = async (): Promise<void> => {
    lacks = await lackingFeature(needs, { hosts, stepper, origin });
    if (lacks === undefined) await declared.body(world);
  };
  await watched({ stepper, origin }, () => running.run(valueMatchers, body));
  const [forgotten] = stepper.pending.values();
  const remedy = 'write `await` in front of it';
  if (forgotten !== undefined)
    throw new EspalierError('scenario', 'the function ended before this step had', { ...forgotten, remedy });
  // The book has failed checks already.
  const ignored = stepper.ignored.find(({ error }) => !book.isFailure(error));
  if (ignored !== undefined) {
    const { origin, error: cause } = ignored;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `this step failed, and the function did not wait for it: ${why}`;
    throw new EspalierError('scenario', message, { ...origin, remedy, cause });
  }
  rules.check();
  if (traffic !== undefined && lacks === undefined)
    await askTunnels(probes, { hosts, stepper, book, within: traffic, origin });
  return lacks;
}

function handleOf(parts: HostInputs, spec: HostSpec | undefined, daemon: HostDaemon | undefined): DrivenHost {
  if (daemon !== undefined) return new DrivenDaemonHost(parts, daemon);
  if (spec?.kind === 'system') return new DrivenSystem(parts, spec.system);
  return spec?.kind === 'nat' ? new DrivenNat(parts, spec) : new DrivenHost(parts);
}

/** What stopped a scenario's function, unless the lab's records or a check explain it. */
async function faultOf(body: () => Promise<void>, { stepper, book }: Running): Promise<FunctionFault | undefined> {
  let fault: FunctionFault | undefined;
  try {
    await body();
  } catch (error) {
    if (error instanceof EspalierError && error.fault === 'bug') throw error;
    if (!stepper.gone && !book.isFailure(error)) fault = describe(error);
  }
  await stepper.close();
  return fault;
}

function describe(error: unknown): FunctionFault {
  const origin = errorOrigin(error);
  if (!(error instanceof EspalierError)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
    return { message, ...(origin && { origin }) };
  }
  const { file, line, host, command, output, remedy } = error.detail;
  const place = file !== undefined && line !== undefined ? { file, line } : origin;
  return {
    message: remedy === undefined ? error.message : `${error.message}; ${remedy}`,
    ...(place && { origin: place }),
    ...(host !== undefined && { host }),
    ...(command !== undefined && { command }),
    ...(output !== undefined && { output }),
  };
}
