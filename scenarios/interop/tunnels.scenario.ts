import { scenario } from 'espalier';
import { establish } from './bodies.ts';
import { between2, end, type Method } from './connections.ts';
import { column, current, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const methods: readonly Method[] = ['psk', 'rsa', 'ecdsa'];
const families = [4, 6] as const;

// Every pair × authentication × family outside × family inside, and transport mode. The two tests of libreswan's work on
// OpenBSD (2020: iked initiates, iked responds, with a secret) are the cells `openiked to libreswan` and its reverse here.
for (const pair of pairs(current, current)) {
  for (const method of methods) {
    for (const outside of families) {
      const lab = direct(pair);
      const address = outer[outside];
      for (const inside of families) {
        const { westNet, eastNet, ...path } = inner[inside];
        const west = end('west', method, { address: address.west, selectors: [westNet] });
        const east = end('east', method, { address: address.east, selectors: [eastNet] });
        const name = `${column(pair)}, ${method} tunnel ${inside} in ${outside}`;
        scenario(name, { ...lab, connections: [between2(west, east)], limits: 'unsupported' }, ({ hosts }) =>
          establish(hosts, path),
        );
      }
      const ends = [
        end('west', method, { address: address.west }),
        end('east', method, { address: address.east }),
      ] as const;
      const connections = [between2(...ends, { mode: 'transport' })];
      scenario(
        `${column(pair)}, ${method} transport ${outside}`,
        { ...lab, connections, limits: 'unsupported' },
        ({ hosts }) => establish(hosts, address),
      );
    }
  }
}
