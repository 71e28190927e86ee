import type { TrafficSelector } from './traffic-selector.ts';

/**
 * An entry of the security policy database that protects nothing (RFC 4301, 4.4.1). It holds in both directions, and wins over a Child SA
 * whose selectors are wider.
 */
export interface PlainPolicy {
  /** As a connection's; no connection and no Child SA of the host has it. */
  readonly name: string;
  /** Packets pass in clear, or are dropped. */
  readonly action: 'bypass' | 'discard';
  /** Of this host. */
  readonly local: TrafficSelector;
  readonly remote: TrafficSelector;
}
