import { linux, nat } from 'espalier';
import type { Pair } from './daemons.ts';

/** Inner addresses of the gateways and the networks behind them, by address family. */
export const inner = {
  4: { west: '10.1.0.1', east: '10.2.0.1', westNet: '10.1.0.0/24', eastNet: '10.2.0.0/24' },
  6: { west: '2001:db8:a1::1', east: '2001:db8:a2::1', westNet: '2001:db8:a1::/64', eastNet: '2001:db8:a2::/64' },
} as const;

/** Outer addresses where nothing stands between. */
export const outer = {
  4: { west: '192.0.2.1', east: '192.0.2.2' },
  6: { west: '2001:db8:2::1', east: '2001:db8:2::2' },
} as const;

const lans = {
  'west-lan': { west: ['10.1.0.1/24', '2001:db8:a1::1/64'] },
  'east-lan': { east: ['10.2.0.1/24', '2001:db8:a2::1/64'] },
};

/** Two gateways on one link, each with a network behind it. */
export function direct([initiator, responder]: Pair) {
  return {
    hosts: {
      west: initiator.host({ routes: { '10.2.0.0/24': '192.0.2.2', '2001:db8:a2::/64': '2001:db8:2::2' } }),
      east: responder.host({ routes: { '10.1.0.0/24': '192.0.2.1', '2001:db8:a1::/64': '2001:db8:2::1' } }),
    },
    links: {
      wan: { west: ['192.0.2.1/24', '2001:db8:2::1/64'], east: ['192.0.2.2/24', '2001:db8:2::2/64'] },
      ...lans,
    },
  };
}

/** The same with a router between them. */
export function routed([initiator, responder]: Pair) {
  return {
    hosts: {
      west: initiator.host({ routes: { default: '192.0.2.9' } }),
      router: linux(),
      east: responder.host({ routes: { default: '198.51.100.9' } }),
    },
    links: {
      home: { west: '192.0.2.1/24', router: '192.0.2.9/24' },
      wan: { router: '198.51.100.9/24', east: '198.51.100.2/24' },
      ...lans,
    },
  };
}

/** Networks of both families on both sides of a router, to which all packets go that are for nobody near. */
export function withRouter([initiator, responder]: Pair) {
  return {
    hosts: {
      west: initiator.host({ routes: { default: 'router' } }),
      router: linux(),
      east: responder.host({ routes: { default: 'router' } }),
    },
    links: {
      home: { west: ['192.0.2.1/24', '2001:db8:2::1/64'], router: ['192.0.2.9/24', '2001:db8:2::9/64'] },
      wan: { router: ['198.51.100.9/24', '2001:db8:3::9/64'], east: ['198.51.100.2/24', '2001:db8:3::2/64'] },
      ...lans,
    },
  };
}

/** The initiator stands behind a NAT box whose outside is 192.0.2.9. */
export function initiatorBehindNat([initiator, responder]: Pair) {
  return {
    hosts: {
      west: initiator.host({ routes: { default: '198.51.100.9' } }),
      box: nat({ outside: 'wan' }),
      east: responder.host({ routes: { '10.1.0.0/24': '192.0.2.9' } }),
    },
    links: {
      home: { west: '198.51.100.1/24', box: '198.51.100.9/24' },
      wan: { box: '192.0.2.9/24', east: '192.0.2.2/24' },
      ...lans,
    },
  };
}

/** The responder stands behind one that forwards IKE to it. */
export function responderBehindNat([initiator, responder]: Pair) {
  return {
    hosts: {
      west: initiator.host({ routes: { '10.2.0.0/24': '192.0.2.9' } }),
      box: nat({ outside: 'wan' }),
      east: responder.host({ routes: { default: '198.51.100.9' } }),
    },
    links: {
      wan: { west: '192.0.2.1/24', box: '192.0.2.9/24' },
      home: { box: '198.51.100.9/24', east: '198.51.100.2/24' },
      ...lans,
    },
  };
}

/** Lines that make the box forward IKE and ESP in UDP to the responder. */
export const forwarding: readonly string[] = [
  "nft 'add chain ip nat pre { type nat hook prerouting priority dstnat; }'",
  'nft add rule ip nat pre iifname eth0 udp dport 500 dnat to 198.51.100.2',
  'nft add rule ip nat pre iifname eth0 udp dport 4500 dnat to 198.51.100.2',
];
