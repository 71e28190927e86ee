import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { frameHeaderSize, recordType } from '../../transcript/record.ts';
import type { Order } from '../substrate.ts';

function encodeOrder(order: Order): string {
  switch (order.kind) {
    case 'input':
      return `input ${order.host} ${Buffer.from(order.bytes).toString('hex')}`;
    case 'advance':
      return `advance ${order.ns}`;
    case 'resize':
      return `resize ${order.host} ${order.rows} ${order.columns}`;
    case 'interactive':
      return `interactive ${order.host}`;
    case 'end':
      return 'end';
  }
}

/** An order file in the agent's language (guest/agent/order.c reads it). */
export function encodeOrders(orders: readonly Order[]): string {
  return orders.map((order) => `${encodeOrder(order)}\n`).join('');
}

/** A stepEnd frame: header and a u32. It is always the last frame before the lab stands still. */
const stepFrame = frameHeaderSize + 4;

/** Number of the last step a held lab has worked off, -1 before the first. */
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
