import { expect, type Host, linux, scenario } from 'espalier';
import { lacking, peer, serve } from './labs.ts';

/** A phone with two ways to a gate, and a server behind it. Each way carries 10 Mbit/s. */
const addresses = {
  4: {
    wifi: ['10.1.1.1', '10.1.1.2'],
    lte: ['10.1.2.1', '10.1.2.2'],
    core: ['10.2.0.1', '10.2.0.2'],
    length: 24,
    all: 'default',
  },
  6: {
    wifi: ['2001:db8:1::1', '2001:db8:1::2'],
    lte: ['2001:db8:2::1', '2001:db8:2::2'],
    core: ['2001:db8:3::1', '2001:db8:3::2'],
    length: 64,
    all: 'default',
  },
} as const;
type Family = keyof typeof addresses;

const labOf = (family: Family) => {
  const { wifi, lte, core, length } = addresses[family];
  return {
    hosts: {
      phone: linux({ files: peer, routes: { default: wifi[1] } }),
      gate: linux(),
      server: linux({ files: peer, routes: { default: core[0] } }),
    },
    links: {
      wifi: { phone: `${wifi[0]}/${length}`, gate: `${wifi[1]}/${length}` },
      lte: { phone: `${lte[0]}/${length}`, gate: `${lte[1]}/${length}` },
      core: { gate: `${core[0]}/${length}`, server: `${core[1]}/${length}` },
    },
  } as const;
};

/** What is sent from the second address goes the second way. */
async function addSecondWay(phone: Host, family: Family): Promise<void> {
  const { lte } = addresses[family];
  await expect(phone).toRun(`ip -${family} rule add from ${lte[0]} table 2`);
  await expect(phone).toRun(`ip -${family} route add default via ${lte[1]} table 2`);
}

/** Has MPTCP use the second way as well (RFC 8684, 3.2). */
async function allowSubflow(
  { phone, server }: Readonly<Record<'phone' | 'server', Host>>,
  family: Family,
): Promise<void> {
  const endpoint = `ip mptcp endpoint add ${addresses[family].lte[0]} dev eth1 subflow`;
  await expect(phone).toRun(`ip mptcp limits set subflow 2 && ${endpoint}`);
  await expect(server).toRun('ip mptcp limits set subflow 2');
}

/** A counter of the host's TCP or MPTCP. */
async function counter(host: Host, name: string): Promise<number> {
  const { stdout } = await host.exec(`nstat -asz ${name}`);
  return Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(stdout)?.[1] ?? Number.NaN);
}

const second = 1_000_000_000;
const sentOverLte = '/sys/class/net/eth1/statistics/tx_bytes';

for (const family of [4, 6] as const) {
  const [, to] = addresses[family].core;
  const unsupported = family === 6 ? lacking('MPTCP_IPV6') : lacking('MPTCP');

  scenario(
    `MPTCP over IPv${family}: two ways carry more than one`,
    { ...labOf(family), unsupported },
    async ({ hosts: { phone, server }, net }) => {
      await net.link('wifi').rate('10mbit');
      await net.link('lte').rate('10mbit');
      await addSecondWay(phone, family);
      const times: number[] = [];
      const transfer = async (kind: string): Promise<string> => {
        const { begin, end, stdout } = await phone.exec(`python3 /root/peer.py send ${kind} ${to} 2000000 2000000`);
        times.push(Number(end - begin) / second);
        return stdout.trim();
      };
      await serve(server, 'mptcp', to);
      await expect(await transfer('mptcp'), { what: 'messages over one way' }).toBe('answered 2');
      await expect(await counter(phone, 'MPTcpExtMPJoinSynAckRx'), { what: 'further subflows' }).toBe(0);
      await allowSubflow({ phone, server }, family);
      await expect(await transfer('mptcp'), { what: 'messages over two ways' }).toBe('answered 2');
      await expect(await counter(phone, 'MPTcpExtMPJoinSynAckRx'), { what: 'further subflows' }).toBe(1);
      const [one = 0, two = 0] = times;
      await expect(two / one, { what: 'time with the second way, as a part of that without' }).toBeAtMost(0.75);
    },
  );

  for (const { title, kind, hasSubflow, outcome } of [
    { title: 'TCP does not survive the loss of its way', kind: 'tcp', hasSubflow: false, outcome: /^silence/ },
    { title: 'MPTCP without a subflow does not either', kind: 'mptcp', hasSubflow: false, outcome: /^silence/ },
    { title: 'MPTCP goes on over the other way, and back', kind: 'mptcp', hasSubflow: true, outcome: /^answered 60/ },
  ]) {
    scenario(
      `Handover over IPv${family}: ${title}`,
      { ...labOf(family), unsupported },
      async ({ hosts, net, clock }) => {
        const { phone, server } = hosts;
        // Without a limit the transfer is over in no time. It is that of the link which both ways share.
        await net.link('core').rate('10mbit');
        await addSecondWay(phone, family);
        await serve(server, kind, to);
        if (hasSubflow) await allowSubflow({ phone, server }, family);
        const sizes = Array.from({ length: 60 }, (_, at) => 200_000 + at).join(' ');
        await phone.exec(`(PATIENCE=30 python3 /root/peer.py send ${kind} ${to} ${sizes} >/run/sent 2>&1 &)`);
        await clock.advance('2s');
        await net.link('wifi').cut();
        if (hasSubflow) {
          const before = Number(await phone.read(sentOverLte));
          const since = async (): Promise<number> => Number(await phone.read(sentOverLte)) - before;
          await expect(since, { what: 'octets over the other way since the cut' }).toBeAtLeast(1_000_000);
          await net.link('wifi').heal();
          await clock.advance('2s');
          await net.link('lte').cut();
        }
        await expect(phone).toHaveFile('/run/sent', outcome, { within: '2min' });
      },
    );
  }
}
