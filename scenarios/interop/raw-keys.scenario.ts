import { expect, scenario } from 'espalier';
import { establish, start } from './bodies.ts';
import { between2, end, type Method } from './connections.ts';
import { type Candidate, column, current, type Pair, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const methods: readonly Method[] = ['raw rsa', 'raw ecdsa', 'raw ed25519'];
const { westNet, eastNet, ...path } = inner[4];

/**
 * iked announces ECDSA keys with a certificate encoding of its own (201, of the range for private use: RFC 7296, 3.6), and pluto
 * takes a message with an encoding that it does not know for malformed.
 */
const malformed = /malformed payload in packet: ikev2 cert encoding of .* has an unknown value: 201/;

function isMalformed(pair: Pair, method: Method): boolean {
  const has = (wanted: Candidate['implementation']): boolean =>
    pair.some(({ implementation }) => implementation === wanted);
  return method === 'raw ecdsa' && has('libreswan') && has('openiked');
}

// Each end was given the other's public key beforehand (RFC 7670).
for (const pair of pairs(current, current)) {
  for (const method of methods) {
    const west = end('west', method, { address: outer[4].west, selectors: [westNet] });
    const east = end('east', method, { address: outer[4].east, selectors: [eastNet] });
    const lab = { ...direct(pair), connections: [between2(west, east)], limits: 'unsupported' } as const;
    const row = `${method} tunnel 4 in 4`;
    if (!isMalformed(pair, method)) {
      scenario(`${column(pair)}, ${row}`, lab, ({ hosts }) => establish(hosts, path));
      continue;
    }
    scenario(`${column(pair)}, ${row}, refused as known`, lab, async ({ hosts }) => {
      await start(hosts);
      await hosts.west.initiate('net');
      const pluto = pair[0].implementation === 'libreswan' ? hosts.west : hosts.east;
      await expect(pluto).toHaveLogged(malformed);
      for (const host of [hosts.west, hosts.east]) await expect(host).toHaveIpsecSas(0);
    });
  }
}
