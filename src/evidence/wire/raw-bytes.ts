/** Whether two byte strings are equal. Nobody measures our time: no need for a constant-time comparison of ICVs. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** A copy to write into. `slice` is none where the bytes are a Buffer: its slices share memory. */
export function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Four bytes, big endian. */
export function word32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** An unsigned 32-bit number, big endian, at an offset that the caller has checked. */
export function word32At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

/** An unsigned 16-bit number, big endian, at an offset that the caller has checked. */
export function word16At(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint16(at);
}
