import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { frameHeaderSize, recordType } from '../../evidence/records/record.ts';

/** A stepEnd frame: header and a u32. It is always the last frame before the lab stands still. */
const stepFrame = frameHeaderSize + 4;

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
  const isStep = bytes.readUInt32LE(0) === 4 && bytes.readUInt16LE(4) === recordType.stepEnd;
  return isStep ? bytes.readUInt32LE(frameHeaderSize) : -1;
}
