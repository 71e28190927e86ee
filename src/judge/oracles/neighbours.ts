import type { SeenFrame } from '../../evidence/evidence.ts';
import { addressText } from '../../model/addresses.ts';

/** Somebody says, or lets others learn, what the link-layer address of an address is. */
interface Answer {
  readonly time: bigint;
  readonly number: number;
  readonly address: string;
  /** Link-layer address of who hears it. */
  readonly to: string;
}

interface Talk {
  readonly asks: readonly string[];
  readonly answers: readonly string[];
}

/**
 * Virtual nanoseconds, 16 steps of the lab's clock: packets that waited for an answer leave in the softirq that takes it
 * (net/core/neighbour.c, __neigh_update), in which the clock stands still. Only a flood hands it on to a thread.
 */
const flush = 4096n;

/**
 * Virtual nanoseconds. A request is repeated after a second, and after three all packets that wait are dropped
 * (retrans_time_ms, mcast_solicit; neigh_timer_handler).
 */
const untilNextRequest = 2_000_000_000n;
const requests = 3;
/** What three requests take, where they may be seen on no link. */
export const unseenRequests = 3_000_000_000n;

/** Who asked for whose link-layer address, and when it was heard: ARP (RFC 826) and Neighbour Discovery (RFC 4861). */
export class Neighbours {
  readonly #asks = new Map<string, bigint[]>();
  readonly #answers = new Map<string, Answer[]>();

  constructor(frames: readonly SeenFrame[]) {
    for (const frame of frames) {
      const { file, time, number, packet } = frame;
      const { sourceMac, destinationMac } = packet.dissected;
      const { asks, answers } = talkOf(frame);
      for (const address of asks) added(this.#asks, `${file} ${sourceMac} ${address}`, time);
      for (const address of answers) {
        added(this.#answers, `${file} ${sourceMac}`, { time, number, address, to: destinationMac });
      }
    }
  }

  /**
   * When the sender of a frame first asked for the address of who the frame goes to, where the frame may have waited for the
   * answer: it left as the answer came, or at most so long after it as the sender delays packets (nanoseconds).
   */
  askedBefore({ file, time, number, packet }: SeenFrame, delay: bigint): bigint | undefined {
    const { sourceMac, destinationMac } = packet.dissected;
    let first: bigint | undefined;
    for (const answer of this.#answers.get(`${file} ${destinationMac}`) ?? []) {
      const since = time - answer.time;
      const before = since > 0n || (since === 0n && answer.number < number);
      if (!before || since > delay + flush || (answer.to !== sourceMac && !isGroup(answer.to))) continue;
      const asked = firstRequest(this.#asks.get(`${file} ${sourceMac} ${answer.address}`) ?? [], answer.time);
      if (asked !== undefined && (first === undefined || asked < first)) first = asked;
    }
    return first;
  }
}

/** The first of the last requests before an answer, which follow each other. */
function firstRequest(asks: readonly bigint[], answered: bigint): bigint | undefined {
  let first: bigint | undefined;
  for (const ask of asks
    .filter((one) => one <= answered)
    .slice(-requests)
    .reverse()) {
    if ((first ?? answered) - ask > untilNextRequest) break;
    first = ask;
  }
  return first;
}

const [routerAdvertisement, solicitation, advertisement, redirect] = [134, 135, 136, 137] as const;
const nothing: Talk = { asks: [], answers: [] };

/**
 * What a frame asks and answers. Who asks answers for itself as well. A request to one host alone probes an address that is
 * known, and packets do not wait for it.
 */
function talkOf({ packet: { dissected } }: SeenFrame): Talk {
  const { arp, ip, destinationMac } = dissected;
  if (arp !== undefined) {
    const asks = arp.operation === 1 && isGroup(destinationMac);
    return { asks: asks ? [arp.targetAddress] : [], answers: [arp.senderAddress] };
  }
  if (ip?.upper.kind !== 'icmp' || ip.upper.version !== 6) return nothing;
  const { type } = ip.upper;
  const target = (): string => addressText(ip.bytes.subarray(ip.payload + 8, ip.payload + 24));
  if (type === routerAdvertisement || type === redirect) return { asks: [], answers: [ip.source] };
  if ((type !== solicitation && type !== advertisement) || ip.end - ip.payload < 24) return nothing;
  if (type === advertisement) return { asks: [], answers: [target()] };
  // Without a source it asks whether the address is free, and no packet waits.
  if (ip.source === '::') return nothing;
  return { asks: isGroup(destinationMac) ? [target()] : [], answers: [ip.source] };
}

/** Broadcasts too: the lowest bit of the first byte is set (IEEE 802). */
function isGroup(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

function added<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
