import type { Algorithm, IpsecSa } from '../../evidence/ipsec.ts';
import type { Life } from '../../evidence/tables/lives.ts';
import type { Timeline } from '../../evidence/tables/timeline.ts';
import type { SaLife } from '../../model/observed.ts';
import { selectorText, spiText } from '../oracles/words-of-facts.ts';

/** Every SA that any host had, from birth to end; SPIs that were only reserved are left out. `at`: see `TrafficContext`. */
export function saLives({ hosts }: Timeline, at: (time: bigint) => number): SaLife[] {
  return hosts.flatMap(({ sas }, host) =>
    sas.flatMap((life) => {
      const born = bornAt(life);
      return born === undefined ? [] : [lifeOf(life, { host, born: at(born) }, at)];
    }),
  );
}

/** Virtual nanoseconds at which SAs came and went. */
export function* saTurns({ hosts }: Timeline): Generator<bigint> {
  for (const life of hosts.flatMap(({ sas }) => sas)) {
    const born = bornAt(life);
    if (born === undefined) continue;
    yield born;
    if (life.ended) yield life.ended.time;
  }
}

function bornAt({ versions }: Life<IpsecSa>): bigint | undefined {
  return versions.find(({ value }) => !value.larval)?.time;
}

function lifeOf(
  { versions, ended }: Life<IpsecSa>,
  place: Pick<SaLife, 'host' | 'born'>,
  at: (time: bigint) => number,
): SaLife {
  const sa = versions.at(-1)?.value as IpsecSa;
  return {
    host: place.host,
    protocol: sa.protocol,
    spi: spiText(sa.spi),
    ...(sa.direction !== undefined && { direction: sa.direction }),
    reqid: sa.reqid,
    source: sa.source,
    destination: sa.destination,
    mode: sa.mode,
    ...(sa.encapsulation && { encapsulation: sa.encapsulation.type }),
    ...(sa.esn && { esn: true }),
    algorithms: algorithmsText(sa),
    selector: selectorText(sa.selector),
    packets: String(sa.use.packets),
    bytes: String(sa.use.bytes),
    born: place.born,
    ...(ended && { ended: { t: at(ended.time), why: ended.reason } }),
  };
}

/** Names and key lengths in bits; what AEADs have as salt counts, as the kernel has it. */
function algorithmsText({ aead, encryption, integrity, compression }: IpsecSa): string {
  const bits = (one: Algorithm | undefined): string[] =>
    one === undefined ? [] : [`${one.name} ${8 * one.key.length}`];
  return [...bits(aead), ...bits(encryption), ...bits(integrity), ...(compression ? [compression] : [])].join(', ');
}
