import { EspalierError } from './errors.ts';

/**
 * A cursor over bytes from a lab. Every read is checked: bytes come from programs under test and from files
 * that may be damaged, so reading past the end raises an `EspalierError` of fault `guest` ("what": message) and
 * nothing else. Numbers are big endian (network order) unless the name says `Le` (netlink on x86-64).
 */
export class Bytes {
  readonly data: Uint8Array;
  /** What is being read, for messages: `IKE header`. */
  readonly what: string;
  /** Offset of the next byte. */
  at = 0;
  readonly #view: DataView;

  constructor(data: Uint8Array, what: string) {
    this.data = data;
    this.what = what;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.data.length - this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#step(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#step(8));
  }

  u16Le(): number {
    return this.#view.getUint16(this.#step(2), true);
  }

  u32Le(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  u64Le(): bigint {
    return this.#view.getBigUint64(this.#step(8), true);
  }

  /** The next `length` bytes, not copied. */
  take(length: number): Uint8Array {
    const start = this.#step(length);
    return this.data.subarray(start, start + length);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.left);
  }

  skip(length: number): void {
    this.#step(length);
  }

  /** The error to raise for a value that cannot be. */
  malformed(message: string): EspalierError {
    return malformed(this.what, message);
  }

  #step(length: number): number {
    const { at } = this;
    if (length < 0 || length > this.left) {
      throw this.malformed(`needs ${length} bytes at offset ${at}, ${this.left} are left`);
    }
    this.at = at + length;
    return at;
  }
}

/** The one error of all decoders: bytes or text that are not what they should be. */
export function malformed(what: string, message: string): EspalierError {
  return new EspalierError('guest', `${what}: ${message}`);
}

/** Lower-case hexadecimal digits. */
export function hex({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('hex');
}

/** Bytes as text of one character each. */
export function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** The text of bytes that stand one per character; what is no UTF-8 among them becomes U+FFFD. */
export function utf8OfLatin1(text: string): string {
  return text.replace(/[\x80-\xff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'));
}
