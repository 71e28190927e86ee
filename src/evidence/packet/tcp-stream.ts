/** Limits of memory of one direction: segments that came too early, and their bytes. */
const maxEarly = 256;
const maxEarlyBytes = 1 << 20;

/** Orders sequence numbers modulo 2^32 (RFC 9293, 3.4): how far `a` is ahead of `b`, negative if behind. */
export function sequenceDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** Brings the segments of one direction of a TCP connection into order; each byte comes out once. */
export class TcpStream {
  #next: number;
  readonly #early = new Map<number, Uint8Array>();
  #earlyBytes = 0;

  /** `next`: sequence number of the first byte that will come out. */
  constructor(next: number) {
    this.#next = next >>> 0;
  }

  /** Sequence number of the next byte. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes a segment and returns the bytes that are in order now, as views. What is too early is held until the gap
   * closes, or dropped where too much is held.
   */
  add(sequence: number, bytes: Uint8Array): Uint8Array[] {
    if (bytes.length === 0) return [];
    const ready: Uint8Array[] = [];
    if (sequenceDistance(sequence, this.#next) > 0) this.#hold(sequence, bytes);
    else this.#accept(sequence, bytes, ready);
    return ready;
  }

  #hold(sequence: number, bytes: Uint8Array): void {
    const known = this.#early.get(sequence);
    if (known !== undefined && known.length >= bytes.length) return;
    const size = this.#earlyBytes - (known?.length ?? 0) + bytes.length;
    if (size > maxEarlyBytes || (known === undefined && this.#early.size >= maxEarly)) return;
    this.#early.set(sequence, bytes);
    this.#earlyBytes = size;
  }

  #accept(sequence: number, bytes: Uint8Array, ready: Uint8Array[]): void {
    const old = -sequenceDistance(sequence, this.#next);
    if (old >= bytes.length) return; // sent again
    ready.push(bytes.subarray(old));
    this.#next = (sequence + bytes.length) >>> 0;
    this.#release(ready);
  }

  /** Early segments whose gap has closed. */
  #release(ready: Uint8Array[]): void {
    for (let progress = this.#early.size > 0; progress; ) {
      progress = false;
      for (const [sequence, bytes] of this.#early) {
        const ahead = sequenceDistance(sequence, this.#next);
        if (ahead > 0) continue;
        this.#early.delete(sequence);
        this.#earlyBytes -= bytes.length;
        if (-ahead >= bytes.length) continue;
        ready.push(bytes.subarray(-ahead));
        this.#next = (sequence + bytes.length) >>> 0;
        progress = true;
      }
    }
  }
}
