import { scenario } from 'espalier';
import { establish } from './bodies.ts';
import { between2, end } from './connections.ts';
import { column, current, earlier, pairs } from './daemons.ts';
import { direct, inner, outer } from './labs.ts';

const { westNet, eastNet, ...path } = inner[4];

// Every daemon of an earlier Debian with every daemon there is.
const withEarlier = [...pairs(earlier, [...current, ...earlier]), ...pairs(current, earlier)];

for (const pair of withEarlier) {
  const west = end('west', 'psk', { address: outer[4].west, selectors: [westNet] });
  const east = end('east', 'psk', { address: outer[4].east, selectors: [eastNet] });
  const lab = { ...direct(pair), connections: [between2(west, east)], limits: 'unsupported' } as const;
  scenario(`${column(pair)}, psk tunnel 4 in 4`, lab, ({ hosts }) => establish(hosts, path));
}
