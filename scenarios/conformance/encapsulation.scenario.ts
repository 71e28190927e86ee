import { expect, type Host, scenario, sealedEsp } from 'espalier';
import { addresses, connect, families, pair, pings, toEast } from './labs.ts';
import { echoReply } from './packets.ts';

/** Opens a socket as IKE daemons have it: UDP_ENCAP (100) of UDP (17) with UDP_ENCAP_ESPINUDP (2). Octets of what it gets are in /run/got. */
async function openSocket(host: Host, family: 4 | 6, port = 4500): Promise<void> {
  const kind = family === 4 ? 'AF_INET' : 'AF_INET6';
  const program = [
    'import socket',
    `s=socket.socket(socket.${kind},socket.SOCK_DGRAM)`,
    `s.bind(("",${port}))`,
    's.setsockopt(17,100,2)',
    'f=open("/run/got","w",1)',
    'open("/run/encap","w")',
    'while True: f.write("%d\\n"%len(s.recv(9999)))',
  ].join('\n');
  await host.writeFile('/run/encap.py', program);
  await host.exec('rm -f /run/encap; (python3 /run/encap.py >/dev/null 2>&1 &)');
  await expect(host).toHaveFile('/run/encap');
}

const encapsulation = { type: 'espinudp', sourcePort: 4500, destinationPort: 4500 } as const;

for (const family of families) {
  const { west: own, east: peer } = addresses[family];
  const { protocol, octets } = echoReply(own, peer);

  for (const mode of ['transport', 'tunnel'] as const) {
    // RFC 3948, 2.1 and 3.
    scenario(`N1 ESP in UDP in ${mode} mode over IPv${family}`, pair, async ({ hosts, net }) => {
      const { west, east } = hosts;
      for (const host of [west, east]) await openSocket(host, family);
      await connect(hosts, { family, sa: { mode, encapsulation, replayWindow: 32 } });
      // What carries ESP is UDP in clear, and is asked for before it is opened (udp_queue_rcv_one_skb).
      const bypass = { protocol: 'udp', destinationPort: 4500, direction: 'in' } as const;
      await east.xfrm.policy.add({ ...bypass, source: own, destination: peer });
      await west.xfrm.policy.add({ ...bypass, source: peer, destination: own });
      await expect(await pings(west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
      await expect(await pings(west, peer, { size: 1200 }), { what: 'large pings' }).toBe(1);
      await expect(west).toConnect(east, { port: 7000, at: peer });
      await expect(east).toHaveSa({ encapsulated: true, direction: 'in', refused: 0, packets: { atLeast: 3 } });
      await expect(west).not.toHaveSentInClear({ to: peer });
      // RFC 3948, 2.3: a keepalive is one octet, which nobody gets; four octets of zero mark IKE.
      const ports = { source: 4500, destination: 4500 };
      const before = await east.xfrmStat();
      await net.link('wan').inject([
        { from: west, to: east, source: own, destination: peer, udp: ports, octets: Uint8Array.of(0xff) },
        { from: west, to: east, source: own, destination: peer, udp: ports, octets: Buffer.alloc(32) },
      ]);
      await expect(() => east.xfrmStat(), { what: 'losses behind a keepalive and a marker', within: 0 }).toEqual(
        before,
      );
      await expect(async () => (await east.exec('cat /run/got')).stdout, { what: 'octets that the daemon got' }).toBe(
        '32\n',
      );
    });
  }

  // RFC 3948, 2; RFC 7296, 2.23; net/xfrm/xfrm_state.c, km_new_mapping.
  scenario(
    `N2 a peer of IPv${family} whose port changes is announced`,
    pair,
    async ({ hosts: { west, east }, net }) => {
      await openSocket(east, family);
      await east.xfrm.state.add(toEast(family, { encapsulation, replayWindow: 32 }));
      const sa = await east.xfrm.state.get(toEast(family));
      const packet = (sequence: number, source: number) =>
        sealedEsp(sa, {
          from: west,
          to: east,
          sequence,
          nextHeader: protocol,
          inner: octets,
          udp: { source, destination: 4500 },
        });
      await net.link('wan').inject(packet(1, 4500), { expect: 'accepted', at: east });
      await expect(east).not.toSeeXfrm('mapping', {}, { within: 0 });
      await net.link('wan').inject(packet(2, 31000), { expect: 'accepted', at: east });
      await expect(east).toSeeXfrm('mapping', { newPort: 31000, newSource: own }, { count: 1, within: 0 });
      // A packet that does not verify announces nothing.
      const spoiled = Buffer.from(packet(3, 32000).octets);
      spoiled.writeUInt8(spoiled.readUInt8(spoiled.length - 1) ^ 1, spoiled.length - 1);
      const refused = { expect: 'refused', at: east, counter: 'XfrmInStateProtoError' } as const;
      await net.link('wan').inject({ ...packet(3, 32000), octets: spoiled }, refused);
      await expect(east).not.toSeeXfrm('mapping', { newPort: 32000 }, { within: 0 });
    },
  );

  // net/xfrm/xfrm_input.c: encap_type of packet and SA differ.
  scenario(
    `N3 ESP of IPv${family} in another encapsulation than its SA's is refused`,
    pair,
    async ({ hosts: { west, east }, net }) => {
      await openSocket(east, family);
      await east.xfrm.state.add(toEast(family, { encapsulation, replayWindow: 32 }));
      const plain = toEast(family, { spi: 0x3003, replayWindow: 32 });
      await east.xfrm.state.add(plain);
      const clear = { from: west, to: east, sequence: 1, nextHeader: protocol, inner: octets } as const;
      const { udp: _, ...bare } = sealedEsp(await east.xfrm.state.get(toEast(family)), clear);
      const mismatch = { expect: 'refused', at: east, counter: 'XfrmInStateMismatch' } as const;
      await net.link('wan').inject({ ...bare, protocol: 50 }, mismatch);
      const wrapped = sealedEsp(await east.xfrm.state.get(plain), {
        ...clear,
        udp: { source: 4500, destination: 4500 },
      });
      await net.link('wan').inject(wrapped, mismatch);
      await net
        .link('wan')
        .inject(sealedEsp(await east.xfrm.state.get(plain), clear), { expect: 'accepted', at: east });
    },
  );
}
