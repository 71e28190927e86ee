import type { CapturedPacket } from '../../src/evidence/capture/capture.ts';
import { type PacketToWrite, writeCapture } from '../../src/evidence/capture/writer.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** A capture anew, with other packets. */
export function editCapture(
  { captures }: StoredAttempt,
  file: string,
  edit: (packets: readonly CapturedPacket[]) => readonly PacketToWrite[],
): Map<string, Uint8Array> {
  const name = file.replace(/^links\//, '').replace(/\.pcapng$/, '');
  return new Map([[file, writeCapture({ links: [{ name, packets: edit(captures.get(file) ?? []) }] })]]);
}
