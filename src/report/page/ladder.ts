import { repeatsIn } from '../../base/repeats.ts';
import type { TypedCommand } from '../../evidence/evidence.ts';
import type { Observed } from '../../model/observed.ts';
import type { PageClock } from './clock.ts';
import type { LadderRow, SaData } from './data.ts';
import { incidentRows } from './incidents.ts';
import { trafficRows } from './ladder-traffic.ts';

/** What the ladder is made from. */
export interface LadderInputs {
  readonly clock: PageClock;
  readonly hosts: readonly string[];
  readonly commands: readonly TypedCommand[];
  readonly sas: readonly SaData[];
  /** Absent: judging left nothing. */
  readonly observed?: Observed | undefined;
}

/**
 * What went over the links and happened on hosts, in order of time. Packets of one kind that follow each other without
 * anything else between are one row; what one host forwards is a row of its own, from the host that did.
 */
export function ladderOf({ clock, hosts, commands, sas, observed }: LadderInputs): LadderRow[] {
  const typed = repeatsIn(commands, isPoll).flatMap((polls): LadderRow[] => {
    const [{ host, line, begin } = {}] = polls;
    if (host === undefined || line === undefined || begin === undefined) return [];
    const short = line.length > 300 ? `${line.slice(0, 300)} …` : line;
    const text = polls.length === 1 ? short : `${short} (${polls.length} times)`;
    return [{ kind: 'command', t: clock.at(begin), from: hosts.indexOf(host), text }];
  });
  const events = [...typed, ...saRows(sas), ...incidentRows(observed?.incidents ?? [])].sort((a, b) => a.t - b.t);
  return observed === undefined ? events : trafficRows(observed, events);
}

/** What Espalier asks again and again until a check holds. */
function isPoll(one: TypedCommand, next: TypedCommand): boolean {
  return one.by === 'look' && next.by === 'look' && one.host === next.host && one.line === next.line;
}

/** Births and ends of one host's SAs at one time are one row. */
function saRows(sas: readonly SaData[]): LadderRow[] {
  const changes = sas.flatMap((sa) => [
    { t: sa.born, host: sa.host, text: `+ ${nameOf(sa)}`, detail: `${sa.text}; ${sa.algorithms}; ${sa.selector}` },
    ...(sa.died === undefined
      ? []
      : [{ t: sa.died, host: sa.host, text: `− ${nameOf(sa)}`, detail: `${sa.reason}; ${sa.packets}` }]),
  ]);
  changes.sort((a, b) => a.t - b.t);
  const groups = Map.groupBy(changes, ({ t, host }) => `${host} ${Math.floor(t / 1000)}`);
  return [...groups.values()].map((members) => ({
    kind: 'sa',
    t: members[0]?.t ?? 0,
    from: members[0]?.host ?? -1,
    text: members.map(({ text }) => text).join(', '),
    details: members.map(({ text, detail }) => `${text}: ${detail}`),
  }));
}

function nameOf({ protocol, direction, spi }: SaData): string {
  return [protocol, direction, spi].filter(Boolean).join(' ');
}
