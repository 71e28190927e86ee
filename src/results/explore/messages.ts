import { latin1 } from '../../base/bytes.ts';
import { EspalierError } from '../../base/errors.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import type { SeenFrame } from '../../evidence/evidence.ts';
import { type IkeMessage, readIke } from '../../evidence/packet/ike/message.ts';
import { messagesOf } from '../../evidence/packet/wire.ts';
import type { FaultRule } from '../../model/faults.ts';

/** An IKE message of a run, as a fault rule names it. */
export interface ExploredMessage extends Required<Pick<FaultRule, 'from' | 'link' | 'match'>> {
  /** Virtual nanoseconds since 1970 at which it was sent first. */
  readonly time: bigint;
  /** `IKE_AUTH response 1 of east`. */
  readonly text: string;
  readonly exchange: string;
}

const encryptedFragment = 53;

/** The IKE messages of an attempt in order, each once: retransmissions and what routers pass on are the same message again. */
export function exploredMessages({ frames, scenario }: Pick<Attempt, 'frames' | 'scenario'>): ExploredMessage[] {
  const links = new Map(scenario.links.map((link) => [`links/${link}.pcapng`, link]));
  const seen = new Set<string>();
  const found = new Map<string, ExploredMessage>();
  for (const frame of frames) {
    const link = links.get(frame.file);
    if (link === undefined || frame.sender === undefined) continue;
    for (const { message } of messagesOf(frame.packet)) {
      const bytes = message.kind === 'ike' ? latin1(message.bytes) : undefined;
      if (message.kind !== 'ike' || bytes === undefined || seen.has(bytes)) continue;
      seen.add(bytes);
      const read = messageIn(message.bytes);
      if (read === undefined) continue;
      const one = describe(read, { link, from: frame.sender, time: frame.time }, message.bytes);
      const key = `${one.link} ${one.from} ${JSON.stringify(one.match)}`;
      if (!found.has(key)) found.set(key, one);
    }
  }
  return [...found.values()];
}

function messageIn(bytes: Uint8Array): IkeMessage | undefined {
  try {
    return readIke(bytes);
  } catch (error) {
    // No message that a daemon would read is worth a fault.
    if (error instanceof EspalierError) return undefined;
    throw error;
  }
}

type Place = Pick<ExploredMessage, 'link' | 'from'> & Pick<SeenFrame, 'time'>;

function describe(message: IkeMessage, { link, from, time }: Place, bytes: Uint8Array): ExploredMessage {
  const { exchange, exchangeName, messageId, response, firstPayload, initiatorSpi, major } = message;
  // RFC 7383, 2.5: the fragment's number is behind header and generic payload header.
  const [high = 0, low = 0] = bytes.subarray(32, 34);
  const fragment = firstPayload === encryptedFragment && bytes.length >= 34 ? high * 256 + low : undefined;
  const kind = major === 1 ? '' : response ? ' response' : ' request';
  return {
    link,
    from,
    time,
    exchange: exchangeName,
    text: `${exchangeName}${kind} ${messageId}${fragment === undefined ? '' : ` fragment ${fragment}`} of ${from}`,
    match: {
      kind: 'ike',
      exchange,
      messageId,
      ...(major > 1 && { response }),
      payload: firstPayload,
      spi: initiatorSpi,
      ...(fragment !== undefined && { fragment }),
    },
  };
}
