import { expect, type Host, scenario } from 'espalier';
import { addresses, connect, families, pair, pings, toEast, toWest } from './labs.ts';

const [rounds, each] = [5, 40];
const count = rounds * each;

/** Gives `ip` a line for each number from 1 on, which the line has as `$n`. */
async function batch(host: Host, line: string, { rounds: times = rounds } = {}): Promise<void> {
  for (let round = 0; round < times; round++) {
    const numbers = `${round * each + 1} ${(round + 1) * each}`;
    // A worker doubles a table that is full, when the command is over.
    await expect(host).toRun(
      `for n in $(seq ${numbers}); do echo "${line}"; done >/run/batch; ip -batch /run/batch >/run/answers`,
    );
  }
}

/** Entries and buckets of a table, as the kernel counts them. */
async function sizeOf(host: Host, table: 'state' | 'policy'): Promise<readonly [entries: number, buckets: number]> {
  const { stdout } = await host.exec(`ip -s -s xfrm ${table} count`);
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1]);
  return table === 'state'
    ? [number(/SAD +count +(\d+)/), number(/buckets +count +(\d+)/)]
    : [number(/OUT +(\d+)/), number(/buckets: +count +(\d+)/)];
}

for (const family of families) {
  const { west: own, east: peer, whole } = addresses[family];

  // net/xfrm/xfrm_state.c, xfrm_hash_resize: the three tables of SAs grow while they are used.
  scenario(`S4 ${count} SAs of IPv${family} are found in tables that have grown`, pair, async ({ hosts }) => {
    const { west } = hosts;
    await connect(hosts, { family });
    const [, before] = await sizeOf(west, 'state');
    const id = `src ${own} dst ${peer} proto esp spi $((8192 + n))`;
    const key = `aead 'rfc4106(gcm(aes))' 0x${'22'.repeat(20)} 128`;
    await batch(west, `xfrm state add ${id} mode tunnel reqid 9 ${key}`);
    await expect(await pings(west, peer, { count: 3 }), { what: 'pings answered meanwhile' }).toBe(3);
    const [entries, buckets] = await sizeOf(west, 'state');
    await expect(entries, { what: 'SAs' }).toBe(count + 2);
    await expect(buckets, { what: `buckets, ${before} before` }).toBeAtLeast(Math.max(count / 2, before + 1));
    await batch(west, `xfrm state get ${id}`);
    const sent = await west.xfrm.state.get(toEast(family));
    await expect(sent?.use.packets, { what: 'packets of the SA that was there before' }).toBe(3n);
    await batch(west, `xfrm state delete ${id}`);
    await expect((await west.xfrm.state.list()).map(({ spi }) => spi).toSorted(), { what: 'SPIs left' }).toEqual(
      [toEast(family).spi, toWest(family).spi].toSorted(),
    );
  });

  // net/xfrm/xfrm_policy.c, xfrm_bydst_resize and xfrm_byidx_resize.
  scenario(`P1 ${count} policies of IPv${family} are found in tables that have grown`, pair, async ({ hosts }) => {
    const { west } = hosts;
    await connect(hosts, { family });
    const [, before] = await sizeOf(west, 'policy');
    const selector = `src ${own}/${whole} dst ${peer}/${whole} proto udp dport $((2000 + n)) dir out`;
    await batch(west, `xfrm policy add ${selector} priority 5 action block`);
    await expect(await pings(west, peer, { count: 3 }), { what: 'pings answered meanwhile' }).toBe(3);
    const [entries, buckets] = await sizeOf(west, 'policy');
    await expect(entries, { what: 'policies out' }).toBe(count + 1);
    await expect(buckets, { what: `buckets, ${before} before` }).toBeAtLeast(Math.max(count / 2, before + 1));
    await batch(west, `xfrm policy get ${selector}`);
    const lost = async (): Promise<number> => (await west.xfrmStat()).XfrmOutPolBlock ?? 0;
    const sendTo = (port: number) => west.exec(`echo x | timeout 1 bash -c 'cat >/dev/udp/${peer}/${port}'`);
    await sendTo(2000 + count);
    await sendTo(2001 + count);
    await expect(await lost(), { what: 'datagrams that a policy blocks' }).toBe(1);
    await batch(west, `xfrm policy delete ${selector}`);
    await expect((await west.xfrm.policy.list()).length, { what: 'policies left' }).toBe(2);
  });
}

// net/xfrm/xfrm_hash.c, xfrm_hash_alloc and xfrm_hash_free: a table of more than a page, which is 512 buckets, comes from elsewhere than a smaller one.
scenario('P1 tables of policies that are larger than pages grow', pair, async ({ hosts: { west } }) => {
  const { west: own, east: peer } = addresses[4];
  const selector = `src ${own}/32 dst ${peer}/32 proto udp dport $((2000 + n)) dir out`;
  const times = { rounds: 30 };
  await batch(west, `xfrm policy add ${selector} priority 5 action block`, times);
  const [entries, buckets] = await sizeOf(west, 'policy');
  await expect(entries, { what: 'policies out' }).toBe(times.rounds * each);
  // The kernel tells its mask: one less.
  await expect(buckets, { what: 'buckets' }).toBeAtLeast(2047);
  await expect(west).toRun(`ip xfrm policy get src ${own} dst ${peer} proto udp dport 2001 dir out`);
  await west.xfrm.policy.flush();
  await expect((await west.xfrm.policy.list()).length, { what: 'policies left' }).toBe(0);
});
