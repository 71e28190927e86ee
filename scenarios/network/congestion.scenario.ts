import { drop, expect, file, ip, linux, type Net, scenario } from 'espalier';
import { lacking } from './labs.ts';

interface Algorithm {
  /** What is left of the window after a lost packet, where that is a fixed part. */
  readonly left?: number;
  readonly option?: string;
  /** The part of the link that a flow fills at least: 0.85. */
  readonly fills?: number;
  /** Whether two flows are both to have a quarter of the link: yes. */
  readonly shares?: boolean;
}

/** Congestion controls of Linux (net/ipv4/tcp_*.c). */
const algorithms: Readonly<Record<string, Algorithm>> = {
  // RFC 5681, 3.1: half. It is part of TCP itself.
  reno: { left: 0.5, option: 'INET' },
  // RFC 9438, 4.6. The kernel's default, which needs no option where no other can be chosen (net/ipv4/Kconfig).
  cubic: { left: 0.7, option: 'INET' },
  bbr: {},
  bic: {},
  // It backs off while the delay grows, so that it keeps no queue that would fill the link at all times.
  cdg: { fills: 0.5 },
  dctcp: {},
  highspeed: { option: 'TCP_CONG_HSTCP' },
  htcp: {},
  hybla: {},
  illinois: {},
  // It gives way to other flows. Two of it do not share here: the slower one gets 0.2 Mbit/s.
  lp: { shares: false },
  nv: {},
  scalable: {},
  vegas: {},
  veno: {},
  westwood: {},
  yeah: {},
};

/** A sender and a receiver with a router between them, whose side to the receiver is slow. */
const lab = {
  hosts: {
    west: linux({ files: { '/root/flow.py': file('flow.py') }, routes: { '198.18.2.0/24': '198.18.1.2' } }),
    router: linux(),
    east: linux({ routes: { '198.18.1.0/24': '198.18.2.1' } }),
  },
  links: { near: ['west', 'router'], far: ['router', 'east'] },
} as const;
const to = '198.18.2.2';

/** Of the 10 Mbit/s of the bottleneck, what 1448 octets of 1514 carry. */
const most = 10_000_000 * (1448 / 1514);

/** What a flow came to: bits a second, and the window (packets) before its first loss with the threshold (packets) behind it. */
interface Flow {
  readonly rate: number;
  readonly window: number;
  readonly threshold: number | null;
}

async function makeSlow(net: Net<'far'>): Promise<void> {
  await net.link('far').rate('10mbit');
  await net.link('far').delay('20ms');
}

for (const [name, algorithm] of Object.entries(algorithms)) {
  const { left, fills = 0.85, shares = true, option = `TCP_CONG_${name.toUpperCase()}` } = algorithm;
  const settings = { ...lab, unsupported: lacking(option) };
  scenario(`TCP with ${name} over one bottleneck`, settings, async ({ hosts: { west, router, east }, net }) => {
    await makeSlow(net);
    const flow = `python3 /root/flow.py ${to}`;
    await expect(west).toRun(`${flow} nonsense 1`, { status: 1, prints: 'ENOENT' });
    await expect(west).toRun(`${flow} ${name} 1`, { status: 1, prints: 'ECONNREFUSED' });
    await east.exec('(socat -u TCP-LISTEN:7000,fork,reuseaddr OPEN:/dev/null >/dev/null 2>&1 &)');
    await expect(east).toRun('ss -Htln sport = 7000', { prints: /LISTEN/ });

    const lost = await net.link('far').on(ip({ from: router, protocol: 6, nth: 60 }), drop());
    const alone = (await west.json(`${flow} ${name} 4`)) as Flow;
    await lost.end();
    await expect(alone.rate, { what: 'bits a second of one flow' }).toBeAtLeast(fills * most);
    await expect(alone.rate, { what: 'bits a second of one flow' }).toBeAtMost(most);
    // While it is in slow start, the window grows by a packet for each that arrived.
    await expect(alone.window, { what: 'packets of the window before the loss' }).toBeAtMost(140);
    if (left !== undefined) {
      const part = (alone.threshold ?? Number.NaN) / alone.window;
      await expect(Math.abs(part - left) < 0.05, {
        what: `the window ${alone.window} becomes ${alone.threshold}, ${left} of it`,
      }).toHold();
    }

    await west.exec(`(${flow} ${name} 8 >/run/one & ${flow} ${name} 8 >/run/two & wait; touch /run/both)`);
    await expect(west).toHaveFile('/run/both');
    const rates = [];
    for (const path of ['/run/one', '/run/two']) rates.push((JSON.parse(await west.read(path)) as Flow).rate);
    const [one = 0, two = 0] = rates;
    if (shares) await expect(Math.min(one, two), { what: 'bits a second of the slower flow' }).toBeAtLeast(0.25 * most);
    await expect(one + two, { what: 'bits a second of both flows' }).toBeAtLeast(fills * most);
    // They do not end at the same moment.
    await expect(one + two, { what: 'bits a second of both flows' }).toBeAtMost(1.02 * most);
  });
}
