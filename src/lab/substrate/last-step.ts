import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { decode } from '../../evidence/records/decode.ts';
import { frameHeaderSize, lastFrame } from '../../evidence/records/record.ts';

/** Payload of a stepEnd frame, which always is the last frame before the lab stands still. */
const stepPayload = 4;
const stepFrame = frameHeaderSize + stepPayload;

/** Number of the last order that a held lab has worked off, if it stands still now; else -1. */
export function lastStep(records: string): number {
  const size = statSync(records, { throwIfNoEntry: false })?.size ?? 0;
  if (size < stepFrame) return -1;
  const bytes = Buffer.alloc(stepFrame);
  const file = openSync(records, 'r');
  try {
    readSync(file, bytes, 0, stepFrame, size - stepFrame);
  } finally {
    closeSync(file);
  }
  const last = lastFrame(bytes, stepPayload);
  const said = last && decode(last);
  return said?.type === 'stepEnd' ? said.order : -1;
}
