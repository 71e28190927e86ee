import { expect, scenario } from 'espalier';
import { addresses, families, pair, pings } from './labs.ts';

for (const family of families) {
  const { west: own, east: peer } = addresses[family];
  const [icmp, type] = family === 4 ? (['icmp', 8] as const) : (['ipv6-icmp', 128] as const);
  const outward = { source: own, destination: peer, direction: 'out' } as const;
  const trap = { ...outward, priority: 20, templates: [{ source: own, destination: peer, reqid: 1 }] };

  // RFC 4301, 4.4.1: BYPASS and DISCARD of a narrower selector beside PROTECT, as daemons put them there while an exchange runs or has failed.
  // net/xfrm/xfrm_policy.c, xfrm_policy_timer and xfrm_lookup_with_ifid.
  scenario(
    `P11 shunts of IPv${family} beside a policy that traps hold as long as they last`,
    pair,
    async ({ hosts: { west }, clock }) => {
      await west.xfrm.listen();
      await west.exec('sysctl -w net.core.xfrm_acq_expires=10');
      await west.xfrm.policy.add(trap);
      await expect(await pings(west, peer), { what: 'pings that are trapped' }).toBe(0);
      await expect(west).toSeeXfrm('acquire', { destination: peer }, { count: 1 });
      const shunt = { ...outward, protocol: icmp, type, code: 0, priority: 10 } as const;
      await west.xfrm.policy.add({ ...shunt, action: 'allow', limits: { hardSeconds: 60 } });
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings by a shunt that passes them' }).toBe(2);
      await expect(west).toSeeXfrm('acquire', { destination: peer }, { count: 1, within: 0 });
      await clock.advance('70s');
      await expect(west).toSeeXfrm('policy-expire', { hard: true, to: peer }, { count: 1, within: 0 });
      await expect(await pings(west, peer), { what: 'pings after the shunt' }).toBe(0);
      await expect(west).toSeeXfrm('acquire', { destination: peer }, { count: { atLeast: 2 } });
      await clock.advance('20s');
      await west.xfrm.policy.add({ ...shunt, action: 'block' });
      const before = await west.xfrmStat();
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings by a shunt that drops them' }).toBe(0);
      const after = await west.xfrmStat();
      await expect((after.XfrmOutPolBlock ?? 0) - (before.XfrmOutPolBlock ?? 0), { what: 'packets dropped' }).toBe(2);
    },
  );

  // The generation of the SPD (rt_genid_bump_all): a socket that has a route and its bundle notices a change.
  scenario(
    `P11 a policy of IPv${family} that becomes a shunt counts for sockets that have sent before`,
    pair,
    async ({ hosts: { west } }) => {
      await west.xfrm.policy.add({ ...outward, protocol: icmp, action: 'block' });
      const update = `ip xfrm policy update src ${own} dst ${peer} proto ${icmp} dir out action`;
      const changes = `(sleep 2.5; ${update} allow; sleep 3; ${update} block)`;
      const { stdout } = await west.exec(
        `sh -c "${changes} & ping -c 8 -i 1 -W 1 ${peer} | grep -o 'seq=[0-9]*'; wait"`,
      );
      await expect(stdout.trim().split('\n'), { what: 'pings of one socket that were answered' }).toEqual([
        'seq=4',
        'seq=5',
        'seq=6',
      ]);
    },
  );
}
