import { delay, drop, expect, type Host, ip, scenario } from 'espalier';
import { caught } from './caught.ts';
import { iptfs } from './features.ts';
import { addIptfs, type Iptfs } from './iptfs.ts';
import { addresses, type Family, families, pair, pings } from './labs.ts';

type Hosts = { readonly west: Host; readonly east: Host };
type Parts = Omit<Iptfs, 'direction' | 'source' | 'destination' | 'spi' | 'reqid'>;
/** Of every row. */
const lab = { ...pair, needs: [iptfs] } as const;
const outbound = ['packetSize', 'delay', 'whole'] as const;

/** IP-TFS each way, with these parts where they belong. */
async function connect({ west, east }: Hosts, family: Family, parts: Parts): Promise<void> {
  const { west: own, east: peer } = addresses[family];
  const names = Object.keys(parts) as (keyof Parts)[];
  const only = (isWanted: (name: keyof Parts) => boolean): Parts =>
    Object.fromEntries(names.filter(isWanted).map((name) => [name, parts[name]]));
  const isOutbound = (name: keyof Parts): boolean => outbound.some((one) => one === name);
  const [sending, receiving] = [only(isOutbound), only((name) => !isOutbound(name))];
  for (const host of [west, east]) {
    const there = { source: own, destination: peer, spi: 0x1001, reqid: 1 };
    const back = { source: peer, destination: own, spi: 0x1002, reqid: 2 };
    const [out, into] = host === west ? [there, back] : [back, there];
    const answers = [
      await addIptfs(host, { ...out, direction: 'out', ...sending }),
      await addIptfs(host, { ...into, direction: 'in', ...receiving }),
    ];
    await expect(answers, { what: 'answers of the kernel', host }).toEqual(['added', 'added']);
  }
}

/** Sends datagrams of so many octets in one go, to port 7000. */
const datagrams = (host: Host, to: string, lengths: readonly number[]) =>
  host.exec(
    `python3 -c 'import socket;s=socket.socket(socket.${to.includes(':') ? 'AF_INET6' : 'AF_INET'},socket.SOCK_DGRAM);[s.sendto(bytes(n),("${to}",7000)) for n in ${JSON.stringify(lengths)}]'`,
  );

/** Notes the lengths of datagrams to port 7000, in /run/lengths. */
async function noteLengths(host: Host, family: Family): Promise<void> {
  const program = [
    'import socket',
    `s=socket.socket(socket.${family === 6 ? 'AF_INET6' : 'AF_INET'},socket.SOCK_DGRAM)`,
    's.bind(("",7000))',
    'f=open("/run/lengths","w",1)',
    'while True: f.write("%d\\n"%len(s.recv(9999)))',
  ].join('\n');
  await host.writeFile('/run/lengths.py', program);
  await host.exec('rm -f /run/lengths; (python3 /run/lengths.py >/dev/null 2>&1 &)');
  await expect(host).toHaveFile('/run/lengths');
}

for (const family of families) {
  const { east: peer } = addresses[family];

  // RFC 9347, 2.2.3 and 2.2.4; net/xfrm/xfrm_iptfs.c.
  scenario(`B7 IP-TFS over IPv${family} divides large packets and puts them together`, lab, async ({ hosts, net }) => {
    const { west } = hosts;
    await connect(hosts, family, { packetSize: 500 });
    await expect(await pings(west, peer, { count: 2 }), { what: 'small pings' }).toBe(2);
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, peer, { size: 1400 }), { what: 'a ping of 1400 octets' }).toBe(1);
    });
    await expect(sent.length, { what: 'packets of it' }).toBe(4);
    // XFRMA_IPTFS_PKT_SIZE counts neither trailer nor ICV (iptfs_user_init): 464 octets of payload, 2 and padding to 4, 16 of ICV.
    const overhead = family === 4 ? 20 : 40;
    const longest = Math.max(...sent.map(({ payload }) => payload.length));
    await expect(longest + overhead, { what: 'octets of the longest' }).toBe(520);
  });

  // RFC 9347, 2.2.3 and 2.4: without a size of its own a packet is as large as the path takes it. iptfs_get_cur_pmtu.
  scenario(`B7 IP-TFS over IPv${family} fills packets up to the MTU of the path`, lab, async ({ hosts, net }) => {
    const { west } = hosts;
    await connect(hosts, family, {});
    await expect(await pings(west, peer, { count: 2 }), { what: 'small pings' }).toBe(2);
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, peer, { size: 3000 }), { what: 'a ping of 3000 octets' }).toBe(1);
    });
    await expect(sent.length, { what: 'packets of it' }).toBe(3);
    const longest = Math.max(...sent.map(({ payload }) => payload.length)) + (family === 4 ? 20 : 40);
    // What ESP seals is a multiple of 4.
    await expect(longest, { what: 'octets of the longest' }).toBeAtLeast(1497);
    await expect(longest, { what: 'octets of the longest' }).toBeAtMost(1500);
  });

  // RFC 9347, 2.2.2; iptfs_output_queued: what comes while the timer runs goes together.
  scenario(`B7 IP-TFS over IPv${family} puts small packets together`, lab, async ({ hosts, net }) => {
    const { west, east } = hosts;
    await connect(hosts, family, { delay: 50_000 });
    await expect(await pings(west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
    await noteLengths(east, family);
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await datagrams(west, peer, [1, 200, 30, 4, 500]);
      await expect(east).toHaveFile('/run/lengths', '1\n200\n30\n4\n500\n');
    });
    await expect(sent.length, { what: 'packets with five datagrams' }).toBe(1);
  });

  // RFC 9347, 2.2.3: DONT_FRAG; iptfs_is_too_big.
  scenario(`B7 IP-TFS over IPv${family} divides nothing where it must not`, lab, async ({ hosts, net }) => {
    const { west } = hosts;
    await connect(hosts, family, { packetSize: 1400, whole: true });
    const sent = await caught(net, { from: west, protocol: 50 }, async () => {
      await expect(await pings(west, peer, { size: 1200 }), { what: 'a ping that fits' }).toBe(1);
    });
    await expect(sent.length, { what: 'packets of it' }).toBe(1);
    const { stdout } = await west.exec(`ping -c 2 -W 1 -M do -s 1400 ${peer}`);
    await expect(stdout, { what: 'pings that do not fit' }).toMatch(/ 0 received|too (?:long|big)/);
  });

  // RFC 9347, 2.2.3; iptfs_input_reorder: a packet that comes late is waited for, up to a time, and one that is lost takes only itself along.
  scenario(`B7 IP-TFS over IPv${family} waits for what comes out of order`, lab, async ({ hosts, net }) => {
    const { west, east } = hosts;
    await connect(hosts, family, { packetSize: 500, window: 4, dropTime: 200_000 });
    await expect(await pings(west, peer, { count: 2 }), { what: 'pings' }).toBe(2);
    const [frames, wan] = [ip({ from: west, protocol: 50, times: 1 }), net.link('wan')];
    const late = await wan.on(frames, delay('50ms'));
    await expect(await pings(west, peer, { size: 1400 }), { what: 'a ping whose first part comes last' }).toBe(1);
    await late.end();
    const lost = await wan.on(frames, drop());
    await noteLengths(east, family);
    await datagrams(west, peer, [1400, 5, 6]);
    await lost.end();
    await expect(east).toHaveFile('/run/lengths', '5\n6\n');
    await expect((await east.exec('cat /run/lengths')).stdout, { what: 'datagrams that arrived' }).toBe('5\n6\n');
    await expect(await pings(west, peer, { size: 1400, count: 2 }), { what: 'pings afterwards' }).toBe(2);
  });
}

// net/xfrm/xfrm_user.c, verify_newsa_info: what has no sense in a direction is refused (22: EINVAL).
scenario('B7 parts of IP-TFS that do not belong to its direction are refused', lab, async ({ hosts: { west } }) => {
  const { west: source, east: destination } = addresses[4];
  const sa = { source, destination, spi: 0x1001, reqid: 1 } as const;
  const wrong = [
    { direction: 'out', window: 3 },
    { direction: 'out', dropTime: 1000 },
    { direction: 'in', packetSize: 500 },
    { direction: 'in', delay: 1000 },
    { direction: 'in', whole: true },
    { direction: 'out', packetSize: 20 },
  ] as const;
  for (const parts of wrong) {
    await expect(await addIptfs(west, { ...sa, ...parts }), { what: JSON.stringify(parts) }).toBe('refused: 22');
  }
  await expect(await addIptfs(west, { ...sa, direction: 'out' }), { what: 'an SA without any' }).toBe('added');
});
