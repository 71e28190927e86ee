import { expect, type Host, linux, scenario } from 'espalier';
import { addresses, expectProtected, families, lostPackets, pair, protectBoth, protections } from './labs.ts';

/** The part of iperf3's result that is read: bits a second that arrived, and the share of datagrams that did not (%). */
interface Result {
  readonly end: {
    readonly sum?: { readonly lost_percent?: number };
    readonly sum_received: { readonly bits_per_second: number };
  };
}

/**
 * Octets of TCP's payload in a frame of 1514: Ethernet takes 14, the IP header 20 or 40, TCP's with timestamps 32. AES-GCM takes 8 of header, 8 of IV, 16 of
 * ICV and 2 of trailer, and leaves a multiple of 4 (RFC 4303, 2.4; RFC 4106, 3).
 */
const payload = { plain: { 4: 1448, 6: 1428 }, 'under ESP': { 4: 1414, 6: 1394 } } as const;
const link = 20_000_000;

const lab = { ...pair, hosts: { west: linux({ image: 'network' }), east: linux({ image: 'network' }) } } as const;

interface Came {
  /** Bits a second. */
  readonly rate: number;
  /** Percent. */
  readonly lost: number;
}

function read({ end }: Result): Came {
  return { rate: end.sum_received.bits_per_second, lost: end.sum?.lost_percent ?? Number.NaN };
}

async function iperf(west: Host, line: string): Promise<Came> {
  return read((await west.json(`iperf3 -J ${line}`)) as Result);
}

for (const family of families) {
  const { east: to } = addresses[family];
  for (const protection of protections) {
    scenario(`iperf3 over IPv${family}, ${protection}`, lab, async ({ hosts, net, clock }) => {
      const { west, east } = hosts;
      const isProtected = protection !== 'plain';
      if (isProtected) {
        const line = `iperf3 -c ${to} --connect-timeout 3000 -t 1`;
        await protectBoth(hosts, family, () => expect(west).toRun(line, { status: 1, prints: /timed out/i }));
      }
      const lostBefore = await lostPackets(east);
      await expect(west).toRun(`iperf3 -c ${to} -t 1`, { status: 1, prints: /refused/i });
      await expect(east).toRun('iperf3 -s -D');
      await net.link('wan').rate('20mbit');
      const most = (link * payload[protection][family]) / 1514;
      for (const direction of ['', '-R']) {
        const { rate } = await iperf(west, `-c ${to} -t 4 ${direction}`);
        await expect(rate, { what: `bits a second of TCP ${direction}` }).toBeAtLeast(0.95 * most);
        await expect(rate, { what: `bits a second of TCP ${direction}` }).toBeAtMost(most);
      }
      // Its sender of datagrams waits without sleep where the link takes less than it wants to send, which a clock without CPU time does not bear.
      const datagrams = `-c ${to} -u -b 5M -t 4`;
      await expect((await iperf(west, datagrams)).lost, { what: 'datagrams lost, %' }).toBe(0);
      // Its first datagram, which opens the test, is sent once: the loss begins behind it.
      await west.exec(`(iperf3 -J ${datagrams} > /run/lossy 2>&1; touch /run/ended) &`);
      await clock.advance('1s');
      await net.link('wan').from(west).loss(0.2);
      await expect(west).toHaveFile('/run/ended');
      const { lost } = read(JSON.parse(await west.read('/run/lossy')));
      await expect(Math.abs(lost - 15) < 4, {
        what: `datagrams lost of 20 % in three of four seconds: ${lost}`,
      }).toHold();
      if (isProtected) await expectProtected(hosts, { family, packets: 100, lostBefore });
    });
  }
}
