import type { FactEvidence } from '../../evidence/evidence.ts';
import type { Observed } from '../../model/observed.ts';
import type { Issue } from '../../model/verdict.ts';
import type { JudgedIncident } from '../oracles/incidents/judge-incidents.ts';
import type { Leak } from '../oracles/leaks.ts';
import { toldIncidents } from './incidents.ts';
import { leakedFrames, weightiest } from './leaked-frames.ts';
import { halved, type Limits, largest, limits } from './limits.ts';
import { Places } from './places.ts';
import { saLives, saTurns } from './sa-lives.ts';
import { trafficOf } from './traffic.ts';

/** What is told of. */
export interface SeenLab {
  readonly evidence: FactEvidence;
  /** Names of all links, in the order of the scenario. */
  readonly links: readonly string[];
  readonly nics: readonly { readonly host: string; readonly mac: string }[];
  /** Virtual nanoseconds since 1970: t = 0, the first record, and the last one. */
  readonly start: bigint;
  readonly boot: bigint;
  readonly end: bigint;
  readonly damage: Observed['damage'];
  readonly leaks: readonly Leak[];
  /** In the order of time. */
  readonly incidents: readonly JudgedIncident[];
  /** Of the verdict. */
  readonly issues: readonly Issue[];
}

/**
 * The text of `derived/observed.json`. It has at most `largest` bytes and twice those of `leaks`, since no leaked frame is
 * left out, and each stands in `traffic` too.
 */
export function observedText(lab: SeenLab, atFirst: Limits = limits): string {
  for (let kept = atFirst; ; kept = halved(kept)) {
    const observed = observedOf(lab, kept);
    const text = `${JSON.stringify(observed)}\n`;
    const most = largest + 2 * Buffer.byteLength(JSON.stringify(observed.leaks));
    if (kept.traffic === 1 || Buffer.byteLength(text) <= most) return text;
  }
}

/** What judging saw of links and SAs. */
export function observedOf(lab: SeenLab, kept: Limits): Observed {
  const { evidence, start } = lab;
  const at = (time: bigint): number => Number((time - start) / 1000n);
  const places = new Places(lab);
  const came = lab.incidents.flatMap(({ time }) => time ?? []);
  const turns = [...evidence.commands.map(({ begin }) => begin), ...saTurns(evidence.timeline), ...came];
  turns.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const { left, ...traffic } = trafficOf(evidence, { at, places, leaks: weightiest(lab.leaks), turns, limits: kept });
  const sas = saLives(evidence.timeline, at);
  const incidents = toldIncidents(lab.incidents.slice(0, kept.incidents), { at, places });
  const incidentsLeft = lab.incidents.length - incidents.length;
  return {
    version: 1,
    start: String(start),
    boot: at(lab.boot),
    end: at(lab.end),
    hosts: places.hosts,
    links: places.links,
    damage: lab.damage,
    sas: sas.slice(0, kept.sas),
    leaks: leakedFrames(lab.leaks, places),
    ...(incidents.length > 0 && { incidents }),
    named: places.named(evidence.frames, lab.issues).map(({ time, ...frame }) => ({ ...frame, t: at(time) })),
    ...traffic,
    left: {
      ...left,
      sas: Math.max(0, sas.length - kept.sas),
      ...(incidentsLeft > 0 && { incidents: incidentsLeft }),
    },
  };
}
