import { scenario } from 'espalier';
import { establish, isUp, start } from './bodies.ts';
import { between2, end, type Method } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { forwarding, initiatorBehindNat, inner, responderBehindNat } from './labs.ts';

const methods: readonly Method[] = ['psk', 'rsa', 'ecdsa'];
const { westNet, eastNet, ...path } = inner[4];

// ESP in UDP (RFC 3948) through a box that translates addresses in front of either end.
for (const pair of pairs(current, current)) {
  for (const method of methods) {
    const west = { address: '198.51.100.1', seenAs: 'any', selectors: [westNet] };
    const east = { address: '192.0.2.2', selectors: [eastNet] };
    const connections = [between2(end('west', method, west), end('east', method, east))];
    const lab = { ...initiatorBehindNat(pair), connections, limits: 'unsupported' } as const;
    scenario(`${column(pair)}, ${method} tunnel, initiator behind NAT`, lab, ({ hosts }) => establish(hosts, path));
  }
  const west = { address: '192.0.2.1', selectors: [westNet] };
  const east = { address: '198.51.100.2', seenAs: '192.0.2.9', selectors: [eastNet] };
  const connections = [between2(end('west', 'psk', west), end('east', 'psk', east))];
  const lab = { ...responderBehindNat(pair), connections, limits: 'unsupported' } as const;
  scenario(`${column(pair)}, psk tunnel, responder behind NAT`, lab, async ({ hosts }) => {
    for (const line of forwarding) await hosts.box.exec(line);
    await start(hosts);
    await hosts.west.initiate('net');
    await isUp(hosts, path);
  });
}
