import { expect, psk, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

/** A daemon that answers each message once only, for which a packet filter stands in: what is lost then stays lost. */
const once = [
  'iptables -A OUTPUT -p udp --sport 500 -m limit --limit 1/day --limit-burst 1 -j ACCEPT',
  'iptables -A OUTPUT -p udp --sport 500 -j DROP',
];

scenario(
  'a responder that never answers a retransmission',
  {
    hosts: { west: strongswan(), east: strongswan() },
    links: { wan: ['west', 'east'] },
    connections: [
      { name: 'h2h', authentication: psk('only these two know'), ends: [{ host: 'west' }, { host: 'east' }] },
    ],
  },
  async ({ hosts: { west, east } }) => {
    for (const line of once) await east.exec(line);
    await east.daemon.start();
    await west.daemon.start();
    await west.exec('swanctl --initiate --child h2h --timeout 50');
    await expect(west).toHaveIpsecSas(2);
    await expect(east).toHaveIpsecSas(2);
  },
);

scenario(
  'a tunnel that carries nothing after a retransmission',
  {
    hosts: { west: strongswan(), east: strongswan() },
    links: { wan: ['west', 'east'] },
    connections: [
      { name: 'h2h', authentication: psk('only these two know'), ends: [{ host: 'west' }, { host: 'east' }] },
    ],
  },
  async ({ hosts: { west, east } }) => {
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('h2h');
    // Stands in for SAs whose keys differ: no check of this scenario sees it.
    await east.exec('! grep -q "received retransmit" /var/log/charon.log || iptables -A INPUT -p esp -j DROP');
    await expect(west).toHaveIpsecSas(2);
    await expect(east).toHaveIpsecSas(2);
  },
);
