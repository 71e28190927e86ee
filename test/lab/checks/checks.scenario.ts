/** Every check on a real lab: it holds, and where it does not it says what there is. Run by ../checks.test.ts. */
import assert from 'node:assert/strict';
import { expect, libreswan, linux, nat, psk, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

/** What a check threw. */
async function failure(check: Promise<void>): Promise<string> {
  try {
    await check;
  } catch (error) {
    return (error as Error).message;
  }
  throw new RangeError('the check did not fail');
}

scenario(
  'network',
  {
    hosts: { road: linux({ routes: { default: 'box' } }), box: nat({ outside: 'wan' }), gate: linux() },
    links: {
      lan: { road: ['10.0.0.1/24', '2001:db8:a::1/64'], box: ['10.0.0.9/24', '2001:db8:a::9/64'] },
      wan: { box: '192.0.2.9/24', gate: '192.0.2.2/24' },
    },
  },
  async ({ hosts: { road, box, gate }, clock }) => {
    await expect(road).toReach(gate, { size: 1472, dontFragment: true });
    const large = await failure(expect(road).toReach(gate, { size: 1473, dontFragment: true, within: 0 }));
    assert.match(
      large,
      /^expected to reach gate by 1473 octets in one piece, received 1 packets transmitted.*; .*Message too long/,
    );
    await expect(road).toReach(gate, { size: 4000 });

    await expect(road).toConnect(gate, { port: 5201 });
    await expect(road).toConnect(gate, { port: 5201, protocol: 'udp', fromPort: 4711 });
    await gate.exec('iptables -A INPUT -p udp --dport 5202 -j DROP; iptables -A INPUT -p tcp --dport 5203 -j REJECT');
    await expect(road).not.toConnect(gate, { port: 5202, protocol: 'udp' });
    assert.match(await failure(expect(road).toConnect(gate, { port: 5203, within: 0 })), /Connection refused/);
    await expect(road).not.toConnect('192.0.2.2', { port: 5201 });
    await gate.exec('( python3 -m http.server 80 > /dev/null 2>&1 & )');
    await expect(road).toConnect('192.0.2.2', { port: 80, from: '10.0.0.1' });
    await expect(road).toConnect(gate, { port: 80 });

    await expect(road).toHavePathMtu(gate, 1500);
    await box.exec('ip link set eth1 mtu 1300');
    await gate.exec('ip link set eth0 mtu 1300');
    await road.exec('ping -c 1 -s 1400 -M do 192.0.2.2');
    await expect(road).toHavePathMtu(gate, 1300);
    assert.match(
      await failure(expect(road).toHavePathMtu(gate, { atLeast: 1400 }, { within: 0 })),
      /received 1300 octets$/,
    );

    await expect(road).toHaveXfrmCounter('XfrmInNoPols', 0);
    assert.match(
      await failure(expect(road).toHaveXfrmCounter('XfrmInNoPol', 0)),
      /has no XfrmInNoPol; it has XfrmInError, /,
    );
    await expect(road).toHaveInterfaceCounter('eth0', 'rx_packets', { atLeast: 5 });
    await expect(road).toHaveInterfaceCounter('eth0', 'rx_errors', 0, { throughout: '10s' });

    await expect(road).not.toHaveFile('/root/late');
    await road.exec('( sleep 20; echo some text > /root/late ) > /dev/null 2>&1 &');
    const asked = clock.now();
    await expect(road).toHaveFile('/root/late', /^some (?:text|words)$/m);
    const waited = Number(clock.now() - asked) / 1e9;
    assert.ok(waited > 15 && waited < 30, `${waited} s`);
    await expect(road).toHaveFile('/root/late', 'e tex');
    await expect(road).toRun('cat /root/late', { prints: 'some text' });
    await expect(road).toRun('test -d /root/late', { status: 1 });

    await expect(road).toHaveRoute('default', { via: '10.0.0.9', dev: 'eth0' });
    await expect(road).not.toHaveRoute('default', { via: '10.0.0.8' });
    await road.exec(
      'ip route add 203.0.113.0/24 via 10.0.0.9 table 220; ip -6 route add 2001:db8:f::/48 via 2001:db8:a::9',
    );
    await expect(road).toHaveRoute('203.0.113.0/24', { table: 220 });
    await expect(road).toHaveRoute('2001:db8:f::/48', { via: '2001:0db8:a::9' });
    await expect(road).toHaveAddress('10.0.0.1/24', { dev: 'eth0' });
    await expect(road).toHaveAddress('2001:db8:a:0::1');
    await expect(road).not.toHaveAddress('10.0.0.1', { dev: 'lo' });

    const lost = /(\d+)% packet loss/.exec((await road.exec('ping -c 3 -i 0.2 192.0.2.2')).stdout)?.[1];
    await expect(Number(lost), { what: 'packets lost', host: road }).toBe(0);
    await expect(async () => (await road.exec('cat /proc/uptime')).stdout.split('.')[0], {
      what: 'uptime',
    }).not.toMatch(/^-/);
  },
);

scenario(
  'SAs and logs',
  {
    hosts: { west: libreswan({ version: '5.2' }), east: strongswan({ version: '6.1.0' }) },
    links: {
      wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' },
      left: { west: '10.1.0.1/24' },
      right: { east: '10.2.0.1/24' },
    },
    connections: [
      {
        name: 'net',
        authentication: psk('known to both'),
        encapsulation: 'force',
        ends: [
          { host: 'west', selectors: ['10.1.0.0/24'] },
          { host: 'east', selectors: ['10.2.0.0/24'], own: { child: { lifetime: 900 }, rekey: false } },
        ],
        child: { proposals: [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-256-128'] }], replayWindow: 64 },
      },
    ],
    tolerates: [{ what: 'died', host: 'west', text: 'pluto', why: 'the scenario sends SIGSEGV' }],
  },
  async ({ hosts: { west, east }, clock }) => {
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('net');
    const suite = {
      protocol: 'esp',
      mode: 'tunnel',
      encryption: 'aes-256-cbc',
      integrity: 'hmac-sha2-256-128',
    } as const;
    await expect(east).toHaveSa({ ...suite, encapsulated: true, destinationPort: 4500, esn: false }, { count: 2 });
    await expect(east).toHaveSa(
      { direction: 'in', source: '192.0.2.1', replayWindow: 64, ifId: 0, mark: 0 },
      { count: 1 },
    );
    assert.match(
      await failure(expect(east).toHaveSa({ encryption: 'aes-128-cbc', mode: 'tunnel' }, { within: 0 })),
      /^expected an SA with encryption aes-128-cbc, mode tunnel, received 0 of 2: encryption aes-256-cbc, mode tunnel$/,
    );
    await expect(west).toReach(east, { from: '10.1.0.1', at: '10.2.0.1' });
    await expect(west).toHaveSa({ direction: 'out', packets: { atLeast: 1 }, bytes: { atLeast: 84 } });
    await expect(west).toHaveSa({ refused: 0 }, { count: 2 });
    await clock.advance('10min');
    await clock.jump('1min');
    await expect(east).toHaveSa({ remaining: { atLeast: 200, atMost: 240 } }, { count: 2, within: 0 });
    await clock.jump('-1min');
    const inward = {
      source: '10.1.0.0/24',
      destination: '10.2.0.0/24',
      action: 'protect',
      protocols: ['esp'],
    } as const;
    await expect(east).toHavePolicy({ direction: 'in', protocol: 0, destinationPort: 0, mode: 'tunnel', ...inward });
    await expect(east).not.toHavePolicy({ action: 'discard' });

    await expect(west).toHaveLoggedInOrder(
      ['initiating IKEv2 connection', /established IKE SA/, 'established Child SA'],
      {
        neverBetween: 'retransmi',
      },
    );
    assert.match(
      await failure(expect(west).toHaveLoggedInOrder(['established Child SA', 'initiating IKEv2'], { within: 0 })),
      /received no line with "initiating IKEv2" behind the one before$/,
    );
    assert.match(
      await failure(
        expect(west).toHaveLoggedInOrder(['initiating IKEv2', 'established Child SA'], {
          neverBetween: 'established IKE',
          within: 0,
        }),
      ),
      /received lines \d+, \d+ of the log, and line \d+ between them$/,
    );
    await expect(west).not.toHaveDied();
    await west.exec('kill -SEGV $(pidof pluto)');
    await expect(west).toHaveDied({ signal: 11 });
    await expect(west).not.toHaveDied({ program: 'addconn' });
    assert.match(
      await failure(expect(west).toHaveDied({ signal: 6, within: 0 })),
      /received pluto ended by signal 11$/,
    );
  },
);
