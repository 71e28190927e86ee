import {
  corrupt,
  type DaemonHost,
  type DaemonSpec,
  delay,
  drop,
  duplicate,
  esp,
  expect,
  type FrameRule,
  flip,
  hold,
  ike,
  ip,
  type Link,
  libreswan,
  linux,
  openiked,
  psk,
  reorder,
  scenario,
  strongswan,
  truncate,
} from '../../../src/suites/scenarios/api/index.ts';

const pairs = {
  'strongswan to libreswan': [strongswan(), libreswan()],
  'openiked to strongswan': [openiked(), strongswan()],
} as const;

type Body = (lab: {
  west: DaemonHost;
  east: DaemonHost;
  wan: Link;
  pass: (span: '1min') => Promise<void>;
}) => Promise<void>;

function connected(name: string, [west, east]: readonly [DaemonSpec, DaemonSpec], body: Body): void {
  scenario(
    name,
    {
      hosts: { west, east },
      links: { wan: ['west', 'east'] },
      connections: [
        { name: 'h2h', authentication: psk('only these two know'), ends: [{ host: 'west' }, { host: 'east' }] },
      ],
    },
    async ({ hosts, net, clock }) => {
      await hosts.east.daemon.start();
      await hosts.west.daemon.start();
      await body({ ...hosts, wan: net.link('wan'), pass: (span) => clock.advance(span) });
    },
  );
}

const course: Body = async ({ west, east, pass }) => {
  await west.initiate('h2h');
  await expect(west).toHaveIpsecSas(2);
  await expect(west).toReach(east);
  await pass('1min');
  await west.terminate('h2h');
  await expect(east).toHaveIkeSas(0);
};

for (const [pair, daemons] of Object.entries(pairs)) {
  connected(`${pair}, no fault`, daemons, course);
  connected(`${pair}, IKE_AUTH response lost`, daemons, async (lab) => {
    await lab.wan.on(ike({ exchange: 'IKE_AUTH', response: true, from: 'east', retransmission: false }), drop());
    await course(lab);
  });
}

// Frames as their receiver got them: iked, charon and pluto answer no datagram with a wrong checksum.
connected('actions on ESP', pairs['strongswan to libreswan'], async ({ west, east, wan }) => {
  await west.initiate('h2h');
  await expect(west).toHaveIpsecSas(2);
  const before = await rejected(east);
  const rules: FrameRule[] = [
    await wan.on(esp({ from: west, nth: 1 }), corrupt()),
    await wan.on(esp({ from: west, nth: 2 }), duplicate({ copies: 2, after: '100ms' })),
    await wan.on(esp({ from: west, nth: 3 }), reorder()),
    await wan.on(esp({ from: west, nth: 4 }), flip(-1, 0x01)),
  ];
  await west.exec(`ping -c 8 -W 1 ${east.addresses[0]}`);
  for (const rule of rules) await expect(() => rule.count, { what: 'frames of the rule' }).toBe(1);
  const after = await rejected(east);
  await expect(after.XfrmInStateProtoError - before.XfrmInStateProtoError, { what: 'packets with a wrong ICV' }).toBe(
    2,
  );
  await expect(after.XfrmInStateSeqError - before.XfrmInStateSeqError, { what: 'replays' }).toBe(2);
  const last = rules[1]?.frames ?? [];
  await wan.inject(last);
  await expect(async () => (await rejected(east)).XfrmInStateSeqError - after.XfrmInStateSeqError, {
    what: 'injected replays',
  }).toBe(1);
});

async function rejected(host: DaemonHost): Promise<{ XfrmInStateProtoError: number; XfrmInStateSeqError: number }> {
  const text = await host.read('/proc/net/xfrm_stat');
  const number = (name: string): number => Number(new RegExp(`${name}\\s+(\\d+)`).exec(text)?.[1]);
  return {
    XfrmInStateProtoError: number('XfrmInStateProtoError'),
    XfrmInStateSeqError: number('XfrmInStateSeqError'),
  };
}

// The receiver prints what its kernel let pass, so checksums are right.
scenario(
  'actions on datagrams',
  { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } },
  async ({ hosts: { west, east }, net, clock }) => {
    const wan = net.link('wan');
    const [address] = east.addresses;
    const send = (exchange: string, text: string) =>
      west.exec(
        `printf '01234567SPI_RESP\\x21\\x20\\x${exchange}\\x08\\0\\0\\0\\0\\0\\0\\0\\x30${text}\\n' | ncat -u -p 500 -w 1 ${address} 500`,
      );
    const got = async (): Promise<string[]> => (await east.read('/root/got')).match(/[a-z]{3,}\d/g) ?? [];
    await east.exec('(ncat -u -l -k 500 > /root/got 2>&1 &)');
    const rules = [
      await wan.on(ike({ exchange: 'IKE_AUTH', from: 'west' }), drop()),
      await wan.on(ike({ exchange: 'CREATE_CHILD_SA' }), delay('10s')),
      await wan.on(ike({ exchange: 'INFORMATIONAL' }), hold()),
      await wan.on(ike({ exchange: 'IKE_INTERMEDIATE' }), flip(28, 0x20)),
      await wan.on(ike({ exchange: 'IKE_SESSION_RESUME' }), truncate(30)),
      await wan.on(ike({ exchange: 'IKE_FOLLOWUP_KE', response: true }), drop()),
    ] as const;
    for (const [exchange, text] of [
      ['22', 'first1'],
      ['23', 'lost1'],
      ['23', 'second1'],
      ['24', 'late1'],
      ['25', 'held1'],
      ['2b', 'Changed1'],
      ['26', 'cut12345678'],
      ['2c', 'passes1'],
    ] as const)
      await send(exchange, text);
    await expect(got, { what: 'datagrams at once' }).toEqual(['first1', 'second1', 'changed1', 'passes1']);
    await clock.advance('10s');
    await rules[2].release();
    await expect(got, { what: 'datagrams at the end' }).toEqual([
      'first1',
      'second1',
      'changed1',
      'passes1',
      'late1',
      'held1',
    ]);
    await wan.inject({
      from: 'west',
      to: 'east',
      udp: { source: 77, destination: 500 },
      octets: Buffer.from('injected1\n'),
    });
    await expect(got, { what: 'an injected datagram' }).toContain('injected1');
    const pings = await wan.on(ip({ protocol: 1, from: 'east', times: 'all' }), drop());
    await expect(west).not.toReach(east);
    await pings.end();
    await expect(west).toReach(east);
    // The last rule names no frame: the scenario has to say so.
  },
);

scenario(
  'links change',
  { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } },
  async ({ hosts: { west, east }, net }) => {
    const wan = net.link('wan');
    const [address = ''] = east.addresses;
    await expect(west).toReach(east);
    const milliseconds = async (more = ''): Promise<number> =>
      Number(/time=([\d.]+)/.exec((await west.exec(`ping -c 1 -W 9 ${more} ${address}`)).stdout)?.[1]);
    await wan.from(east).delay('1s');
    const there = await milliseconds();
    await expect(there, { what: 'ms with one direction delayed' }).toBeAtLeast(1000);
    await expect(there, { what: 'ms with one direction delayed' }).toBeAtMost(1100);
    await wan.heal();
    await wan.from('west').rate('80kbit');
    // 1042 octets of frame: a tenth of a second.
    const slow = await milliseconds('-s 1000');
    await expect(slow, { what: 'ms at 80 kbit/s' }).toBeAtLeast(100);
    await expect(slow, { what: 'ms at 80 kbit/s' }).toBeAtMost(110);
    await wan.heal();
    await wan.mtu(1300);
    await expect(west).toHavePathMtu(east, 1300);
    await expect(west).not.toReach(east, { size: 1400, dontFragment: true });
    await wan.unplug(west);
    const carrier = async (): Promise<unknown> =>
      ((await west.json('ip -j link show eth0')) as { operstate: string }[])[0]?.operstate;
    await expect(carrier, { what: 'the state of the interface' }).toBe('DOWN');
    await expect(west).not.toReach(east);
    await wan.plug('west');
    await expect(carrier, { what: 'the state of the interface' }).toBe('UP');
    await expect(west).toReach(east);
  },
);
