import { EspalierError } from '../../../base/errors.ts';
import * as v1 from '../../../evidence/packet/ike/names-v1.ts';
import * as v2 from '../../../evidence/packet/ike/names-v2.ts';
import type { NumberNames } from '../../../evidence/packet/ike/number-names.ts';
import type { FaultMatch, FaultRule } from '../../../model/faults.ts';
import { callerOrigin } from './origin.ts';

/** Which of the frames that look so. */
export interface WhichFrames {
  /** The host that puts them on the link: its handle or its name. Default: any. */
  readonly from?: string | { readonly name: string };
  /** The first one that counts, from 1. Default: 1. */
  readonly nth?: number;
  /** How many from there on. Default: 1. */
  readonly times?: number | 'all';
  /**
   * Retransmissions only, or none: messages with the same octets again (RFC 7296, 2.1). Seen from the call of `on` and among the frames that look
   * so. Default: both.
   */
  readonly retransmission?: boolean;
}

/** What of an IKE message is in clear (RFC 7296, 3.1). */
export interface IkeLook extends WhichFrames {
  /** `CREATE_CHILD_SA`, `Main Mode`, or the number of its type. */
  readonly exchange?: string | number;
  readonly messageId?: number;
  /** A response, or a request. IKEv1 has no such flag. */
  readonly response?: boolean;
  /** The first payload: `SK`, `N`, or the number of its type in IKEv2. */
  readonly payload?: string | number;
  /** The number of a fragment, from 1 (RFC 7383). */
  readonly fragment?: number;
  /** The initiator's SPI, 16 hexadecimal digits, as `ikeSas` gives it. */
  readonly spi?: string;
}

/** What of an ESP packet is in clear, also in UDP. */
export interface EspLook extends WhichFrames {
  /** Of one SA: `west.ipsecSas()` has them. */
  readonly spi?: number;
  /** As sent, 32 bits. */
  readonly sequence?: number;
}

export interface IpLook extends WhichFrames {
  /** Number of the protocol: 1 ICMP, 6 TCP, 17 UDP, 50 ESP, 51 AH, 58 ICMPv6. Default: any. */
  readonly protocol?: number;
}

/** Frames that a rule names: made by `ike`, `esp` and `ip`. */
export interface FrameMatch extends Pick<FaultRule, 'from' | 'copies' | 'nth' | 'times'> {
  readonly match: FaultMatch;
}

/** IKE messages over UDP, by either of the ports 500 and 4500. */
export function ike(look: IkeLook = {}): FrameMatch {
  const { exchange, payload, messageId, response, fragment, spi } = look;
  if (spi !== undefined && !/^[0-9a-f]{16}$/i.test(spi))
    throw wrong(`${JSON.stringify(spi)} is no SPI of IKE`, 'give 16 hexadecimal digits');
  return which(look, {
    kind: 'ike',
    ...(exchange !== undefined && { exchange: numbered('exchange', exchange, [v2.exchangeTypes, v1.exchangeTypes]) }),
    ...(payload !== undefined && { payload: numbered('payload', payload, [v2.payloadTypes]) }),
    ...(messageId !== undefined && { messageId: within('messageId', messageId, 2 ** 32) }),
    ...(response !== undefined && { response }),
    ...(fragment !== undefined && { fragment: within('fragment', fragment, 2 ** 16) }),
    ...(spi !== undefined && { spi: spi.toLowerCase() }),
  });
}

/** ESP packets, in UDP too. */
export function esp(look: EspLook = {}): FrameMatch {
  const { spi, sequence } = look;
  return which(look, {
    kind: 'esp',
    ...(spi !== undefined && { spi: within('spi', spi, 2 ** 32) }),
    ...(sequence !== undefined && { sequence: within('sequence', sequence, 2 ** 32) }),
  });
}

/** IP packets. */
export function ip(look: IpLook = {}): FrameMatch {
  const { protocol } = look;
  return which(look, { kind: 'ip', ...(protocol !== undefined && { protocol: within('protocol', protocol, 2 ** 8) }) });
}

function which({ from, nth = 1, times = 1, retransmission }: WhichFrames, match: FaultMatch): FrameMatch {
  if (nth < 1) throw wrong(`nth is ${nth}`, 'count from 1');
  if (times !== 'all' && times < 1) throw wrong(`times is ${times}`, "give a number from 1, or 'all'");
  return {
    match,
    ...(from !== undefined && { from: typeof from === 'string' ? from : from.name }),
    ...(retransmission !== undefined && { copies: retransmission ? 'again' : 'first' }),
    nth: within('nth', nth, 2 ** 31),
    times: times === 'all' ? 0 : within('times', times, 2 ** 31),
  };
}

function numbered(what: string, value: string | number, tables: readonly NumberNames[]): number {
  if (typeof value === 'number') return within(what, value, 2 ** 8);
  for (const names of tables) {
    const found = Object.entries(names).find(([, name]) => name === value);
    if (found !== undefined) return Number(found[0]);
  }
  const known = tables.flatMap((names) => Object.values(names)).join(', ');
  throw wrong(`no ${what} of IKE is named ${JSON.stringify(value)}`, `give its number, or one of ${known}`);
}

function within(what: string, value: number, end: number): number {
  if (Number.isInteger(value) && value >= 0 && value < end) return value;
  throw wrong(`${what} is ${value}`, `give a whole number from 0 to ${end - 1}`);
}

function wrong(message: string, remedy: string): EspalierError {
  return new EspalierError('scenario', message, { ...callerOrigin(), remedy });
}
