import { slices } from '../../../daemons/table.ts';
import type { Attempt } from '../../../evidence/attempt/attempt.ts';
import { collectedFiles } from '../../../evidence/attempt/collected.ts';
import { deathsOf } from '../../../evidence/attempt/deaths.ts';
import { kernelStart } from '../../../evidence/attempt/kernel-start.ts';
import { runtimeFaults } from '../../../evidence/text/runtime-faults.ts';
import { type DeathRules, deathIncidents } from './deaths.ts';
import { type FaultLine, faultLines } from './fault-lines.ts';
import type { Incident } from './incident.ts';
import { kernelReports } from './kernel-reports.ts';

/** Names of daemons' processes, and lines that end them, of all slices: a host may run what its image does not promise. */
const daemons: ReadonlySet<string> = new Set(slices.flatMap(({ processes }) => processes));
const endedBy: readonly RegExp[] = slices.flatMap(({ endedBy: form = [] }) => form);
const startedBy: readonly RegExp[] = slices.map((slice) => slice.startedBy);
const faults = [...slices.flatMap((slice) => slice.faults), ...runtimeFaults];

/** Lines of logs and consoles that report a fault. A format may know some of them as expected. */
export function findFaultLines(attempt: Attempt): FaultLine[] {
  const logs = collectedFiles(attempt.names(), attempt.scenario.hosts).flatMap((one) => {
    const bytes = attempt.read(one.file);
    return bytes === undefined ? [] : [{ ...one, bytes }];
  });
  return faultLines({ logs, consoles: attempt.consoles, faults });
}

/** Deaths of processes, and reports of the kernel. */
export function findIncidents(attempt: Attempt): Incident[] {
  const { records, postMortem, scenario, commands } = attempt;
  const typedCoreIsMeant = scenario.tolerates === undefined;
  const rules: DeathRules = { commands, postMortem, daemons, endedBy, startedBy, typedCoreIsMeant };
  const bytes = attempt.read('kernel.log');
  return [
    ...deathIncidents(deathsOf(records), rules),
    ...(bytes === undefined ? [] : kernelReports({ bytes, start: kernelStart(records), commands })),
  ];
}

/** A log without times: what it says of a program's end came when the program of that host ended, where just one did. */
export function withTimesOfDeaths(incidents: readonly Incident[]): Incident[] {
  const died = incidents.filter(({ kind }) => kind === 'died');
  const deaths = Map.groupBy(died, ({ host }) => host);
  return incidents.map((incident) => {
    const [death, another] = deaths.get(incident.host) ?? [];
    const isLast = incident.kind === 'assertion-failed' || incident.kind === 'daemon-fatal';
    if (!isLast || incident.time !== undefined || death?.time === undefined || another !== undefined) return incident;
    return { ...incident, time: death.time };
  });
}
