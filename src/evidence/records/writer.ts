import { fileHeaderSize } from './reader.ts';
import { frameHeaderSize, labHost, recordMagic, recordType, recordVersion } from './record.ts';

/** A frame before it has a sequence number. */
export interface Frame {
  readonly type: number;
  /** Index into the `hosts` frame; left out: the lab itself. */
  readonly host?: number;
  readonly time: bigint;
  readonly payload?: Uint8Array;
}

/** The 16 bytes that open a `records` file. */
export function recordsHeader(): Uint8Array {
  const bytes = new Uint8Array(fileHeaderSize);
  bytes.set(new TextEncoder().encode(recordMagic));
  new DataView(bytes.buffer).setUint32(recordMagic.length, recordVersion, true);
  return bytes;
}

/** One frame as it stands in the file. */
export function encodeFrame(frame: Frame, sequence: number): Uint8Array {
  const payload = frame.payload ?? new Uint8Array();
  const bytes = new Uint8Array(frameHeaderSize + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint16(4, frame.type, true);
  view.setUint16(6, frame.host ?? labHost, true);
  view.setBigUint64(8, frame.time, true);
  view.setUint32(16, sequence, true);
  bytes.set(payload, frameHeaderSize);
  return bytes;
}

/** A whole `records` file: header, `hosts` frame, the given frames. */
export function encodeRecords(hosts: readonly string[], frames: readonly Frame[]): Uint8Array {
  const first = {
    type: recordType.hosts,
    time: frames[0]?.time ?? 0n,
    payload: new TextEncoder().encode(hosts.join('\n')),
  };
  const parts = [recordsHeader(), ...[first, ...frames].map(encodeFrame)];
  return concat(parts);
}

/** Payload of `commandBegin` (step index, line) and of `commandEnd` (exit status, directory). */
export function numbered(number: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const payload = new Uint8Array(4 + bytes.length);
  new DataView(payload.buffer).setUint32(0, number >>> 0, true);
  payload.set(bytes, 4);
  return payload;
}

/** Joins byte strings. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
