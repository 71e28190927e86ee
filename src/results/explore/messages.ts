import { latin1 } from '../../base/bytes.ts';
import { EspalierError } from '../../base/errors.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { type IkeMessage, readIke } from '../../evidence/packet/ike/message.ts';
import { messagesOf } from '../../evidence/packet/wire.ts';
import type { FaultRule } from '../../model/faults.ts';

/** An IKE message of a run, as a fault rule names it. */
export interface ExploredMessage extends Required<Pick<FaultRule, 'from' | 'link' | 'match'>> {
  /** Virtual nanoseconds since 1970 at which each of its copies was sent: its retransmissions too, oldest first. */
  readonly copies: readonly bigint[];
  /** `IKE_AUTH response 1 of east`. */
  readonly text: string;
  readonly exchange: string;
}

const encryptedFragment = 53;

/**
 * The IKE messages of an attempt in the order in which they were sent first, each once: retransmissions are copies of it, and what routers pass on is the same
 * message again.
 */
export function exploredMessages({ frames, scenario }: Pick<Attempt, 'frames' | 'scenario'>): ExploredMessage[] {
  const links = new Map(scenario.links.map((link) => [`links/${link}.pcapng`, link]));
  /** Whose message some octets are: of who sent them first. */
  const senders = new Map<string, string>();
  const found = new Map<string, Omit<ExploredMessage, 'copies'> & { readonly copies: bigint[] }>();
  for (const frame of frames) {
    const link = links.get(frame.file);
    if (link === undefined || frame.sender === undefined) continue;
    for (const { message } of messagesOf(frame.packet)) {
      const read = message.kind === 'ike' ? messageIn(message.bytes) : undefined;
      if (message.kind !== 'ike' || read === undefined) continue;
      const place = `${link} ${frame.sender}`;
      const bytes = latin1(message.bytes);
      const sender = senders.get(bytes) ?? place;
      senders.set(bytes, sender);
      if (sender !== place) continue;
      const one = describe(read, { link, from: frame.sender }, message.bytes);
      const key = `${place} ${JSON.stringify(one.match)}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { ...one, copies: [frame.time] });
      else known.copies.push(frame.time);
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

type Place = Pick<ExploredMessage, 'link' | 'from'>;

function describe(message: IkeMessage, { link, from }: Place, bytes: Uint8Array): Omit<ExploredMessage, 'copies'> {
  const { exchange, exchangeName, messageId, response, firstPayload, initiatorSpi, major } = message;
  // RFC 7383, 2.5: the fragment's number is behind header and generic payload header.
  const [high = 0, low = 0] = bytes.subarray(32, 34);
  const fragment = firstPayload === encryptedFragment && bytes.length >= 34 ? high * 256 + low : undefined;
  const kind = major === 1 ? '' : response ? ' response' : ' request';
  return {
    link,
    from,
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
