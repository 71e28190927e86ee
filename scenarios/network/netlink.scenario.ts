import { expect, linux, scenario } from 'espalier';

/** Changes, each with the line that `ip monitor` prints for it. */
const changes: readonly (readonly [line: string, event: RegExp])[] = [
  ['ip link add one type dummy', /^\d+: one: <BROADCAST,NOARP> /],
  ['ip addr add 10.5.0.1/24 dev one', /^\d+: one +inet 10\.5\.0\.1\/24 /],
  ['ip link set one up', /^\d+: one: <BROADCAST,NOARP,UP,LOWER_UP> /],
  ['ip addr add 2001:db8:5::1/64 dev one nodad', /^\d+: one +inet6 2001:db8:5::1\/64 /],
  ['ip neigh add 10.5.0.9 lladdr 02:00:00:00:00:09 dev one', /^10\.5\.0\.9 dev one lladdr 02:00:00:00:00:09 PERMANENT/],
  ['ip route add 10.6.0.0/16 via 10.5.0.9 metric 7', /^10\.6\.0\.0\/16 via 10\.5\.0\.9 dev one metric 7/],
  ['ip nexthop add id 8 via 10.5.0.9 dev one', /^id 8 via 10\.5\.0\.9 dev one/],
  ['ip rule add from 10.5.0.0/24 lookup 99 priority 50', /^50:\sfrom 10\.5\.0\.0\/24 lookup 99/],
  ['ip rule del priority 50', /^Deleted 50:\sfrom 10\.5\.0\.0\/24/],
  ['ip route del 10.6.0.0/16 metric 7', /^Deleted 10\.6\.0\.0\/16 via 10\.5\.0\.9 dev one metric 7/],
  ['ip addr del 10.5.0.1/24 dev one', /^Deleted \d+: one +inet 10\.5\.0\.1\/24 /],
  ['ip link del one', /^Deleted \d+: one: /],
];

/** What the kernel does not do. */
const refused: readonly (readonly [line: string, answer: RegExp])[] = [
  ['ip link add lo type dummy', /File exists/],
  ['ip addr add 198.18.1.1/24 dev eth0', /already assigned|File exists/],
  ['ip route add 10.7.0.0/16 via 10.99.0.1', /Nexthop has invalid gateway|unreachable/],
  ['ip neigh del 198.18.1.77 dev eth0', /No such file/],
];

const events = '/run/events';
const subscribe = `(ip monitor link address neigh route nexthop rule >${events} 2>&1 & echo $! >/run/monitor.pid)`;

scenario(
  'netlink tells each change once, in order, to its own host alone, and nothing of what it refuses',
  { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } },
  async ({ hosts: { west, east } }) => {
    for (const host of [west, east]) {
      await host.exec(subscribe);
      // It is subscribed as soon as it tells something.
      await expect(host).toRun(`ip link set lo alias seen; grep -q LOOPBACK ${events}`);
    }
    const told = async (): Promise<readonly string[]> => (await west.read(events)).trimEnd().split('\n');
    const before = { west: (await told()).length, east: await east.read(events) };

    for (const [line, answer] of refused) await expect(west).toRun(line, { status: 2, prints: answer });
    await expect(await told(), { what: 'events' }).toEqual((await told()).slice(0, before.west));

    for (const [line] of changes) await expect(west).toRun(line);
    const lines = (await told()).slice(before.west);
    const places = changes.map(([, event]) => lines.flatMap((line, at) => (event.test(line) ? [at] : [])));
    const missing = changes.filter((_, at) => places[at]?.length === 0).map(([line]) => line);
    await expect(missing, { what: 'changes without an event' }).toEqual([]);
    // The state of a link is told several times.
    const twice = changes.filter(([line], at) => !line.startsWith('ip link') && (places[at]?.length ?? 0) > 1);
    await expect(
      twice.map(([line]) => line),
      { what: 'changes with several events' },
    ).toEqual([]);
    const first = places.map(([place = -1]) => place);
    await expect(first, { what: 'places of the events' }).toEqual([...first].sort((a, b) => a - b));
    await expect(await east.read(events), { what: 'events of another host', host: east }).toBe(before.east);
  },
);

scenario(
  'netlink tells a thousand routes in their order, and the dump is what was told',
  { hosts: { west: linux() }, links: { wan: ['west'] } },
  async ({ hosts: { west } }) => {
    const routes = Array.from({ length: 1000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
    await west.writeFile('/root/batch', routes.map((to) => `route add ${to} via 198.18.1.9\n`).join(''));
    const dump = async (): Promise<readonly string[]> =>
      (await west.exec('ip route show via 198.18.1.9')).stdout
        .trim()
        .split('\n')
        .map((line) => line.replace(/ .*/, ''));
    await expect(await dump(), { what: 'routes before' }).toEqual(['']);
    await west.exec(subscribe);
    await expect(west).toRun(`ip link set lo alias seen; grep -q LOOPBACK ${events}`);
    await expect(west).toRun('ip -batch /root/batch');
    const told = async (): Promise<readonly string[]> =>
      (await west.read(events))
        .split('\n')
        .filter((line) => line.startsWith('10.'))
        .map((line) => line.replace(/ .*/, ''));
    await expect(async () => (await told()).length, { what: 'routes told' }).toBe(routes.length);
    await expect(await told(), { what: 'routes told' }).toEqual(routes);
    await expect(await dump(), { what: 'routes of the dump' }).toEqual(routes);
    await expect(west).toRun('ip route flush via 198.18.1.9');
    await expect(async () => (await west.read(events)).match(/^Deleted 10\./gm)?.length ?? 0, {
      what: 'deletions told',
    }).toBe(routes.length);
  },
);
