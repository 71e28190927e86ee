import type { FactEvidence, ProtectedPacket, SeenFrame } from '../../evidence/evidence.ts';
import { messagesOf, type SeenMessage } from '../../evidence/packet/wire.ts';
import type { LeakKind, Observed } from '../../model/observed.ts';
import { daemonPorts, sasUntil } from '../oracles/in-clear.ts';
import { flowName, ikeFlow, plainFlow, protectedFlow } from './flows.ts';
import { IkeMessages } from './ike-messages.ts';
import type { Limits } from './limits.ts';
import type { Path, Places } from './places.ts';
import { SequenceGaps } from './sequence-gaps.ts';
import { type Sighting, Stretches } from './stretches.ts';

/** What traffic is told by. */
export interface TrafficContext {
  /** Virtual microseconds since the start. */
  readonly at: (time: bigint) => number;
  readonly places: Places;
  /** The weightiest kind of leak that a frame is. */
  readonly leaks: ReadonlyMap<SeenFrame, LeakKind>;
  /** Virtual nanoseconds, in order: what happened on hosts, so that packets before and after are apart. */
  readonly turns: readonly bigint[];
  readonly limits: Limits;
}

/** What went over links. */
export type ToldTraffic = Pick<Observed, 'flows' | 'traffic' | 'messages'> & {
  readonly left: Omit<Observed['left'], 'sas'>;
};

/** Everything that went over links, in the order of time: IKE messages one by one, and between two of them packets by flow. */
export function trafficOf(evidence: FactEvidence, context: TrafficContext): ToldTraffic {
  const seen = evidence.frames.map((frame) => ({ frame, ike: messagesOf(frame.packet).filter(isIke) }));
  const every = seen.flatMap(({ ike }) => ike.map(({ message }) => message.bytes));
  const messages = new IkeMessages(every, context.limits.messages);
  const reader = new SightingReader(evidence, context, messages);
  const stretches = new Stretches(context.at, context.limits);
  const turns = new Turns(context.turns);
  for (const { frame, ike } of seen) {
    if (turns.passed(frame.time)) stretches.endStretch();
    const path = context.places.pathOf(frame);
    for (const one of ike) {
      stretches.endStretch();
      const sighting = reader.ike(path, frame, one);
      if (sighting !== undefined) stretches.add(sighting);
      stretches.endStretch();
    }
    for (const sighting of reader.packets(path, frame, ike.length > 0)) stretches.add(sighting);
  }
  stretches.end();
  const { flows, traffic, left: packets } = stretches;
  return { messages: messages.messages, flows, traffic, left: { messages: reader.messagesLeft, packets } };
}

type IkeSeen = SeenMessage & { readonly message: { readonly kind: 'ike' } };

function isIke(seen: SeenMessage): seen is IkeSeen {
  return seen.message.kind === 'ike';
}

/** Moments in order, each of which is passed once. */
class Turns {
  readonly #times: readonly bigint[];
  #at = 0;

  constructor(times: readonly bigint[]) {
    this.#times = times;
  }

  /** Whether one of them was passed on the way to a time. Times do not go back. */
  passed(time: bigint): boolean {
    const before = this.#at;
    for (let next = this.#times[this.#at]; next !== undefined && next <= time; next = this.#times[this.#at])
      this.#at += 1;
    return this.#at > before;
  }
}

/** Tells what a frame brought. To be asked in the order of time. */
class SightingReader {
  /** IKE messages that are not among those that are kept. */
  messagesLeft = 0;
  readonly #messages: IkeMessages;
  readonly #sent = new Set<string>();
  readonly #protected: ReadonlyMap<SeenFrame, readonly ProtectedPacket[]>;
  readonly #gaps: SequenceGaps;
  readonly #ports;
  readonly #leaks: TrafficContext['leaks'];

  constructor({ protectedPackets, timeline }: FactEvidence, { leaks }: TrafficContext, messages: IkeMessages) {
    this.#messages = messages;
    this.#protected = Map.groupBy(protectedPackets, ({ frame }) => frame);
    this.#gaps = new SequenceGaps(protectedPackets);
    this.#ports = daemonPorts(sasUntil(timeline));
    this.#leaks = leaks;
  }

  ike(path: Path, frame: SeenFrame, seen: IkeSeen): Sighting | undefined {
    const message = this.#messages.index(seen.message.bytes);
    if (message === undefined) {
      this.messagesLeft += 1;
      return undefined;
    }
    const sending = `${path.link} ${frame.sender} ${message}`;
    const again = this.#sent.has(sending);
    this.#sent.add(sending);
    const flow = ikeFlow(path, seen);
    return { frame, name: flowName(flow), flow, message, ...(again && { flag: 'again' }) };
  }

  /** `told`: the frame held an IKE message, so that it need not be told as a packet too. */
  packets(path: Path, frame: SeenFrame, told: boolean): Sighting[] {
    const leak = this.#leaks.get(frame);
    const packets = this.#protected.get(frame);
    if (packets === undefined) {
      if (told && leak === undefined) return [];
      const flow = plainFlow(path, frame, { ports: this.#ports, ...(leak && { leak }) });
      return [{ frame, name: flowName(flow), flow }];
    }
    return packets.map((packet) => {
      const { sequence, reason } = packet;
      const own = leak === 'not-encrypted' && reason !== 'cleartext' ? undefined : leak;
      const flow = protectedFlow(path, packet, own);
      return { frame, name: flowName(flow), flow, sequence, flag: this.#gaps.flag(packet) };
    });
  }
}
