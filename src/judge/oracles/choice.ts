import { type FactEvidence, latenessOf, type SeenFrame } from '../../evidence/evidence.ts';
import { turnsBetween } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { type Delay, delayAt, delaysOf } from './delays.ts';
import { Neighbours, unseenRequests } from './neighbours.ts';

/**
 * Nanoseconds that a packet may wait between the choice of its policy and its place in the capture, on hosts whose events are recorded late:
 * what an answer to an ARP request takes, mostly, or what a switch outside of the lab's kernel takes.
 */
export function queuedOf({ lateness = 1_000_000n }: Pick<FactEvidence, 'lateness'>): bigint {
  return lateness;
}

/**
 * When a host chose the policies of its frames. The kernel asks its policies when it routes a packet, and hands it to the
 * link in the same go, so what is seen of a frame is the time of the choice, but for these:
 *
 * - Without the neighbour's link-layer address it waits (`neighbours.ts`), with a queueing discipline too (`delays.ts`).
 * - Fragments leave together. Segments that are sent again, and forwarded packets, whole or put together from fragments, are
 *   routed when they leave; a socket's route is dropped as soon as a policy is added (xfrm_policy_insert, rt_genid_bump_ipv4).
 *   It is kept where a bypass is removed, and packets of the socket stay in clear: a leak like any other.
 * - Packets that wait for an SA (xfrm_larval_drop=0) ask their policy again before they leave (xfrm_policy_queue_process).
 */
export class Choices {
  readonly #evidence: FactEvidence;
  readonly #delays;
  #neighbours: Neighbours | undefined;

  constructor(evidence: FactEvidence) {
    this.#evidence = evidence;
    this.#delays = delaysOf(evidence.commands);
  }

  /** What may have held a packet back that a host sent at a time. */
  delayAt(host: string, time: bigint): Delay {
    return delayAt(this.#delays.get(host), time);
  }

  /** Nanoseconds by which events of a host may be recorded late. */
  lateOf({ exact }: HostTimeline): bigint {
    return exact ? 0n : latenessOf(this.#evidence);
  }

  /** The earliest time at which the policy of a frame may have been chosen: its own, where it did not wait. */
  earliest(host: HostTimeline, frame: SeenFrame): bigint {
    const { most, lossy } = this.delayAt(host.host, frame.time);
    this.#neighbours ??= new Neighbours(this.#evidence.frames);
    const asked = this.#neighbours.askedBefore(frame, most);
    const waiting = asked === undefined ? frame.time : asked - (lossy ? unseenRequests : 0n);
    return waiting - most;
  }

  /**
   * The times at which a host's tables must agree on a frame before anything is said of it; the first is that which is told.
   * Where events are recorded late, a table must have stood for a while and stay for a while.
   */
  *moments(host: HostTimeline, frame: SeenFrame): Generator<bigint> {
    const { time } = frame;
    yield host.exact ? time : time - 1n;
    const until = host.exact ? time : time - queuedOf(this.#evidence);
    if (!host.exact) {
      yield until;
      yield time + this.lateOf(host);
    }
    const from = until - (time - this.earliest(host, frame));
    if (from === until) return;
    yield from;
    yield* turnsBetween(host, from, until);
  }
}
