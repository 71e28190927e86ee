import { Bytes, hex } from '../../../base/bytes.ts';
import { EspalierError } from '../../../base/errors.ts';
import { readContentV1 } from './content-v1.ts';
import { readContentV2 } from './content-v2.ts';
import * as v1 from './names-v1.ts';
import * as v2 from './names-v2.ts';
import { nameOf } from './number-names.ts';
import type { IkePayload, PayloadContent } from './payload.ts';

/** An IKE message with its header understood (RFC 7296, 3.1; RFC 2408, 3.1); `payloadsOf` goes on from here. */
export interface IkeMessage {
  /** 16 hexadecimal digits each. */
  readonly initiatorSpi: string;
  readonly responderSpi: string;
  readonly major: number;
  readonly minor: number;
  readonly exchange: number;
  /** `IKE_SA_INIT`, `Main Mode`. */
  readonly exchangeName: string;
  readonly flags: number;
  /** IKEv2: the sender began the IKE SA. */
  readonly fromInitiator: boolean;
  /** IKEv2: an answer. */
  readonly response: boolean;
  /** IKEv1: all payloads are encrypted. IKEv2 tells by its SK payload. */
  readonly encrypted: boolean;
  readonly messageId: number;
  /** By the header, in bytes. */
  readonly length: number;
  /** Type of the first payload. */
  readonly firstPayload: number;
  /** All after the header, as far as the length goes and bytes are there. */
  readonly body: Uint8Array;
  /** The length and the bytes disagree. */
  readonly problem?: string;
}

const headerSize = 28;
const flagEncryption = 0x01;
const flagInitiator = 0x08;
const flagResponse = 0x20;

/** Reads the header only. Raises the declared error where there is none, or one whose length is less than itself. */
export function readIke(bytes: Uint8Array): IkeMessage {
  const header = new Bytes(bytes, 'IKE header');
  const initiatorSpi = hex(header.take(8));
  const responderSpi = hex(header.take(8));
  const firstPayload = header.u8();
  const version = header.u8();
  const exchange = header.u8();
  const flags = header.u8();
  const messageId = header.u32();
  const length = header.u32();
  if (length < headerSize) throw header.malformed(`a length of ${length}`);
  const major = version >> 4;
  const isV1 = major === 1;
  return {
    initiatorSpi,
    responderSpi,
    major,
    minor: version & 15,
    exchange,
    exchangeName: nameOf(isV1 ? v1.exchangeTypes : v2.exchangeTypes, exchange, 'exchange'),
    flags,
    fromInitiator: !isV1 && (flags & flagInitiator) !== 0,
    response: !isV1 && (flags & flagResponse) !== 0,
    encrypted: isV1 && (flags & flagEncryption) !== 0,
    messageId,
    length,
    firstPayload,
    body: bytes.subarray(headerSize, length),
    ...(length !== bytes.length && { problem: `${bytes.length} bytes, and a header that tells of ${length}` }),
  };
}

/** The payloads of a message, as far as they are in clear. */
export interface PayloadChain {
  readonly payloads: readonly IkePayload[];
  /** Where the chain breaks off, why. */
  readonly problem?: string;
}

const genericHeader = 4;
const encryptedPayload = 46;
const encryptedFragment = 53;
const fragmentV1 = 132;

/** Walks the chain without looking into payloads; none of an encrypted message of IKEv1. Never throws. */
export function payloadsOf(message: IkeMessage): PayloadChain {
  // Fragments of an encrypted message of IKEv1 are in clear themselves.
  if (message.encrypted && message.firstPayload !== fragmentV1) return { payloads: [] };
  return readChain(message.body, message.firstPayload, message.major);
}

/** Walks a chain of payloads of which `first` is the type of the first one: a decrypted SK payload, for one. */
export function readChain(bytes: Uint8Array, first: number, major: number): PayloadChain {
  const payloads: IkePayload[] = [];
  const names = major === 1 ? v1.payloadTypes : v2.payloadTypes;
  let type = first;
  let at = 0;
  while (type !== 0) {
    const problem = `payload ${payloads.length + 1} (${nameOf(names, type, 'payload')}) `;
    if (at + genericHeader > bytes.length) return { payloads, problem: `${problem}is not there` };
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < genericHeader) return { payloads, problem: `${problem}has a length of ${length}` };
    if (at + length > bytes.length) return { payloads, problem: `${problem}is cut short` };
    const critical = major !== 1 && ((bytes[at + 1] ?? 0) & 0x80) !== 0;
    const next = bytes[at] ?? 0;
    const last = major !== 1 && (type === encryptedPayload || type === encryptedFragment);
    const name = nameOf(names, type, 'payload');
    payloads.push({ type, name, critical, next, body: bytes.subarray(at + genericHeader, at + length) });
    at += length;
    // What an encrypted payload names as next is inside of it.
    type = last ? 0 : next;
  }
  const left = bytes.length - at;
  // Messages of IKEv1 are padded to a multiple of 4 bytes by some, libreswan among them.
  if (left === 0 || (major === 1 && left < 4)) return { payloads };
  return { payloads, problem: `${left} bytes after the last payload` };
}

/** Decodes what one payload holds. Never throws: `malformed` tells of contents that cannot be. */
export function contentOf(payload: IkePayload, major: number): PayloadContent {
  try {
    if (major === 1) return readContentV1(payload);
    return readEncrypted(payload) ?? readContentV2(payload);
  } catch (error) {
    if (error instanceof EspalierError) return { kind: 'malformed', problem: error.message };
    throw error;
  }
}

/** RFC 7296, 3.14; RFC 7383, 2.5. */
function readEncrypted({ type, next, body }: IkePayload): PayloadContent | undefined {
  if (type === encryptedPayload) return { kind: 'encrypted', first: next, length: body.length };
  if (type !== encryptedFragment) return undefined;
  const bytes = new Bytes(body, 'IKE payload SKF');
  const first = next;
  const number = bytes.u16();
  const total = bytes.u16();
  return { kind: 'encrypted-fragment', first, number, total, length: bytes.left };
}
