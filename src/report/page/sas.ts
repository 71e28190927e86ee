import type { Observed, SaLife } from '../../model/observed.ts';
import type { SaData } from './data.ts';

interface Draft extends Omit<SaData, 'pair'> {
  readonly key: string;
}

/** Every SA that any host had, from birth to end, with its other end and the tunnel it belongs to. */
export function sasOf({ sas }: Pick<Observed, 'sas'>): SaData[] {
  const chains = new Map<string, number>();
  const drafts = sas.map((life): Draft => {
    const name = `${life.host} ${life.protocol} ${life.direction} ${life.reqid}`;
    if (!chains.has(name)) chains.set(name, chains.size);
    return draft(life, chains.get(name) ?? 0);
  });
  const pairs = pairsOf(drafts);
  return drafts.map(({ key: _, ...sa }, index) => {
    const pair = pairs.get(index);
    return pair === undefined ? sa : { ...sa, pair };
  });
}

function draft(life: SaLife, chain: number): Draft {
  const { host, born, protocol, spi, direction, algorithms, selector, packets, bytes, ended } = life;
  const encapsulation = life.encapsulation === undefined ? '' : `, ${life.encapsulation}`;
  return {
    host,
    born,
    chain,
    key: `${protocol} ${spi}`,
    protocol: protocol.toUpperCase(),
    ...(direction !== undefined && { direction }),
    spi,
    text: `${life.source} > ${life.destination}, ${life.mode}${encapsulation}${life.esn ? ', ESN' : ''}`,
    algorithms,
    selector,
    packets: `${packets} packets, ${bytes} bytes`,
    ...(ended && { died: ended.t, reason: ended.why }),
  };
}

/** Both ends of an SA, by index, both ways: one protocol and SPI, another host or direction, at one time. */
function pairsOf(drafts: readonly Draft[]): Map<number, number> {
  const pairs = new Map<number, number>();
  const groups = Map.groupBy(drafts.keys(), (index) => (drafts[index] as Draft).key);
  for (const members of groups.values()) {
    for (const index of members) {
      if (pairs.has(index)) continue;
      const one = drafts[index] as Draft;
      const other = members.find((at) => at > index && !pairs.has(at) && areEnds(one, drafts[at] as Draft));
      if (other === undefined) continue;
      pairs.set(index, other);
      pairs.set(other, index);
    }
  }
  return pairs;
}

function areEnds(one: Draft, other: Draft): boolean {
  const apart = one.host !== other.host || one.direction !== other.direction;
  const endOf = ({ died }: Draft): number => died ?? Number.POSITIVE_INFINITY;
  return apart && one.born <= endOf(other) && other.born <= endOf(one);
}
