import { expect, scenario, type XfrmSaParts } from 'espalier';
import { altered, type Caught, caught } from './caught.ts';
import { addresses, connect, families, pair, pings, toEast } from './labs.ts';

/** What a router or an attacker may do to a header: the octet, and whether AH covers it. */
const changes = {
  4: {
    'the hop limit': [8, (octet: number) => octet - 1, 'accepted'],
    'the class of service': [1, () => 0x20, 'accepted'],
    'the identification': [5, (octet: number) => octet ^ 1, 'refused'],
    'the source address': [15, (octet: number) => octet ^ 0x40, 'refused'],
    'the header of AH itself': [20 + 3, () => 1, 'refused'],
    'the payload': [20 + 24 + 12, (octet: number) => octet ^ 1, 'refused'],
  },
  6: {
    'the hop limit': [7, (octet: number) => octet - 1, 'accepted'],
    'the traffic class': [1, (octet: number) => octet ^ 0x20, 'accepted'],
    'the flow label': [3, (octet: number) => octet ^ 1, 'accepted'],
    'the source address': [23, (octet: number) => octet ^ 0x40, 'refused'],
    'the payload': [40 + 24 + 12, (octet: number) => octet ^ 1, 'refused'],
  },
} as const;

for (const family of families) {
  const { west: own, east: peer } = addresses[family];

  // RFC 4302, 3.3.3.1: fields that routers change are not covered by the ICV, and all others are.
  scenario(`F9 what AH of IPv${family} covers of a header`, pair, async ({ hosts, net }) => {
    const { west, east } = hosts;
    await connect(hosts, { family, sa: { protocol: 'ah' } });
    const sent: readonly Caught[] = await caught(net, { from: west, protocol: 51 }, () => pings(west, peer));
    const [packet] = sent;
    await expect(packet?.hopLimit, { what: 'hop limit on the link' }).toBe(64);
    if (packet === undefined) return;
    await net.link('wan').inject(packet.frame, { expect: 'accepted', at: east });
    for (const [what, [at, change, answer]] of Object.entries(changes[family])) {
      const before = (await east.xfrm.state.get(toEast(family, { protocol: 'ah' })))?.use.packets ?? 0n;
      await net.link('wan').inject(altered(packet, at, change));
      const taken = async () =>
        ((await east.xfrm.state.get(toEast(family, { protocol: 'ah' })))?.use.packets ?? 0n) - before;
      await expect(taken, { what: `packets taken after a change of ${what}` }).toBe(answer === 'accepted' ? 1n : 0n);
    }
  });

  // RFC 4302, 3.3.3.1: what is zero in the computation of the ICV is sent as it was.
  scenario(`F9 what AH of IPv${family} leaves out of its ICV is sent`, pair, async ({ hosts, net }) => {
    const { west } = hosts;
    await connect(hosts, { family, sa: { protocol: 'ah' } });
    const sent = await caught(net, { from: west, protocol: 51 }, async () => {
      const { stdout } = await west.exec(`ping -c 1 -W 1 -Q 0xb8 -t 33 -M do ${peer}`);
      await expect(stdout, { what: 'a ping' }).toMatch(/ 1 received/);
    });
    const ping = sent.find(({ hopLimit }) => hopLimit === 33);
    await expect([ping?.trafficClass, ping?.dontFragment], { what: 'class and DF on the link' }).toEqual([0xb8, true]);
  });

  // RFC 4302, 3.3.3.1.1.2 and appendix A: the route that is recorded in an option changes on the path.
  if (family === 4)
    scenario('F9 options of IPv4 that change on the path are not covered by AH', pair, async ({ hosts }) => {
      const { west, east } = hosts;
      await connect(hosts, { sa: { protocol: 'ah', replayWindow: 32 } });
      const { stdout } = await west.exec(`ping -c 1 -W 1 -R ${peer}`);
      await expect(stdout, { what: 'a ping that records its route' }).toMatch(/ 1 received/);
      await expect(stdout, { what: 'the route' }).toMatch(/RR:/);
      const taken = await east.xfrm.state.get(toEast(4, { protocol: 'ah' }));
      await expect(taken?.use.packets, { what: 'packets of the SA' }).toBe(1n);
    });

  // RFC 791, 3.1; RFC 4302, 3.3.3.1.1.2: of options that cannot be told apart nobody knows which of them change.
  if (family === 4)
    scenario('F9 a packet with options of IPv4 that are cut off is not protected by AH', pair, async ({ hosts }) => {
      const { west, east } = hosts;
      await connect(hosts, { sa: { protocol: 'ah' } });
      /** A packet of a program that makes its own header, with four octets of options. */
      const sendWith = async (options: readonly number[]) => {
        const program = [
          'import socket,struct',
          's=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_RAW)',
          `a=[socket.inet_aton(x) for x in ("${own}","${peer}")]`,
          `h=struct.pack("!BBHHHBBH4s4s",0x46,0,0,0,0,64,1,0,*a)+bytes([${options.join()}])`,
          `try: s.sendto(h+bytes([0,0,255,255,0,0,0,0]),("${peer}",0))`,
          'except OSError as e: print(e)',
        ];
        await west.writeFile('/run/options.py', `${program.join('\n')}\n`);
        return west.exec('python3 /run/options.py');
      };
      const lost = async () => (await west.xfrmStat()).XfrmOutStateProtoError ?? 0;
      const [nothing, recordRoute] = [1, 7];
      await sendWith([nothing, nothing, nothing, nothing]);
      await expect(await lost(), { what: 'losses of whole options' }).toBe(0);
      await sendWith([nothing, nothing, nothing, recordRoute]);
      await expect(await lost(), { what: 'losses of the one that is cut off' }).toBe(1);
      const taken = await east.xfrm.state.get(toEast(4, { protocol: 'ah' }));
      await expect(taken?.use.packets, { what: 'packets that arrived' }).toBe(1n);
    });

  // RFC 4106, 3.1; RFC 3686, 2.1; RFC 7634, 2: an IV that is used twice gives the key away. With CBC it must not repeat either (RFC 3602, 3).
  for (const [title, parts, size] of [
    ['AES-GCM', {}, 8],
    ['AES-CBC', { encryption: ['cbc(aes)', '5a'.repeat(16)], integrity: ['hmac(sha256)', '3c'.repeat(32), 128] }, 16],
    [
      'AES-CTR',
      { encryption: ['rfc3686(ctr(aes))', '5a'.repeat(20)], integrity: ['hmac(sha256)', '3c'.repeat(32), 128] },
      8,
    ],
  ] as const satisfies readonly (readonly [string, XfrmSaParts, number])[]) {
    scenario(`F6 initialization vectors of ${title} over IPv${family} are used once`, pair, async ({ hosts, net }) => {
      const { west } = hosts;
      await connect(hosts, { family, sa: parts });
      const sent = await caught(net, { from: west, protocol: 50 }, () => pings(west, peer, { count: 8 }));
      await expect(sent.length, { what: 'packets' }).toBeAtLeast(8);
      const vectors = new Set(sent.map(({ payload }) => payload.subarray(8, 8 + size).toString('hex')));
      await expect(vectors.size, { what: 'different vectors' }).toBe(sent.length);
    });
  }
}
