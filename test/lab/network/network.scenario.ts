/** Networks that change, and hosts with more software: what test/lab/network.test.ts runs. */
import { expect, linux, nat, psk, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

scenario(
  'a tunnel through two NAT boxes in a row, of which the outer one gets another address',
  {
    hosts: {
      road: strongswan({ routes: { default: 'inner' } }),
      inner: nat({ outside: 'middle', timeout: '60s', routes: { default: 'outer' } }),
      outer: nat({ outside: 'wan' }),
      gate: strongswan(),
    },
    links: {
      lan: { road: '10.9.0.2/24', inner: '10.9.0.1/24' },
      middle: { inner: '10.8.0.2/24', outer: '10.8.0.1/24' },
      wan: { outer: '192.0.2.1/24', gate: '192.0.2.2/24' },
      home: { road: '10.1.0.1/24' },
      office: { gate: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'tunnel',
        authentication: psk('only these two know'),
        ends: [
          { host: 'road', seenAs: 'any', selectors: ['10.1.0.0/24'] },
          { host: 'gate', selectors: ['10.2.0.0/24'] },
        ],
      },
    ],
  },
  async ({ hosts: { road, inner, outer, gate }, clock }) => {
    await gate.daemon.start();
    await road.daemon.start();
    await road.initiate('tunnel');
    await expect(road).toHaveIkeSas(1);
    await expect(road).toReach(gate, { from: '10.1.0.1', at: '10.2.0.1' });
    await expect(gate).toHaveSa({ encapsulated: true, source: '192.0.2.1' });
    await outer.remap({ address: '192.0.2.77/24' });
    await expect(() => outer.addresses.includes('192.0.2.77'), { what: 'the new address' }).toBe(true);
    // Keepalives and traffic come from the new address, which the gate takes from packets that verify (RFC 7296, 2.23).
    await expect(road).toReach(gate, { from: '10.1.0.1', at: '10.2.0.1' });
    await expect(gate).toHaveSa({ encapsulated: true, source: '192.0.2.77' });
    await road.daemon.stop();
    const mappings = 'conntrack -L -p udp 2>/dev/null | grep -c dport=4500';
    await expect(async () => (await inner.exec(mappings)).stdout.trim(), { what: 'mappings' }).not.toBe('0');
    await clock.advance('90s');
    await expect(async () => (await inner.exec(mappings)).stdout.trim(), { what: 'mappings' }).toBe('0');
  },
);

scenario(
  'a host is renumbered and led another way; a router answers with ICMP errors',
  {
    hosts: {
      west: linux({ routes: { '10.2.0.0/24': 'one' } }),
      one: linux(),
      two: linux(),
      east: linux({ routes: { '10.1.0.0/24': 'one' } }),
    },
    links: {
      near: { west: '10.1.0.1/24', one: '10.1.0.254/24', two: '10.1.0.253/24' },
      far: { east: '10.2.0.1/24', one: '10.2.0.254/24', two: '10.2.0.253/24' },
    },
  },
  async ({ hosts: { west, one, two, east }, net }) => {
    const ping = 'ping -c 1 -W 2 10.2.0.1';
    await expect(west).toReach(east, { at: '10.2.0.1' });
    await west.renumber('near', '10.1.0.7/24');
    await expect(() => west.addresses.join(), { what: 'addresses' }).toBe('10.1.0.7');
    await west.reroute('10.2.0.0/24', '10.1.0.254');
    await expect(west).toReach(east, { from: '10.1.0.7', at: '10.2.0.1' });
    await one.reject({ to: '10.2.0.0/24', answer: 'admin-prohibited' });
    await expect(async () => (await west.exec(ping)).stdout, { what: 'ping' }).toMatch(
      /From 10\.1\.0\.254 .*filtered/i,
    );
    await west.reroute('10.2.0.0/24', '10.1.0.253');
    await two.reject({ to: '10.2.0.1' });
    await expect(async () => (await west.exec(ping)).stdout, { what: 'ping' }).toMatch(
      /From 10\.1\.0\.253 .*Host Unreachable/i,
    );
    await two.accept();
    await one.accept();
    await expect(west).toReach(east, { at: '10.2.0.1' });
    await net.link('near').from(west).reorder(0.5, '20ms');
    const { stdout } = await west.exec('ping -c 40 -i 0.002 -W 2 10.2.0.1 | grep -o icmp_seq=[0-9]*');
    const order = stdout
      .trim()
      .split('\n')
      .map((line) => Number(line.replace('icmp_seq=', '')));
    const sorted = [...order].sort((a, b) => a - b);
    await expect(() => order.length, { what: 'answers' }).toBe(40);
    await expect(() => order.join() === sorted.join(), { what: 'in order' }).toBe(false);
  },
);

scenario(
  'hosts have packages, and an image of a recipe beside the scenario',
  {
    hosts: { west: linux({ image: 'tools' }), east: linux({ image: 'tools', packages: ['bc'] }) },
    links: { wan: ['west', 'east'] },
  },
  async ({ hosts: { west, east } }) => {
    await expect(await west.read('/etc/tools'), { what: 'the file of the recipe' }).toBe("of a recipe of one's own\n");
    await east.exec('(socat TCP-LISTEN:7,reuseaddr EXEC:bc &)');
    const answer = await west.exec('echo 2^10 | socat -t 9 - TCP:198.18.1.2:7,retry=9');
    await expect(answer.stdout.trim(), { what: 'what a program of a package answers' }).toBe('1024');
  },
);

const many = Array.from({ length: 40 }, (_, at) => `h${at}`);
scenario(
  'forty hosts in a row, one on forty links',
  {
    hosts: Object.fromEntries([['hub', linux()], ...many.map((name) => [name, linux()] as const)]),
    links: Object.fromEntries(many.map((name) => [`to-${name}`, ['hub', name]])),
  },
  async ({ hosts }) => {
    const { hub, h0, h39 } = hosts;
    if (hub === undefined || h0 === undefined || h39 === undefined) throw new RangeError('hosts');
    await expect(hub).toReach(h0, { at: '198.18.1.2' });
    await expect(hub).toReach(h39, { at: '198.18.40.2' });
    await expect(h39).not.toReach(h0, { at: '198.18.1.2' });
  },
);
