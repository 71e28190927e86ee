import type { IpsecSa } from '../../src/evidence/ipsec.ts';
import { tablesAt } from '../../src/evidence/tables/tables.ts';
import type { Boundary } from '../../src/evidence/tables/timeline.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** One end of an SA that two hosts have. */
export interface ChosenSa {
  /** Index into the `hosts` frame. */
  readonly host: number;
  readonly sa: IpsecSa;
  /** The other end. */
  readonly peer: IpsecSa;
  /** Names of the hosts of both. */
  readonly hosts: readonly [string, string];
  /** Command boundaries at which both ends were there, and the times of the first and the last. */
  readonly boundaries: number;
  readonly from: bigint;
  readonly until: bigint;
}

/** SAs of ESP and AH at both of their ends, those first that were there for the longest; command boundaries before the post-mortem. */
export function pairedSas({ evidence }: StoredAttempt): ChosenSa[] {
  const { hosts } = evidence.timeline;
  const found = new Map<string, ChosenSa>();
  for (const { sequence, time } of boundariesOf(evidence)) {
    const all = hosts.flatMap((host, index) => tablesAt(host, sequence).sas.map((sa) => ({ host: index, sa })));
    for (const { host, sa } of all) {
      if (sa.larval || (sa.protocol !== 'esp' && sa.protocol !== 'ah')) continue;
      const peer = all.find((other) => other.host !== host && isSame(other.sa, sa) && !other.sa.larval);
      if (peer === undefined) continue;
      const key = `${host} ${sa.protocol} ${sa.spi}`;
      const { boundaries, from } = found.get(key) ?? { boundaries: 0, from: time };
      const names = [hosts[host]?.host ?? '', hosts[peer.host]?.host ?? ''] as const;
      found.set(key, { host, sa, peer: peer.sa, hosts: names, boundaries: boundaries + 1, from, until: time });
    }
  }
  return [...found.values()].sort((a, b) => b.boundaries - a.boundaries);
}

function boundariesOf({ timeline, end }: StoredAttempt['evidence']): Boundary[] {
  return timeline.boundaries.filter(({ command }) => command < end.sequence);
}

/** One protocol and SPI: enough to know an SA by through moves and updates. */
export function isSame(a: IpsecSa, b: IpsecSa): boolean {
  return a.protocol === b.protocol && a.spi === b.spi;
}
