import { expect, scenario, type XfrmPolicy } from 'espalier';
import { addresses, families, pair, pings } from './labs.ts';

for (const family of families) {
  const { east: peer, any } = addresses[family];

  // net/xfrm/xfrm_policy.c, xfrm_policy_inexact_insert_node: a wider prefix takes the nodes of narrower ones in, with their sources.
  scenario(
    `P3 policies of IPv${family} about parts of a network decide as before when one about all of it comes`,
    pair,
    async ({ hosts: { west, east } }) => {
      const { policy } = west.xfrm;
      const [wide, parts, hostsOf] =
        family === 4
          ? ([
              '10.2.0.0/24',
              ['10.2.0.16/28', '10.2.0.64/28', '10.2.0.128/28'],
              ['10.2.0.17', '10.2.0.65', '10.2.0.129', '10.2.0.1'],
            ] as const)
          : ([
              '2001:db8:a::/64',
              ['2001:db8:a:0:1::/80', '2001:db8:a:0:2::/80', '2001:db8:a:0:3::/80'],
              ['2001:db8:a:0:1::1', '2001:db8:a:0:2::1', '2001:db8:a:0:3::1', '2001:db8:a:0:4::1'],
            ] as const);
      for (const target of hostsOf) await east.exec(`ip addr add ${target} dev lo`);
      await west.exec(`ip route add ${wide} via ${peer}`);
      const net = family === 4 ? '198.18.1.0/24' : '2001:db8:1::/64';
      const elsewhere = family === 4 ? '198.51.100.0/24' : '2001:db8:f::/64';
      const out = { direction: 'out' } as const;
      const narrow: readonly XfrmPolicy[] = [
        { ...out, source: net, destination: parts[0], action: 'block', priority: 10 },
        { ...out, source: any, destination: parts[1], action: 'block', priority: 10 },
        { ...out, source: net, destination: parts[2], action: 'allow', priority: 10 },
        // Of another network: it decides nothing here.
        { ...out, source: elsewhere, destination: parts[1], action: 'allow', priority: 5 },
      ];
      const whole: XfrmPolicy = { ...out, source: any, destination: wide, action: 'block', priority: 20 };
      const decided = async (): Promise<readonly number[]> => {
        const answers: number[] = [];
        for (const target of hostsOf) answers.push(await pings(west, target));
        return answers;
      };
      await expect(await decided(), { what: 'pings without a policy' }).toEqual([1, 1, 1, 1]);
      for (const order of [narrow, narrow.toReversed()]) {
        for (const one of order) await policy.add(one);
        await expect(await decided(), { what: 'pings by the parts' }).toEqual([0, 0, 1, 1]);
        await policy.add(whole);
        await expect(await decided(), { what: 'pings by the parts and the whole' }).toEqual([0, 0, 1, 0]);
        await policy.delete(whole);
        await expect(await decided(), { what: 'pings by the parts again' }).toEqual([0, 0, 1, 1]);
        await policy.flush();
      }
    },
  );
}
