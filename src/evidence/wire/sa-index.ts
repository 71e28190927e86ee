import { latin1 } from '../../base/bytes.ts';
import type { Address } from '../../model/addresses.ts';
import type { IpsecSa } from '../ipsec.ts';
import { ahOpener } from './ah.ts';
import { espOpener } from './esp.ts';
import { type Opener, type Unjudged, unjudged } from './opened.ts';

/** An SA as a host had it, over a time. */
export interface KnownSa {
  readonly host: string;
  /** Virtual nanoseconds: first seen, and gone (absent: never gone). */
  readonly from: bigint;
  readonly to?: bigint;
  readonly sa: IpsecSa;
}

/**
 * One SA of the wire: every sighting of one SPI with one set of keys. Sender and receiver have one each of these
 * sightings, dumps many; destinations differ behind NAT, marks never leave the host.
 */
export interface WireSa {
  /** As first seen; protocol, SPI, algorithms, keys and ESN are those of all sightings. */
  readonly sa: IpsecSa;
  readonly known: readonly KnownSa[];
  /** Made when the first packet wants it. */
  opener(): Opener | Unjudged;
}

/** What tells which SA a packet belongs to. */
export interface SaQuery {
  readonly time: bigint;
  readonly protocol: IpsecSa['protocol'];
  readonly spi: number;
  readonly destination: Address;
}

/** Finds SAs of a packet: those of its protocol and SPI, the likeliest first. */
export type SaIndex = (query: SaQuery) => readonly WireSa[];

/**
 * Sorts the SAs of an attempt by SPI and keys. SPIs reserved and not yet filled have no keys and are left out. An SA whose stack keeps
 * its keys to itself has those of its peer, which has the same SPI; without one nobody can open its packets.
 */
export function indexSas(known: Iterable<KnownSa>): SaIndex {
  const bySpi = new Map<string, Map<string, Group>>();
  const keyless: KnownSa[] = [];
  const put = (one: KnownSa): void => {
    const place = placeOf(one.sa);
    const groups = bySpi.get(place) ?? new Map<string, Group>();
    bySpi.set(place, groups);
    const keys = keysOf(one.sa);
    const group = groups.get(keys) ?? new Group(one.sa);
    groups.set(keys, group);
    group.known.push(one);
  };
  for (const one of known) {
    if (one.sa.keysUnknown) keyless.push(one);
    else if (!one.sa.larval) put(one);
  }
  const keyed = new Map([...bySpi].map(([place, groups]) => [place, [...groups.values()]]));
  for (const one of keyless) {
    const groups = keyed.get(placeOf(one.sa));
    if (groups === undefined) put(one);
    else for (const group of groups) group.known.push(one);
  }
  return (query) => {
    const groups = [...(bySpi.get(`${query.protocol}/${query.spi}`)?.values() ?? [])];
    return groups.length < 2 ? groups : groups.sort((a, b) => b.fit(query) - a.fit(query));
  };
}

class Group implements WireSa {
  readonly sa: IpsecSa;
  readonly known: KnownSa[] = [];
  #opener: Opener | Unjudged | undefined;

  constructor(sa: IpsecSa) {
    this.sa = sa;
  }

  opener(): Opener | Unjudged {
    this.#opener ??= makeOpener(this.sa);
    return this.#opener;
  }

  /** 0 to 3: destination counts more than being installed at the time, which is known only roughly. */
  fit({ time, destination }: SaQuery): number {
    const destinationFits = this.known.some(({ sa }) => sa.destination === destination);
    const timeFits = this.known.some(({ from, to }) => from <= time && (to === undefined || time <= to));
    return (destinationFits ? 2 : 0) + (timeFits ? 1 : 0);
  }
}

function placeOf({ protocol, spi }: IpsecSa): string {
  return `${protocol}/${spi}`;
}

function makeOpener(sa: IpsecSa): Opener | Unjudged {
  if (sa.keysUnknown) return unjudged('no host tells the keys of this SA');
  if (sa.protocol === 'esp') return espOpener(sa);
  if (sa.protocol === 'ah') return ahOpener(sa);
  return unjudged(`protocol ${sa.protocol}`);
}

/** All that decides how packets open, as one string. */
function keysOf({ esn, encryption, integrity, aead, compression }: IpsecSa): string {
  const algorithms = [encryption, integrity, aead].map((one) => one && `${one.name} ${latin1(one.key)}`);
  return JSON.stringify([esn, integrity?.truncation, aead?.icv, compression, ...algorithms]);
}
