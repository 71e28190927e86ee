/**
 * IPsec's modules of a distribution's kernel, loaded and unloaded while packets come and go. Hosts have to be machines with modules.
 * ESPALIER_CYCLES: how often (default: 3).
 */
import { createHash } from 'node:crypto';
import { expect, file, type Host, linux, scenario } from '../../../src/suites/scenarios/api/index.ts';
import { growthPerCycle } from './growth.ts';

const cycles = Number(process.env.ESPALIER_CYCLES ?? 3);

/** In the order in which they can be unloaded: users before what they use. */
const modules = [
  ...['esp4', 'esp6', 'ah4', 'ah6', 'ipcomp', 'ipcomp6', 'xfrm_ipcomp'],
  ...['xfrm4_tunnel', 'tunnel4', 'xfrm6_tunnel', 'tunnel6'],
];

/** West and east, or what each of them has. */
type Both = readonly [west: string, east: string];

/** Traffic that one kind of SA protects, with addresses of its own; the name is that of the module. */
interface Lane {
  readonly name: string;
  readonly protocol: string;
  readonly outer: Both;
  readonly inner: Both;
}

const outer4: Both = ['192.0.2.1', '192.0.2.2'];
const outer6: Both = ['2001:db8:2::1', '2001:db8:2::2'];
const lanes = ['esp', 'ah', 'ipcomp'].flatMap((protocol, index): Lane[] => [
  {
    name: protocol === 'ipcomp' ? protocol : `${protocol}4`,
    protocol,
    outer: outer4,
    inner: [`10.1.0.${index + 1}`, `10.2.0.${index + 1}`],
  },
  {
    name: `${protocol}6`,
    protocol,
    outer: outer6,
    inner: [`2001:db8:a::${index + 1}`, `2001:db8:b::${index + 1}`],
  },
]);

function between([west, east]: Both, way: 0 | 1): string {
  return way === 0 ? `src ${west} dst ${east}` : `src ${east} dst ${west}`;
}

/** What ip(8) is told of each lane's policies. What IPComp makes smaller goes into ESP: by itself it protects nothing. */
function policies(side: 0 | 1): string {
  const lines = lanes.flatMap(({ protocol, outer, inner }) =>
    ([0, 1] as const).map((way) => {
      const tunnel = `tmpl ${between(outer, way)} proto ${protocol === 'ipcomp' ? 'comp' : protocol} mode tunnel`;
      const inside = protocol === 'ipcomp' ? ` tmpl ${between(outer, way)} proto esp reqid 9 mode transport` : '';
      return `xfrm policy add ${between(inner, way)} dir ${way === side ? 'out' : 'in'} ${tunnel}${inside}\n`;
    }),
  );
  return lines.join('');
}

/** The same of their SAs, which are others in each cycle. */
function sas(cycle: number): string {
  return lanes
    .flatMap(({ protocol, outer }, index) =>
      [0, 1].flatMap((way) => {
        const spi = 0x1000 + cycle * 0x20 + index * 2 + way;
        const start = (proto: string, number = spi): string =>
          `xfrm state add ${between(outer, way as 0 | 1)} proto ${proto} spi ${number}`;
        const auth = `auth-trunc hmac(sha256) ${key(`auth ${spi}`, 32)} 128`;
        const cipher = `enc cbc(aes) ${key(`enc ${spi}`, 16)} ${auth}`;
        if (protocol === 'ah') return [`${start('ah')} mode tunnel ${auth}\n`];
        if (protocol === 'esp') return [`${start('esp')} mode tunnel ${cipher}\n`];
        return [
          `${start('comp', spi & 0xffff)} mode tunnel comp deflate\n`,
          `${start('esp')} reqid 9 mode transport ${cipher}\n`,
        ];
      }),
    )
    .join('');
}

function key(of: string, octets: number): string {
  return `0x${createHash('sha256')
    .update(of)
    .digest('hex')
    .slice(0, 2 * octets)}`;
}

function host(side: 0 | 1, routes: Readonly<Record<string, string>>) {
  const words = lanes.map(
    ({ name, outer, inner }) => `${outer === outer4 ? 4 : 6} ${name} ${inner[side]} ${inner[1 - side]}\n`,
  );
  const files: Record<string, string | ReturnType<typeof file>> = {
    '/root/modules.sh': file('modules.sh'),
    '/root/modules': `${modules.join('\n')}\n`,
    '/root/lanes': words.join(''),
    '/root/policies': policies(side),
  };
  for (let cycle = 0; cycle < cycles; cycle += 1) files[`/root/sas-${cycle}`] = sas(cycle);
  return linux({ files, routes });
}

const lan = (side: 0 | 1): string[] =>
  lanes.map(({ inner }) => `${inner[side]}/${inner[side].includes(':') ? 64 : 24}`);

/** What the script prints, without a second try: most of what it does can be done once. */
async function told(on: Host, what: string): Promise<string> {
  const { stdout, status } = await on.exec(`sh /root/modules.sh ${what}`);
  await expect(status, { what: `status of ${what}, which prints ${stdout}`, host: on }).toBe(0);
  return stdout;
}

/** How many of three pings of each lane were answered. */
async function answered(on: Host): Promise<number[]> {
  const { stdout } = await on.exec('sh /root/modules.sh ask');
  return [...stdout.matchAll(/3 packets transmitted, (\d) received/g)].map(([, count]) => Number(count));
}

/** Less than one lost SA in a cycle, of 16 (struct xfrm_state takes 0.8 KiB). */
const leak = 0.8;

scenario(
  'the modules of IPsec come and go under traffic',
  {
    hosts: {
      west: host(0, { '10.2.0.0/24': outer4[1], '2001:db8:b::/64': outer6[1] }),
      east: host(1, { '10.1.0.0/24': outer4[0], '2001:db8:a::/64': outer6[0] }),
    },
    links: {
      wan: { west: [`${outer4[0]}/24`, `${outer6[0]}/64`], east: [`${outer4[1]}/24`, `${outer6[1]}/64`] },
      'west-lan': { west: lan(0) },
      'east-lan': { east: lan(1) },
    },
    tolerates: [{ what: 'half-open', why: 'the scenario makes SAs by hand, first on one host alone' }],
  },
  async ({ hosts: { west, east } }) => {
    const [all, none] = [3, 0].map((count) => lanes.map(() => count)) as [number[], number[]];
    for (const one of [west, east]) await told(one, 'policies /root/policies');
    for (const one of [west, east]) await told(one, 'traffic');
    await expect(await answered(west), { what: 'pings answered without SAs', host: west }).toEqual(none);

    const memory: string[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      for (const one of [east, west]) await told(one, `sas /root/sas-${cycle}`);
      await expect(await answered(west), { what: 'pings answered through SAs', host: west }).toEqual(all);
      const held = (await told(west, 'steal')).split(/\s+/);
      await expect(
        modules.filter((name) => !held.includes(name)),
        { what: 'modules unloaded below SAs', host: west },
      ).toEqual([]);
      await told(west, 'unload');
      await expect(await answered(west), { what: 'pings answered without modules', host: west }).toEqual(none);
      memory.push(await told(west, 'memory'));
    }

    // What is left: who writes down this lab's events holds xfrm_user, which holds xfrm_algo.
    await expect(await told(west, 'left'), { what: 'modules and their users', host: west }).toMatch(
      /^xfrm_algo 1\s+xfrm_user 2\s*$/,
    );
    await expect(west).toRun('cat /proc/sys/kernel/tainted', { prints: /^0\s*$/ });
    for (const { inner } of lanes) {
      await expect(west).not.toHaveSentInClear({ to: inner[1] });
      await expect(east).not.toHaveSentInClear({ to: inner[0] });
    }
    for (const [what, growth] of growthPerCycle(memory, ['SUnreclaim', 'VmallocUsed', 'Percpu'])) {
      await expect(growth, { what: `KiB that ${what} grows by in a cycle`, host: west }).toBeAtMost(leak);
    }
  },
);
