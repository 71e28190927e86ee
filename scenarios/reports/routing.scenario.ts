import { type EndSketch, expect, linux, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title, type Version } from './report.ts';

// strongswan/strongswan#2647 (open): a VPN by VTI that worked with Linux 4.19 loses what comes in with 6.12 (XfrmInNoPols). In a lab it does not, with and without
// disable_policy.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  for (const disable of [0, 1]) {
    const own = strongswans[version];
    const end = { interface: { kind: 'vti', id: 1 }, selectors: ['0.0.0.0/0'] } as const;
    scenario(
      title(own, `strongswan#2647 a VTI with disable_policy ${disable}`),
      gateways(own, own, { west: end, east: end }),
      async ({ hosts: { west, east } }) => {
        for (const [host, net] of [
          [west, '10.2.0.0/24'],
          [east, '10.1.0.0/24'],
        ] as const) {
          await host.daemon.start();
          await host.exec(`sysctl -qw net.ipv4.conf.vti1.disable_policy=${disable} net.ipv4.conf.vti1.rp_filter=0`);
          await host.exec(`ip route replace ${net} dev vti1`);
        }
        await west.initiate('net');
        await expect(west).toReach(east, { from: inner.west, at: inner.east });
        for (const host of [west, east]) await expect(host).toHaveXfrmCounter('XfrmInNoPols', 0);
      },
    );
  }
}

const all = '::/0';
const holes = (
  [
    ['solicitation', 135],
    ['advertisement', 136],
  ] as const
).map(([name, icmpType]) => {
  const packets = { network: all, protocol: 58, icmpType };
  return { name, action: 'bypass', local: packets, remote: packets } as const;
});

type OneEnd = Omit<Partial<EndSketch>, 'host'>;

/** Two hosts on one link with a tunnel for all of IPv6. */
function neighbours(own: Version, west: OneEnd, east: OneEnd) {
  const { hosts, connections } = gateways(own, own, {
    west: { address: '2001:db8:2::1', selectors: [all], ...west },
    east: { address: '2001:db8:2::2', selectors: [all], ...east },
  });
  return { hosts, connections, links: { wan: { west: '2001:db8:2::1/64', east: '2001:db8:2::2/64' } } } as const;
}

// strongSwan's manual on neighbour discovery, of which strongswan/strongswan-docs#31 is about: a policy for all of IPv6 is one for neighbour solicitations too, so a
// tunnel between neighbours ends with their neighbour caches. Policies that let them pass help. pluto has such holes by itself.
for (const [own, policies] of [
  [strongswans['5.9.8'], undefined],
  [strongswans['6.0.1'], undefined],
  [strongswans['5.9.8'], holes],
  [strongswans['6.0.1'], holes],
  [libreswans['4.10'], undefined],
  [libreswans['5.2'], undefined],
] as const) {
  const works = policies !== undefined || own.name.startsWith('libreswan');
  const end = policies === undefined ? {} : { policies };
  scenario(
    title(
      own,
      `strongswan-docs#31 neighbours and all of IPv6${policies ? ', with holes' : ''}`,
      works ? undefined : 'major',
    ),
    neighbours(own, end, end),
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toReach(east);
      await clock.advance('10min');
      await west.exec('ip -6 neigh flush all');
      if (works) await expect(west).toReach(east);
      else await expect(west).not.toReach(east);
    },
  );
}

// strongswan/strongswan-docs#31 (open): the manual's example of such holes has no remote_addrs, so charon takes it for the configuration of any peer: an initiator whose
// proposals the right one refuses is tried with it.
for (const version of ['5.9.8', '6.0.1'] as const) {
  for (const fenced of [true, false]) {
    const own = strongswans[version];
    const ike = (hash: 'sha2-256' | 'sha2-512') => ({
      proposals: [
        {
          encryption: ['aes-256-cbc' as const],
          integrity: [hash === 'sha2-256' ? ('hmac-sha2-256-128' as const) : ('hmac-sha2-512-256' as const)],
          prf: [`hmac-${hash}` as const],
          keyExchange: ['modp-3072' as const],
        },
      ],
    });
    scenario(
      title(
        own,
        `strongswan-docs#31 another peer's holes, ${fenced ? 'fenced' : 'as in the example'}`,
        fenced ? undefined : 'minor',
      ),
      neighbours(own, { own: { ike: ike('sha2-512') } }, { policies: holes, own: { ike: ike('sha2-256') } }),
      async ({ hosts: { west, east } }) => {
        if (!fenced) await east.exec("sed -i '/remote_addrs = 127.0.0.1/d' /etc/swanctl/swanctl.conf");
        await east.daemon.start();
        await west.daemon.start();
        await west.exec('swanctl --initiate --child net --timeout 20');
        const line = 'no matching proposal found, trying alternative config';
        if (fenced) await expect(east).not.toHaveLogged(line);
        else await expect(east).toHaveLogged(line);
        await expect(west).toHaveIkeSas(0);
      },
    );
  }
}

const families = {
  IPv6: {
    outer: { west: '2001:db8:1::1', east: '2001:db8:2::2' },
    networks: { west: '2001:db8:a1::/64', east: '2001:db8:a2::/64' },
    server: '2001:db8:a2::7',
    ping: 'ping -6',
  },
  IPv4: {
    outer: { west: '192.0.2.1', east: '198.51.100.2' },
    networks: { west: '10.1.0.0/24', east: '10.2.0.0/24' },
    server: '10.2.0.7',
    ping: 'ping -4 -M do',
  },
} as const;

// strongswan/strongswan#925 (a conformance lab; open), and the kernel's own tools/testing/selftests/net/xfrm_state.sh: a router on the way of ESP answers "packet too
// big", and the gateway tells hosts behind it, whose packets arrive from then on. Of a path
// with 1300 octets the gateway says 1226, which is less than IPv6 has (RFC 8200, 5: 1280), and hosts do not heed it.
for (const [family, encapsulation, mtu] of [
  ['IPv4', 'detect', 1400],
  ['IPv4', 'force', 1400],
  ['IPv6', 'detect', 1400],
  ['IPv6', 'force', 1400],
  ['IPv6', 'detect', 1300],
] as const) {
  const isTooSmall = mtu < 1400;
  const { outer, networks, server, ping } = families[family];
  const own = strongswans['6.0.1'];
  const { connections } = gateways(own, own, {
    encapsulation,
    west: { address: outer.west, selectors: [networks.west] },
    east: { address: outer.east, selectors: [networks.east] },
  });
  scenario(
    title(
      own,
      `strongswan#925 a path MTU of ${mtu} with ${family}${encapsulation === 'force' ? ' and ESP in UDP' : ''}`,
      isTooSmall ? 'major' : undefined,
    ),
    {
      hosts: {
        client: linux({ routes: { default: 'west' } }),
        west: own.host({ routes: { default: 'router' } }),
        router: linux(),
        east: own.host({ routes: { default: 'router' } }),
        server: linux({ routes: { default: 'east' } }),
      },
      links: {
        left: { client: ['10.1.0.7/24', '2001:db8:a1::7/64'], west: ['10.1.0.1/24', '2001:db8:a1::1/64'] },
        home: { west: ['192.0.2.1/24', '2001:db8:1::1/64'], router: ['192.0.2.9/24', '2001:db8:1::9/64'] },
        wan: { router: ['198.51.100.9/24', '2001:db8:2::9/64'], east: ['198.51.100.2/24', '2001:db8:2::2/64'] },
        right: { east: ['10.2.0.1/24', '2001:db8:a2::1/64'], server: ['10.2.0.7/24', '2001:db8:a2::7/64'] },
      },
      connections,
    },
    async ({ hosts: { client, west, east, server: last }, net }) => {
      await net.link('wan').mtu(mtu);
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(client).toReach(last, { at: server });
      if (isTooSmall) {
        await expect(client).toRun(`${ping} -c 2 -s 1250 ${server}`, { status: 1, prints: 'Packet too big: mtu=1226' });
        await expect(client).not.toReach(last, { at: server, size: 1250 });
        return;
      }
      // The first packets teach, the next ones arrive.
      await client.exec(`${ping} -c 5 -i 1 -s 1350 ${server}`);
      await expect(client).toRun(`ip route get ${server}`, { prints: /mtu 13\d\d/ });
      await expect(client).toReach(last, { at: server, size: 1400 });
    },
  );
}
