import type { ToldIncident } from '../../model/observed.ts';
import type { Tolerance } from '../../model/tolerance.ts';
import type { Issue, ToleratedIssue } from '../../model/verdict.ts';
import type { LadderRow, RowFlag } from './data.ts';

/** Rows of what went wrong in processes and the kernel, as far as anybody knows when. */
export function incidentRows(incidents: readonly ToldIncident[]): LadderRow[] {
  return incidents.flatMap(({ t, host, text, excerpt, file, line, excuse, tolerated }) => {
    if (t === undefined) return [];
    const flags: RowFlag[] = [
      ...(excuse === undefined ? [] : ['expected' as const]),
      ...(tolerated === undefined ? [] : ['tolerated' as const]),
    ];
    const place = file === undefined ? [] : [line === undefined ? file : `${file}:${line}`];
    const reasons = [excuse, tolerated].filter((reason) => reason !== undefined);
    const row: LadderRow = { kind: 'incident', t, from: host, text };
    return [
      {
        ...row,
        ...(flags.length > 0 && { flags }),
        details: [...reasons, ...place, ...(excerpt?.split('\n') ?? [])],
      },
    ];
  });
}

/** When the incident of an issue was; undefined: it has none, or nobody knows. */
export function timeOfIncident(
  { kind, file, line, message }: Issue,
  incidents: readonly ToldIncident[],
): number | undefined {
  // The message of an issue that stands for several begins with that of the first.
  return incidents.find(
    (one) => one.kind === kind && one.file === file && one.line === line && message.startsWith(one.text),
  )?.t;
}

/** What a scenario declares of its faults, for people: a line each. */
export function tolerancesText(tolerances: readonly Tolerance[], seen: readonly ToleratedIssue[]): string {
  return tolerances
    .map(({ what, why, host, text }) => {
      const where = host === undefined ? '' : ` on ${host}`;
      const which = text === undefined ? '' : ` with ${JSON.stringify(text)}`;
      const isSeen = seen.some((one) => one.kind === what && one.why === why);
      return `${what}${where}${which}: ${why}${isSeen ? '' : ' (none was seen)'}`;
    })
    .join('\n');
}
