import {
  blockType,
  byteOrderMagic,
  type Capture,
  type CaptureDamage,
  type CapturedPacket,
  type CaptureInterface,
  type CaptureSecrets,
  optionCode,
} from './capture.ts';
import { nanoseconds, type TimeUnits, timeUnits } from './time-units.ts';

/** Type and total length in front of a block, the total length once more behind it. */
const blockHead = 8;
/** Blocks and options of one file, and packets of an attempt's files. A file of empty ones would fill the memory. */
export const mostPackets = 200_000;
const blockFrame = 12;

/** Reads a pcapng file of either byte order. Never throws: what cannot be read is told in `damage`. */
export function readCapture(bytes: Uint8Array): Capture {
  const reader = new CaptureReader(bytes);
  const damage = reader.run();
  const { interfaces, packets, comments, secrets } = reader;
  return { interfaces, packets, comments, secrets, ...(damage && { damage }) };
}

/** Where the body of a block lies; the body is without head and tail. */
interface Body {
  readonly start: number;
  readonly end: number;
}

interface Options {
  readonly comments: string[];
  /** First value of each other option. */
  readonly values: ReadonlyMap<number, Uint8Array>;
}

class CaptureReader {
  readonly interfaces: CaptureInterface[] = [];
  readonly packets: CapturedPacket[] = [];
  readonly comments: string[] = [];
  readonly secrets: CaptureSecrets[] = [];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #units: TimeUnits[] = [];
  readonly #text = new TextDecoder();
  #little = true;
  /** Blocks and options so far. */
  #parts = 0;
  /** Index of the first interface of the section; numbers in a section count from there. */
  #firstInterface = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): CaptureDamage | undefined {
    const size = this.#bytes.length;
    if (size >= 4 && this.#view.getUint32(0) !== blockType.section) {
      return { kind: 'foreign', offset: 0, message: 'not pcapng' };
    }
    if (size === 0) return { kind: 'torn', offset: 0, message: 'the file is empty' };
    let at = 0;
    while (at < size) {
      const torn = { kind: 'torn', offset: at, message: 'the last block is cut short' } as const;
      if (at + blockFrame > size) return torn;
      const section = this.#view.getUint32(at) === blockType.section;
      if (section && !this.#readByteOrder(at + blockHead)) return corrupt(at, 'a section without byte order');
      const type = this.#u32(at);
      const length = this.#u32(at + 4);
      if (length < blockFrame || length % 4 !== 0) return corrupt(at, `a block of ${length} bytes`);
      if (at + length > size) return torn;
      this.#parts += 1;
      if (this.#parts > mostPackets) return corrupt(at, `more than ${mostPackets} blocks and options`);
      if (this.#u32(at + length - 4) !== length) return corrupt(at, 'a block whose two lengths differ');
      const problem = this.#readBlock(type, { start: at + blockHead, end: at + length - 4 });
      if (problem !== undefined) return corrupt(at, problem);
      at += length;
    }
    return undefined;
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  #readByteOrder(at: number): boolean {
    this.#little = this.#view.getUint32(at, true) === byteOrderMagic;
    return this.#u32(at) === byteOrderMagic;
  }

  /** Returns what is wrong with the block, if something is. */
  #readBlock(type: number, body: Body): string | undefined {
    if (type === blockType.enhancedPacket) return this.#readEnhanced(body);
    if (type === blockType.simplePacket) return this.#readSimple(body);
    if (type === blockType.interface) return this.#readInterface(body);
    if (type === blockType.section) return this.#readSection(body);
    if (type === blockType.secrets) return this.#readSecrets(body);
    return undefined;
  }

  #readSection({ start, end }: Body): string | undefined {
    if (end - start < 16) return 'a section header that is too small';
    const major = this.#u16(start + 4);
    if (major !== 1) return `pcapng version ${major}, this Espalier reads 1`;
    const options = this.#readOptions({ start: start + 16, end });
    if (options === undefined) return 'an option longer than its block';
    this.comments.push(...options.comments);
    this.#firstInterface = this.interfaces.length;
    return undefined;
  }

  #readInterface({ start, end }: Body): string | undefined {
    if (end - start < 8) return 'an interface block that is too small';
    const options = this.#readOptions({ start: start + 8, end });
    if (options === undefined) return 'an option longer than its block';
    const { comments, values } = options;
    const name = this.#optionText(values.get(optionCode.interfaceName));
    const description = this.#optionText(values.get(optionCode.interfaceDescription));
    const offset = values.get(optionCode.interfaceTimeOffset);
    const seconds = offset?.length === 8 ? this.#view.getBigInt64(this.#placeOf(offset), this.#little) : undefined;
    this.#units.push(timeUnits(values.get(optionCode.interfaceTimeResolution)?.[0], seconds));
    this.interfaces.push({
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      linkType: this.#u16(start),
      snapLength: this.#u32(start + 4),
      comments,
    });
    return undefined;
  }

  #readEnhanced({ start, end }: Body): string | undefined {
    if (end - start < 20) return 'a packet block that is too small';
    const index = this.#firstInterface + this.#u32(start);
    const units = this.#units[index];
    if (units === undefined) return 'a packet of an interface that was not named before';
    const kept = this.#u32(start + 12);
    const data = start + 20;
    if (kept > end - data) return 'a packet longer than its block';
    const after = data + kept + (-kept & 3);
    // Nearly no packet has options: the list is only walked where there are bytes for one.
    const options = after + 4 <= end ? this.#readOptions({ start: after, end }) : { comments: [] };
    if (options === undefined) return 'an option longer than its block';
    this.packets.push({
      time: nanoseconds(units, this.#u32(start + 4), this.#u32(start + 8)),
      frame: this.#bytes.subarray(data, data + kept),
      length: this.#u32(start + 16),
      interface: index,
      ...(options.comments.length > 0 && { comments: options.comments }),
    });
    return undefined;
  }

  #readSimple({ start, end }: Body): string | undefined {
    const first = this.interfaces[this.#firstInterface];
    if (end - start < 4 || first === undefined) return 'a simple packet block without interface or length';
    const length = this.#u32(start);
    const kept = first.snapLength === 0 ? length : Math.min(length, first.snapLength);
    if (kept > end - start - 4) return 'a packet longer than its block';
    const frame = this.#bytes.subarray(start + 4, start + 4 + kept);
    this.packets.push({ time: 0n, frame, length, interface: this.#firstInterface });
    return undefined;
  }

  #readSecrets({ start, end }: Body): string | undefined {
    if (end - start < 8) return 'a secrets block that is too small';
    const length = this.#u32(start + 4);
    if (length > end - start - 8) return 'secrets longer than their block';
    this.secrets.push({ type: this.#u32(start), bytes: this.#bytes.subarray(start + 8, start + 8 + length) });
    return undefined;
  }

  #readOptions({ start, end }: Body): Options | undefined {
    const comments: string[] = [];
    const values = new Map<number, Uint8Array>();
    let at = start;
    while (at + 4 <= end) {
      this.#parts += 1;
      if (this.#parts > mostPackets) return undefined;
      const code = this.#u16(at);
      const length = this.#u16(at + 2);
      if (code === optionCode.end) break;
      const value = at + 4;
      if (length > end - value) return undefined;
      const bytes = this.#bytes.subarray(value, value + length);
      if (code === optionCode.comment) comments.push(this.#text.decode(bytes));
      else if (!values.has(code)) values.set(code, bytes);
      at = value + length + (-length & 3);
    }
    return { comments, values };
  }

  #optionText(bytes: Uint8Array | undefined): string | undefined {
    return bytes && this.#text.decode(bytes);
  }

  #placeOf(part: Uint8Array): number {
    return part.byteOffset - this.#bytes.byteOffset;
  }
}

function corrupt(offset: number, message: string): CaptureDamage {
  return { kind: 'corrupt', offset, message };
}
