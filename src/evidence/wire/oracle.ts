import type { ClosedFact, Finding, Inner, WireFact, WirePacket } from './fact.ts';
import { type Inflated, openIpcomp } from './ipcomp.ts';
import { type Opened, type Opener, type Opening, type Refused, refused, type Unjudged, unjudged } from './opened.ts';
import { word16At, word32At } from './raw-bytes.ts';
import { indexSas, type KnownSa, type SaIndex, type WireSa } from './sa-index.ts';
import { SequenceTrack, type SequenceUse } from './sequence-track.ts';
import { Sightings } from './sightings.ts';

/** Judges the protected packets of one attempt. */
export interface WireOracle {
  /** To be called in the order of capture: high halves of ESNs and replays follow from it. */
  judge(packet: WirePacket): WireFact;
  /** Sequence numbers as captured, for every SA with a packet that opened. */
  sequences(): readonly SequenceUse[];
}

/** An oracle that knows the SAs of all hosts of an attempt, at any time of it. */
export function createWireOracle(known: Iterable<KnownSa>): WireOracle {
  return new Oracle(indexSas(known));
}

/** SAs of one SPI to try; more of them would let a lab buy time with forged packets. */
const mostCandidates = 8;
/** IP protocol of IPComp. */
const ipcomp = 108;

class Oracle implements WireOracle {
  readonly #sas: SaIndex;
  readonly #tracks = new Map<WireSa, SequenceTrack>();
  readonly #sightings = new Sightings<Finding>();
  #count = 0;

  constructor(sas: SaIndex) {
    this.#sas = sas;
  }

  judge(packet: WirePacket): WireFact {
    const index = this.#count++;
    const { finding, occurrence, copyOf, earlier } = this.#sightings.see(packet, index, () => this.#find(packet));
    const place = { index, ...(copyOf !== undefined && { copyOf }) };
    if (!('inner' in finding) || finding.opened === undefined) return { ...place, ...finding };
    const { sequence64, sequence } = finding.opened;
    const first = this.#track(finding.sa).note(sequence64 ?? BigInt(sequence), earlier);
    const sameBytes = first === earlier;
    if (occurrence === 0 && sameBytes) return { ...place, ...finding };
    return { ...place, ...finding, word: 'replayed', first, sameBytes };
  }

  sequences(): readonly SequenceUse[] {
    return [...this.#tracks.values()].flatMap((track) => track.use() ?? []);
  }

  #track(sa: WireSa): SequenceTrack {
    const track = this.#tracks.get(sa) ?? new SequenceTrack(sa);
    this.#tracks.set(sa, track);
    return track;
  }

  #find(packet: WirePacket): Finding {
    const candidates = this.#sas(packet);
    const [best] = candidates;
    if (best === undefined) return { word: 'no-sa' };
    if (packet.protocol === 'ipcomp') return inflatedAlone(best, packet.bytes);
    const doubts: (Refused | Unjudged)[] = [];
    for (const sa of candidates.slice(0, mostCandidates)) {
      const opening = this.#open(sa, packet);
      if (opening.word === 'opened') return this.#unwrapped(sa, opening, packet);
      // As sure as an ICV that fits: no other SA can say more.
      if (opening.word === 'refused' && opening.reason === 'cleartext') return { ...opening, sa };
      doubts.push(opening);
    }
    if (candidates.length > mostCandidates) doubts.push(unjudged(`more than ${mostCandidates} SAs with this SPI`));
    return closed(best, doubts);
  }

  #open(sa: WireSa, packet: WirePacket): Opening {
    const opener = sa.opener();
    if (typeof opener !== 'function') return opener;
    const bytes = packet.protocol === 'ah' ? packet.ipPacket : packet.bytes;
    if (bytes === undefined) return unjudged('an AH packet without its IP header');
    return firstOpened(opener, bytes, sa.sa.esn ? this.#track(sa).highHalves(sequenceOf(packet)) : [0]);
  }

  #unwrapped(sa: WireSa, opened: Opened, packet: WirePacket): Finding {
    const word = opened.authenticated ? 'verified' : 'unauthenticated';
    const { nextHeader, inner: bytes } = opened;
    const fact = { word, sa, opened, inner: { nextHeader, bytes } } as const;
    if (nextHeader !== ipcomp || bytes.length < 4) return fact;
    const [compressing] = this.#sas({ ...packet, protocol: 'ipcomp', spi: word16At(bytes, 2) });
    const compression = openIpcomp(compressing?.sa ?? {}, bytes);
    return { ...fact, compression, ...(compression.word === 'inflated' && { inner: innerOf(compression) }) };
  }
}

function firstOpened(opener: Opener, bytes: Uint8Array, halves: readonly number[]): Opened | Refused {
  let last: Opened | Refused = refused('integrity');
  for (const high of halves) {
    last = opener(bytes, high);
    if (last.word === 'opened' || last.reason !== 'integrity') return last;
  }
  return last;
}

/** The 32 bits that are sent; 0 where the packet is too short for them. */
function sequenceOf({ protocol, bytes }: WirePacket): number {
  const at = protocol === 'ah' ? 8 : 4;
  return bytes.length < at + 4 ? 0 : word32At(bytes, at);
}

/** An SA that cannot be judged may be the right one: then nothing is refused. */
function closed(sa: WireSa, doubts: readonly (Refused | Unjudged)[]): ClosedFact {
  const doubt = doubts.find(({ word }) => word === 'unjudged') ?? doubts[0] ?? refused('integrity');
  return { ...doubt, sa };
}

function inflatedAlone(sa: WireSa, bytes: Uint8Array): Finding {
  const compression = openIpcomp(sa.sa, bytes);
  if (compression.word !== 'inflated') return { ...compression, sa };
  return { word: 'unauthenticated', sa, inner: innerOf(compression), compression };
}

function innerOf({ nextHeader, inner }: Inflated): Inner {
  return { nextHeader, bytes: inner };
}
