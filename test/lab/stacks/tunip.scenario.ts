import { type DaemonHost, expect, psk, scenario, strongswan, vpnc } from '../../../src/suites/scenarios/api/index.ts';

const secret = psk('known to a group');

/** A client whose packets vpnc protects, and the kernel of its gateway, which replaces an SA after 90 s. */
const lab = {
  hosts: {
    west: vpnc({ routes: { default: '192.0.2.2' } }),
    east: strongswan({ routes: { '10.3.0.0/24': '192.0.2.1' } }),
  },
  links: { wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' }, 'east-lan': { east: '10.2.0.1/24' } },
  connections: [
    {
      name: 'net',
      ikev1: 'aggressive',
      ends: [
        {
          host: 'west',
          identity: 'keyid:group',
          seenAs: 'any',
          requests: ['ipv4'],
          authentication: secret,
          xauth: { user: 'wanda', password: 'what wanda knows' },
        },
        {
          host: 'east',
          selectors: ['10.2.0.0/24'],
          assigns: { pools: ['10.3.0.0/24'] },
          authentication: secret,
          own: { child: { lifetime: 120 }, rekey: { margin: 30 } },
        },
      ],
      ike: {
        proposals: [
          { encryption: ['aes-256-cbc'], integrity: ['hmac-sha1-96'], prf: ['hmac-sha1'], keyExchange: ['modp-2048'] },
        ],
      },
      child: { proposals: [{ encryption: ['aes-128-cbc'], integrity: ['hmac-sha1-96'] }] },
    },
  ],
} as const;

type Ends = Readonly<Record<'west' | 'east', DaemonHost>>;

const withoutIpv6 = 'sysctl -qw net.ipv6.conf.default.disable_ipv6=1';
const ping = 'ping -c 2 -W 1 -I 10.3.0.1 10.2.0.1';

async function establish({ west, east }: Ends): Promise<void> {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
}

scenario('protected by vpnc', lab, async ({ hosts }) => {
  const { west, east } = hosts;
  await west.exec(withoutIpv6);
  await establish(hosts);
  await expect(west).toHaveIpsecSas(2);
  await expect(west).toReach(east, { from: '10.3.0.1', at: '10.2.0.1' });
  await expect(west).toHaveInterfaceCounter('tun0', 'rx_packets', { atLeast: 1 });
});

// Its script leads all packets to the device, and the scenario those for the gateway's network past it.
scenario('past the TUN device of vpnc', lab, async ({ hosts }) => {
  await hosts.west.exec(withoutIpv6);
  await establish(hosts);
  await hosts.west.exec(ping);
  await hosts.west.exec('ip route replace 10.2.0.0/24 via 192.0.2.2');
  await hosts.west.exec(ping);
});

scenario('after the end of the process of vpnc', lab, async ({ hosts }) => {
  await hosts.west.exec(withoutIpv6);
  await establish(hosts);
  await hosts.west.exec(ping);
  await hosts.west.daemon.kill();
  await hosts.west.exec('ping -c 2 -W 1 10.2.0.1');
});

// The gateway's kernel has them.
scenario('without the keys of vpnc', lab, async ({ hosts }) => {
  await hosts.west.exec(withoutIpv6);
  await establish(hosts);
  await hosts.west.exec(ping);
  await hosts.west.exec("sed -i '/x.key_/,+1d' /var/log/vpnc.log");
});

// The kernel itself sends over IPv6 on a new device, and vpnc encrypts it as IPv4.
scenario('IPv6 on the device of vpnc', lab, async ({ hosts }) => {
  await establish(hosts);
  await hosts.west.exec(ping);
});

// It sends a nonce as long as the peer's, and makes its keys of the first 20 octets of it (vpnc.c, do_rekey).
scenario('after the gateway of vpnc has replaced the SAs', lab, async ({ hosts, clock }) => {
  await hosts.west.exec(withoutIpv6);
  await establish(hosts);
  await hosts.west.exec(ping);
  await clock.advance(105);
  await hosts.west.exec(ping);
});

/** What a person writes has no name of this model's, and no address of its own. */
const byHand = `IPSec gateway 192.0.2.2
IPSec ID group
IPSec secret known to a group
Xauth username wanda
Xauth password what wanda knows
IKE DH Group dh14
IPSEC target network 10.2.0.0/24
`;
const { west: client, ...others } = lab.hosts;
const handLab = { ...lab, hosts: { west: { ...client, files: { '/etc/vpnc/hand.conf': byHand } }, ...others } };

scenario('by a file of a person', handLab, async ({ hosts }) => {
  const { west, east } = hosts;
  await west.exec(withoutIpv6);
  await east.daemon.start();
  await west.initiate('hand');
  await expect(west).toHaveIpsecSas(2);
  await expect(west).toReach(east, { from: '10.3.0.1', at: '10.2.0.1' });
  await west.terminate('hand');
  await expect(west).toHaveIkeSas(0);
  await expect(east).toHaveIpsecSas(0);
});

scenario('without the log of vpnc', lab, async ({ hosts }) => {
  await hosts.west.exec(withoutIpv6);
  await establish(hosts);
  await hosts.west.exec('rm /var/log/vpnc.log');
});
