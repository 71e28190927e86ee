import type { SaData } from '../../src/report/page/data.ts';

/** Where the bar of an SA lies among those of its host. */
export interface Lane {
  readonly sa: SaData;
  readonly index: number;
  /** From 0, the uppermost. */
  readonly lane: number;
}

/** Each chain of rekeyed SAs keeps to its lanes: the first that is free there, else a new one. */
export function lanesOf(sas: readonly SaData[]): Lane[] {
  const order = sas
    .map((sa, index) => ({ sa, index }))
    .sort((a, b) => a.sa.chain - b.sa.chain || a.sa.born - b.sa.born);
  /** Per host: of each lane, its chain and until when it is taken. */
  const taken = new Map<number, { chain: number; until: number }[]>();
  return order.map(({ sa, index }) => {
    const lanes = taken.get(sa.host) ?? [];
    taken.set(sa.host, lanes);
    const free = lanes.findIndex(
      ({ chain, until }) => until <= sa.born && (chain === sa.chain || until <= firstBorn(sas, sa)),
    );
    const lane = free < 0 ? lanes.length : free;
    lanes[lane] = { chain: sa.chain, until: sa.died ?? Number.POSITIVE_INFINITY };
    return { sa, index, lane };
  });
}

/** A chain moves into another's lane only where that one is over before it begins. */
function firstBorn(sas: readonly SaData[], { chain }: SaData): number {
  return sas.reduce((least, sa) => (sa.chain === chain ? Math.min(least, sa.born) : least), Number.POSITIVE_INFINITY);
}
