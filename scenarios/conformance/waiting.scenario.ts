import { expect, scenario } from 'espalier';
import { addresses, connect, families, pair, toEast } from './labs.ts';

for (const family of families) {
  const { east: peer } = addresses[family];

  // net/xfrm/xfrm_policy.c, xdst_queue_output and xfrm_policy_queue_process.
  scenario(`S10 where asked, a packet of IPv${family} waits for its SA`, pair, async ({ hosts, clock }) => {
    const { west, east } = hosts;
    await west.xfrm.listen();
    await west.exec('sysctl -qw net.core.xfrm_larval_drop=0');
    await connect(hosts, { family });
    await west.xfrm.state.delete(toEast(family));
    await west.exec(`(ping -c 1 -W 20 ${peer} >/run/answer 2>&1 &)`);
    await expect(west).toSeeXfrm('acquire', { destination: peer });
    await clock.advance('3s');
    await expect((await east.xfrm.state.get(toEast(family)))?.use.packets, { what: 'packets before the SA' }).toBe(0n);
    await west.xfrm.state.add(toEast(family));
    await clock.advance('10s');
    const answer = await west.read('/run/answer');
    await expect(/(\d) received/.exec(answer)?.[1], { what: 'pings answered' }).toBe('1');
    await expect(Number(/time=(\d+)/.exec(answer)?.[1] ?? 0), { what: 'ms that it took' }).toBeAtLeast(3000);
    await expect((await east.xfrm.state.get(toEast(family)))?.use.packets, { what: 'packets by the SA' }).toBe(1n);
  });
}
