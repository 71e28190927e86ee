/** Bytes as a test writes them, in chains. Numbers are big endian unless the name says `Le`. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  u8(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  u16(value: number): this {
    return this.u8(value >> 8).u8(value);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value);
  }

  u16Le(value: number): this {
    return this.u8(value).u8(value >> 8);
  }

  u32Le(value: number): this {
    return this.u16Le(value).u16Le(value >>> 16);
  }

  u64Le(value: bigint): this {
    return this.u32Le(Number(value & 0xffff_ffffn)).u32Le(Number((value >> 32n) & 0xffff_ffffn));
  }

  bytes(values: ArrayLike<number>): this {
    for (let at = 0; at < values.length; at += 1) this.u8(values[at] ?? 0);
    return this;
  }

  zeros(count: number): this {
    return this.bytes(new Uint8Array(count));
  }

  /** Zeros up to the next multiple. */
  align(to: number): this {
    return this.zeros((to - (this.#bytes.length % to)) % to);
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
