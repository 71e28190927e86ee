import { expect, linux, scenario, type XfrmPolicy } from 'espalier';
import { pings } from './labs.ts';

/** A client behind a gateway, and a peer on the other side. */
const path = {
  hosts: {
    client: linux({ routes: { '198.51.100.0/24': '10.1.0.1' } }),
    gate: linux({ sysctls: { 'net.ipv4.ip_forward': '1' } }),
    peer: linux({ routes: { '10.1.0.0/24': '198.51.100.1' } }),
  },
  links: {
    inside: { client: '10.1.0.2/24', gate: '10.1.0.1/24' },
    wan: { gate: '198.51.100.1/24', peer: '198.51.100.2/24' },
  },
} as const;

const [gateAddress, peerAddress, clientAddress] = ['198.51.100.1', '198.51.100.2', '10.1.0.2'];
const to = { source: peerAddress, destination: clientAddress };
const from = { source: clientAddress, destination: peerAddress };
const inward = { source: peerAddress, destination: gateAddress, mode: 'tunnel', reqid: 1 } as const;
const outward = { source: gateAddress, destination: peerAddress, mode: 'tunnel', reqid: 2 } as const;

// RFC 4301, 5; Linux has a direction of its own for what is forwarded (XFRM_POLICY_FWD).
scenario(
  'P10 what leaves a tunnel to be forwarded needs a policy for that',
  path,
  async ({ hosts: { client, gate, peer } }) => {
    for (const host of [gate, peer]) {
      await host.xfrm.state.add({ ...inward, spi: 0x1001 });
      await host.xfrm.state.add({ ...outward, spi: 0x1002 });
    }
    await peer.xfrm.policy.add({ ...to, direction: 'out', templates: [inward] });
    await peer.xfrm.policy.add({ ...from, direction: 'in', templates: [outward] });
    await gate.xfrm.policy.add({ ...from, direction: 'out', templates: [outward] });
    // A policy for what is delivered to the gateway itself is none for what it forwards.
    await gate.xfrm.policy.add({ ...to, direction: 'in', templates: [inward] });
    const lost = async () => (await gate.xfrmStat()).XfrmInNoPols ?? 0;
    const before = await lost();
    await expect(await pings(peer, clientAddress), { what: 'pings without a policy for forwarding' }).toBe(0);
    await expect((await lost()) - before, { what: 'packets lost for want of a policy' }).toBe(1);
    const forward: XfrmPolicy = { ...to, direction: 'fwd', templates: [inward] };
    await gate.xfrm.policy.add(forward);
    await expect(await pings(peer, clientAddress, { count: 2 }), { what: 'pings with one' }).toBe(2);
    await expect(client).toReach(peer, { at: peerAddress });
    await gate.xfrm.policy.update({ ...forward, templates: [{ ...inward, reqid: 9 }] });
    const mismatch = async () => (await gate.xfrmStat()).XfrmInTmplMismatch ?? 0;
    const mismatched = await mismatch();
    await expect(await pings(peer, clientAddress), { what: 'pings by another SA than the policy wants' }).toBe(0);
    await expect((await mismatch()) - mismatched, { what: 'packets of the wrong SA' }).toBe(1);
  },
);
