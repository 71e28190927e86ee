import { EspalierError } from '../../base/errors.ts';
import type { Order } from '../substrate/substrate.ts';
import { encodeFault } from './faults.ts';

function oneLine(text: string): string {
  if (!/[\n\0]/.test(text)) return text;
  throw new EspalierError('scenario', 'a command holds a newline or a zero byte', { command: text.slice(0, 80) });
}

function encodeOrder(order: Order): string {
  switch (order.kind) {
    case 'command':
      return `command ${order.host} ${order.step} ${oneLine(order.line)}`;
    case 'input':
      return `input ${order.host} ${Buffer.from(order.bytes).toString('hex')}`;
    case 'advance':
      return `advance ${order.ns}`;
    case 'jump':
      return `jump ${order.ns}`;
    case 'resize':
      return `resize ${order.host} ${order.rows} ${order.columns}`;
    case 'interactive':
      return `interactive ${order.host}`;
    case 'carrier':
      return `carrier ${order.host} ${order.nic} ${order.on ? 1 : 0}`;
    case 'catch':
      return encodeFault(order.id, order.rule);
    case 'release':
    case 'forget':
      return `${order.kind} ${order.id}`;
    case 'inject':
      return `inject ${order.link} ${Buffer.from(order.frame).toString('hex')}`;
    case 'end':
      return 'end';
  }
}

/** An order file in the agent's language (guest/agent/order.c reads it). */
export function encodeOrders(orders: readonly Order[]): string {
  return orders.map((order) => `${encodeOrder(order)}\n`).join('');
}
