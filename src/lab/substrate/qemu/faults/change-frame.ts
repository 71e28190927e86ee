import type { FaultAction, FaultEdit } from '../../../../model/faults.ts';
import { messageAt, setHeaders } from './frame-parts.ts';

type Change = Extract<FaultAction, { kind: 'change' }>;

/** The frame with a rule's changes, as the agent of other labs makes them (guest/agent/change.c). One without a message has no changes. */
export function changed(frame: Buffer, { edits, keepChecksums }: Change): Buffer {
  const at = messageAt(frame);
  let bytes: Buffer = Buffer.from(frame);
  if (at !== undefined) for (const edit of edits) bytes = edited(bytes, at, edit);
  if (keepChecksums !== true) setHeaders(bytes);
  return bytes;
}

function edited(frame: Buffer, at: number, edit: FaultEdit): Buffer {
  switch (edit.kind) {
    case 'flip':
      layOver(frame.subarray(at), edit.at, { octets: edit.mask, flips: true });
      return frame;
    case 'set':
      layOver(frame.subarray(at), edit.at, { octets: edit.octets, flips: false });
      return frame;
    case 'draw':
      flipDrawn(frame.subarray(at), edit);
      return frame;
    case 'cut':
      return frame.subarray(0, at + edit.length);
    case 'replace':
      return Buffer.concat([frame.subarray(0, at), Buffer.from(edit.octets, 'hex')]);
  }
}

/** Octets at an offset of the message, from its end where it is negative; what lies outside of it is left out. */
function layOver(message: Buffer, at: number, { octets, flips }: { octets: string; flips: boolean }): void {
  const start = at < 0 ? at + message.length : at;
  for (const [index, octet] of Buffer.from(octets, 'hex').entries()) {
    const place = start + index;
    const old = message[place];
    if (old !== undefined) message[place] = flips ? old ^ octet : octet;
  }
}

const wide = (1n << 64n) - 1n;

/** Bits of the message, drawn by a number (xorshift64*, G. Marsaglia), the same as in other labs. */
function flipDrawn(message: Buffer, { seed, bits }: Extract<FaultEdit, { kind: 'draw' }>): void {
  let state = (BigInt(seed) * 0x9e3779b97f4a7c15n + 1n) & wide;
  for (let count = 0; count < bits && message.length > 0; count += 1) {
    state ^= state >> 12n;
    state = (state ^ (state << 25n)) & wide;
    state ^= state >> 27n;
    const bit = Number((((state * 0x2545f4914f6cdd1dn) & wide) >> 32n) % BigInt(message.length * 8));
    message[bit >> 3] = (message[bit >> 3] as number) ^ (1 << (bit & 7));
  }
}
