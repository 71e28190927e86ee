import { expect, type Host, linux, scenario } from 'espalier';
import { type Family, families } from './labs.ts';

/** A router behind a gateway, and a peer that reaches a network behind both by a tunnel to the gateway. */
const places = {
  4: {
    inner: '10.1.0.2',
    inside: '10.1.0.1',
    absent: '10.1.0.77',
    gate: '198.51.100.1',
    peer: '198.51.100.2',
    length: 24,
    network: '10.2.0.0/24',
    target: '10.2.0.5',
  },
  6: {
    inner: '2001:db8:1::2',
    inside: '2001:db8:1::1',
    absent: '2001:db8:1::77',
    gate: '2001:db8:f::1',
    peer: '2001:db8:f::2',
    length: 64,
    network: '2001:db8:2::/64',
    target: '2001:db8:2::5',
  },
} as const;

const path = (family: Family) => {
  const { inner, inside, gate, peer, length, network } = places[family];
  const forwarding = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' };
  const default_ = family === 4 ? '0.0.0.0/0' : '::/0';
  return {
    hosts: {
      inner: linux({ sysctls: forwarding, routes: { [default_]: inside } }),
      gate: linux({ sysctls: forwarding, routes: { [network]: inner } }),
      peer: linux({ routes: { [default_]: gate } }),
    },
    links: {
      lan: { inner: `${inner}/${length}`, gate: `${inside}/${length}` },
      wan: { gate: `${gate}/${length}`, peer: `${peer}/${length}` },
    },
  } as const;
};

for (const family of families) {
  const { inner, gate: outer, peer: far, absent, network, target } = places[family];
  const there = { source: far, destination: outer, mode: 'tunnel', reqid: 1 } as const;
  const back = { source: outer, destination: far, mode: 'tunnel', reqid: 2 } as const;
  const outward = { source: network, destination: far, direction: 'out', templates: [back] } as const;

  // RFC 4301, 6; net/xfrm/xfrm_policy.c, xfrm_out_fwd_icmp; net/ipv4/icmp.c, icmp_rcv and icmp_route_lookup: an error is none of the traffic that
  // a policy selects. With the flag `icmp` of policy and SA it is judged by the packet that it quotes.
  scenario(
    `F3 an ICMP error about a packet of a tunnel of IPv${family} goes back by the tunnel`,
    path(family),
    async ({ hosts: { inner: router, gate, peer } }) => {
      for (const host of [gate, peer]) {
        await host.xfrm.state.add({ ...there, spi: 0x1001 });
        await host.xfrm.state.add({ ...back, spi: 0x1002, selector: { source: network, destination: far } });
      }
      await peer.xfrm.policy.add({ source: far, destination: network, direction: 'out', templates: [there] });
      await peer.xfrm.policy.add({ source: network, destination: far, direction: 'in', templates: [back] });
      await gate.xfrm.policy.add({ source: far, destination: network, direction: 'fwd', templates: [there] });
      await gate.xfrm.policy.add({ ...outward, flags: ['icmp'] });
      await router.exec(`ip route add unreachable ${network}`);
      const id = { destination: far, spi: 0x1002 };
      const used = async (host: Host) => (await host.xfrm.state.get(id))?.use.packets ?? 0n;
      const ping = async () => (await peer.exec(`ping -c 1 -W 5 ${target}`)).stdout;

      await expect(await ping(), { what: 'the ping, whose error the SA does not take' }).not.toMatch(/nreachable/);
      await expect(await used(gate), { what: 'errors by the SA' }).toBe(1n);
      // A raw socket of IPv4 asks as well.
      await expect((await peer.xfrmStat()).XfrmInStateMismatch ?? 0, { what: 'times that it was refused' }).toBeAtLeast(
        1,
      );

      await peer.xfrm.state.delete(id);
      const selector = { source: network, destination: far };
      await peer.xfrm.state.add({ ...back, spi: 0x1002, selector, flags: ['icmp'] });
      await expect(await ping(), { what: 'the ping, whose error the SA takes' }).toMatch(
        new RegExp(`From ${inner} .*nreachable`),
      );
      await expect([await used(gate), await used(peer)], { what: 'errors by the SA, sent and received' }).toEqual([
        2n,
        1n,
      ]);

      // Nobody has this address. icmp_route_lookup asks for the way back to the target, so that it has to have a route.
      await gate.exec(`ip route replace ${network} via ${absent}`);
      await expect(await ping(), { what: 'the ping, with an error of the gateway itself' }).toMatch(
        new RegExp(`From (?:${outer}|${places[family].inside}) .*nreachable`),
      );
      await expect([await used(gate), await used(peer)], { what: 'errors of the gateway too' }).toEqual([3n, 2n]);

      await gate.xfrm.policy.update(outward);
      await ping();
      await expect(await used(gate), { what: 'errors by the SA where the policy is about its own traffic alone' }).toBe(
        3n,
      );
    },
  );
}
