import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { spanOf } from '../../evidence/attempt/span.ts';
import { incidentOfLine } from '../../judge/oracles/incidents/fault-lines.ts';
import { findFaultLines, findIncidents, withTimesOfDeaths } from '../../judge/oracles/incidents/find-incidents.ts';
import { type IncidentFindings, judgeIncidents } from '../../judge/oracles/incidents/judge-incidents.ts';
import type { Format } from '../../suites/format.ts';
import type { InputFolder } from '../../suites/input-folder.ts';

/** What went wrong in processes and in the kernel of an attempt of any format. */
export async function incidentsOf(attempt: Attempt, format: Format, folder: InputFolder): Promise<IncidentFindings> {
  const { scenario } = attempt;
  const incidents = findIncidents(attempt);
  for (const line of findFaultLines(attempt)) {
    const isKnown = await format.knows?.(scenario, line, { attempt, folder });
    if (isKnown !== true) incidents.push(incidentOfLine(line));
  }
  const start = spanOf(attempt.records)?.start ?? 0n;
  return judgeIncidents(withTimesOfDeaths(incidents), { tolerances: scenario.tolerates ?? [], start });
}
