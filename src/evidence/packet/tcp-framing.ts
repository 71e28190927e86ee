import { readEncapsulated } from './encapsulation.ts';
import { u16 } from './octets.ts';
import type { IpsecMessage } from './packet.ts';

/** What the originator of the connection sends first (RFC 9329, 4): IKETCP. */
export const streamPrefix = Uint8Array.of(0x49, 0x4b, 0x45, 0x54, 0x43, 0x50);

/** True where `bytes` begin with the prefix. */
export function hasStreamPrefix(bytes: Uint8Array): boolean {
  return bytes.length >= streamPrefix.length && streamPrefix.every((byte, at) => bytes[at] === byte);
}

/** A length field holds itself too; the largest message therefore. */
const lengthSize = 2;
const maxMessage = 0xffff;

/** Cuts one direction of an encapsulated stream into messages: 16-bit lengths that count themselves (RFC 9329, 3). */
export class TcpFraming {
  /** `prefix`: not all of it has come. `foreign`: the stream is none of IPsec, or lost its framing. */
  #state: 'prefix' | 'messages' | 'foreign';
  #buffer = new Uint8Array(0);
  #used = 0;

  constructor(expectsPrefix: boolean) {
    this.#state = expectsPrefix ? 'prefix' : 'messages';
  }

  get foreign(): boolean {
    return this.#state === 'foreign';
  }

  /** Takes the next bytes in order; returns the messages that are complete now, without their length fields. */
  push(bytes: Uint8Array): IpsecMessage[] {
    const messages: IpsecMessage[] = [];
    let rest = bytes;
    // One buffer's fill at a time bounds what is held, whatever is pushed.
    while (rest.length > 0 && this.#state !== 'foreign') {
      const part = rest.subarray(0, maxMessage);
      rest = rest.subarray(part.length);
      this.#append(part);
      this.#used -= this.#drop(this.#take(messages));
    }
    return messages;
  }

  #append(part: Uint8Array): void {
    const size = this.#used + part.length;
    if (size > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(size, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = grown;
    }
    this.#buffer.set(part, this.#used);
    this.#used = size;
  }

  /** Moves what is left to the front; returns how much went. */
  #drop(count: number): number {
    if (count > 0) this.#buffer.copyWithin(0, count, this.#used);
    return count;
  }

  /** Reads from the buffer as far as it is whole; returns how many bytes were read. */
  #take(messages: IpsecMessage[]): number {
    let at = 0;
    if (this.#state === 'prefix') {
      if (this.#used < streamPrefix.length) return 0;
      this.#state = hasStreamPrefix(this.#buffer) ? 'messages' : 'foreign';
      at = streamPrefix.length;
    }
    while (this.#state === 'messages' && at + lengthSize <= this.#used) {
      const length = u16(this.#buffer, at);
      // RFC 9329, 3: a length of 0 or 1 cannot be, the connection is lost.
      if (length < lengthSize) this.#state = 'foreign';
      else if (at + length > this.#used) break;
      else messages.push(readEncapsulated(this.#buffer.slice(at + lengthSize, at + length)));
      at += length;
    }
    return Math.min(at, this.#used);
  }
}
