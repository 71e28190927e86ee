import type { Algorithm, IpsecSa } from '../../evidence/ipsec.ts';
import type { Life } from '../../evidence/tables/lives.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';
import { selectorText, spiText } from '../../judge/oracles/words-of-facts.ts';
import type { PageClock } from './clock.ts';
import type { SaData } from './data.ts';

interface Draft extends Omit<SaData, 'pair'> {
  readonly key: string;
}

/** Every SA that any host had, from birth to end, with its other end and the tunnel it belongs to. */
export function sasOf({ hosts }: Timeline, clock: PageClock): SaData[] {
  const chains = new Map<string, number>();
  const drafts = hosts.flatMap(({ sas }, host) =>
    sas.flatMap((life): Draft[] => {
      const born = life.versions.find(({ value }) => !value.larval);
      if (born === undefined) return [];
      const { protocol, direction, reqid } = born.value;
      const name = `${host} ${protocol} ${direction} ${reqid}`;
      if (!chains.has(name)) chains.set(name, chains.size);
      return [draft(life, { host, chain: chains.get(name) ?? 0, born: clock.at(born.time) }, clock)];
    }),
  );
  const pairs = pairsOf(drafts);
  return drafts.map(({ key: _, ...sa }, index) => {
    const pair = pairs.get(index);
    return pair === undefined ? sa : { ...sa, pair };
  });
}

function draft(life: Life<IpsecSa>, place: Pick<SaData, 'host' | 'chain' | 'born'>, clock: PageClock): Draft {
  const sa = life.versions.at(-1)?.value as IpsecSa;
  const { packets, bytes } = sa.use;
  const encapsulation = sa.encapsulation === undefined ? '' : `, ${sa.encapsulation.type}`;
  return {
    ...place,
    key: `${sa.protocol} ${sa.spi}`,
    protocol: sa.protocol.toUpperCase(),
    ...(sa.direction !== undefined && { direction: sa.direction }),
    spi: spiText(sa.spi),
    text: `${sa.source} > ${sa.destination}, ${sa.mode}${encapsulation}${sa.esn ? ', ESN' : ''}`,
    algorithms: algorithmsText(sa),
    selector: selectorText(sa.selector),
    packets: `${packets} packets, ${bytes} bytes`,
    ...(life.ended && { died: clock.at(life.ended.time), reason: life.ended.reason }),
  };
}

function algorithmsText({ aead, encryption, integrity, compression }: IpsecSa): string {
  const bits = (one: Algorithm | undefined): string[] =>
    one === undefined ? [] : [`${one.name} ${8 * one.key.length}`];
  return [...bits(aead), ...bits(encryption), ...bits(integrity), ...(compression ? [compression] : [])].join(', ');
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
