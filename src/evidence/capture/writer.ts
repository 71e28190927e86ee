import { compare } from '../../base/text.ts';
import { blockType, byteOrderMagic, type CaptureSecrets, linkTypeEthernet, optionCode } from './capture.ts';

/** A frame to write. */
export interface PacketToWrite {
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  readonly frame: Uint8Array;
  /** Size on the link, where more than `frame`. */
  readonly length?: number;
  readonly comments?: readonly string[];
}

/** One link, which becomes one interface of the file. Its packets need not be in order. */
export interface LinkToWrite {
  readonly name: string;
  readonly description?: string;
  readonly packets: readonly PacketToWrite[];
}

/** Something that happened at a moment and is no packet: a command began, an SA was made. */
export interface CaptureNote {
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  readonly text: string;
}

export interface CaptureToWrite {
  /** Comments of the whole file. */
  readonly comments?: readonly string[];
  /** The program that writes. */
  readonly application?: string;
  /** Only of kinds that pcapng knows (`secretsType`). */
  readonly secrets?: readonly CaptureSecrets[];
  readonly links: readonly LinkToWrite[];
  /**
   * Become comments of the first packet at or after their moment, on whatever link. What is later than every packet goes to
   * the last one, and to the whole file where there is none.
   */
  readonly notes?: readonly CaptureNote[];
}

interface PlacedPacket {
  readonly packet: PacketToWrite;
  readonly link: number;
}

type Option = readonly [code: number, value: string | Uint8Array];

const snapLength = 262144;
const nanosecondResolution = Uint8Array.of(9);

/**
 * Writes links into one pcapng file: little endian, one section, an interface for each link, packets in the order of time
 * (of their links where equal), time stamps in nanoseconds.
 */
export function writeCapture(capture: CaptureToWrite): Uint8Array {
  const packets = capture.links
    .flatMap(({ packets }, link) => packets.map((packet): PlacedPacket => ({ packet, link })))
    .sort((a, b) => compare(a.packet.time, b.packet.time));
  const notes = placeNotes(packets, capture.notes ?? []);
  const out = new BlockWriter();
  const fileComments = [...(capture.comments ?? []), ...(notes.get(-1) ?? [])];
  const application: Option[] =
    capture.application === undefined ? [] : [[optionCode.sectionApplication, capture.application]];
  out.block(blockType.section, () => {
    out.u32(byteOrderMagic);
    out.u32(1); // version 1.0
    out.u32(0xffffffff); // length of the section: not given
    out.u32(0xffffffff);
    out.options([...commentOptions(fileComments), ...application]);
  });
  for (const secrets of capture.secrets ?? []) {
    out.block(blockType.secrets, () => {
      out.u32(secrets.type);
      out.u32(secrets.bytes.length);
      out.bytes(secrets.bytes);
    });
  }
  for (const link of capture.links) writeInterface(out, link);
  for (const [at, { packet, link }] of packets.entries())
    writePacket(out, { packet, link, notes: notes.get(at) ?? [] });
  return out.done();
}

/** Texts by the index of their packet; -1: of the file. */
function placeNotes(packets: readonly PlacedPacket[], notes: readonly CaptureNote[]): Map<number, string[]> {
  const placed = new Map<number, string[]>();
  let at = 0;
  for (const { time, text } of notes.toSorted((a, b) => compare(a.time, b.time))) {
    while (at < packets.length && (packets[at]?.packet.time ?? 0n) < time) at += 1;
    const index = Math.min(at, packets.length - 1);
    placed.set(index, [...(placed.get(index) ?? []), text]);
  }
  return placed;
}

function commentOptions(comments: readonly string[]): Option[] {
  return comments.map((comment) => [optionCode.comment, comment]);
}

function writeInterface(out: BlockWriter, { name, description }: LinkToWrite): void {
  out.block(blockType.interface, () => {
    out.u32(linkTypeEthernet);
    out.u32(snapLength);
    out.options([
      [optionCode.interfaceName, name],
      ...(description === undefined ? [] : [[optionCode.interfaceDescription, description] as const]),
      [optionCode.interfaceTimeResolution, nanosecondResolution],
    ]);
  });
}

function writePacket(out: BlockWriter, one: PlacedPacket & { readonly notes: readonly string[] }): void {
  const { time, frame, length, comments } = one.packet;
  out.block(blockType.enhancedPacket, () => {
    out.u32(one.link);
    out.u32(Number((time >> 32n) & 0xffffffffn));
    out.u32(Number(time & 0xffffffffn));
    out.u32(frame.length);
    out.u32(length ?? frame.length);
    out.bytes(frame);
    const texts = [...one.notes, ...(comments ?? [])];
    if (texts.length > 0) out.options(commentOptions(texts));
  });
}

/** A growing file. */
class BlockWriter {
  #data = new Uint8Array(4096);
  #view = new DataView(this.#data.buffer);
  #at = 0;

  /** Frames what `body` writes. */
  block(type: number, body: () => void): void {
    const start = this.#at;
    this.u32(type);
    this.u32(0);
    body();
    const length = this.#at + 4 - start;
    this.#view.setUint32(start + 4, length, true);
    this.u32(length);
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Bytes, padded with zeros to a multiple of 4. */
  bytes(bytes: Uint8Array): void {
    const padded = bytes.length + (-bytes.length & 3);
    this.#room(padded);
    this.#data.set(bytes, this.#at);
    this.#at += padded;
  }

  /** A list of options with its end. Values have at most 65535 bytes; longer text is cut. */
  options(options: readonly Option[]): void {
    for (const [code, value] of options) {
      const bytes = (typeof value === 'string' ? new TextEncoder().encode(value) : value).subarray(0, 0xffff);
      this.u32(code | (bytes.length << 16));
      this.bytes(bytes);
    }
    this.u32(optionCode.end);
  }

  done(): Uint8Array {
    return this.#data.slice(0, this.#at);
  }

  #room(size: number): void {
    if (this.#at + size <= this.#data.length) return;
    const data = new Uint8Array(Math.max(this.#data.length * 2, this.#at + size));
    data.set(this.#data);
    this.#data = data;
    this.#view = new DataView(data.buffer);
  }
}
