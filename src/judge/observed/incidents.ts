import type { ToldIncident } from '../../model/observed.ts';
import type { JudgedIncident } from '../oracles/incidents/judge-incidents.ts';
import type { Places } from './places.ts';
import { cut } from './texts.ts';

interface Context {
  /** Virtual microseconds since the start. */
  readonly at: (time: bigint) => number;
  readonly places: Places;
}

/** Incidents as reports lay them out. */
export function toldIncidents(incidents: readonly JudgedIncident[], { at, places }: Context): ToldIncident[] {
  return incidents.map(({ kind, host, time, file, line, message, excerpt, excuse, tolerated }) => ({
    kind,
    host: places.hostOf(host),
    ...(time !== undefined && { t: at(time) }),
    text: cut(message),
    ...(excerpt !== undefined && { excerpt: cut(excerpt) }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(excuse !== undefined && { excuse }),
    ...(tolerated !== undefined && { tolerated }),
  }));
}
