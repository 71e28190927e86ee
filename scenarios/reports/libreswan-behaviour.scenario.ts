import { expect, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title } from './report.ts';

const both = ['4.10', '5.2'] as const;

// libreswan/libreswan#543 (4.5, open): with IKEv2 a peer is found dead after retransmit-timeout (60 s), whatever dpdtimeout says.
for (const version of both) {
  const own = libreswans[version];
  const definition = gateways(own, own, { west: { own: { liveness: { delay: 3 } } } });
  const tolerates = [{ what: 'half-open', host: 'east', why: 'the link is cut, and this end does not ask' }] as const;
  scenario(
    title(own, 'libreswan#543 a dead peer, found late', 'minor'),
    { ...definition, tolerates },
    async ({ hosts, net, clock }) => {
      const { west, east } = hosts;
      if (version === '4.10') await west.exec("sed -i 's/dpdtimeout=.*/dpdtimeout=5/' /etc/ipsec.conf");
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toHaveIkeSas(1);
      await net.link('wan').cut();
      await clock.advance('40s');
      await expect(west).toHaveIkeSas(1);
      await clock.advance('30s');
      await expect(west).toHaveIkeSas(0, { within: '10s' });
    },
  );
}

// libreswan/libreswan#1474 (open: nothing tests it): INTERNAL_IP6_DNS has 16 octets (RFC 7296, 3.15.1), and pluto sends 17.
for (const version of both) {
  const own = libreswans[version];
  const definition = gateways(strongswans['6.0.1'], own, {
    west: { seenAs: 'any', requests: ['ipv4'] },
    east: { assigns: { pools: ['10.3.0.0/24'], dns: ['2001:db8:2::53'] } },
  });
  const tolerates = [
    {
      what: 'half-open',
      host: 'east',
      why: 'pluto makes its SAs before it sends the answer, which charon cannot read',
    },
  ] as const;
  scenario(
    title(own, 'libreswan#1474 an IPv6 name server', 'major'),
    { ...definition, tolerates },
    async ({ hosts }) => {
      const { west, east } = hosts;
      await east.daemon.start();
      await west.daemon.start();
      await west.exec('swanctl --initiate --child net --timeout 20');
      await expect(west).toHaveLogged('invalid attribute length 17 for INTERNAL_IP6_DNS');
      await expect(west).toHaveIkeSas(0);
    },
  );
}

// libreswan/libreswan#1968 (4.3, open): pluto keeps its sockets of an address that the host no longer has, until `whack --listen`.
for (const version of both) {
  const own = libreswans[version];
  scenario(
    title(own, 'libreswan#1968 sockets of an address that is gone', 'minor'),
    gateways(own, own),
    async ({ hosts: { west } }) => {
      await west.daemon.start();
      await west.exec('ip address del 192.0.2.1/24 dev eth0');
      await expect(west).toRun("ss -Hlun 'src 192.0.2.1'", { prints: '192.0.2.1:500' });
      await west.exec('ipsec whack --listen');
      await expect(west).not.toRun("ss -Hlun 'src 192.0.2.1'", { prints: '192.0.2.1:500' });
    },
  );
}

// libreswan/libreswan#259 (3.28): when pluto ends, a passthrough between one network and itself takes the route of the interface with it.
for (const version of both) {
  const own = libreswans[version];
  const policy = { name: 'local', action: 'bypass', local: '10.1.0.0/24', remote: '10.1.0.0/24' } as const;
  scenario(
    title(own, 'libreswan#259 a passthrough and the route'),
    gateways(own, own, { west: { policies: [policy] } }),
    async ({ hosts: { west } }) => {
      await west.daemon.start();
      await expect(west).toHavePolicy({
        action: 'bypass',
        source: '10.1.0.0/24',
        destination: '10.1.0.0/24',
        direction: 'out',
      });
      await west.daemon.stop();
      await expect(west).toHaveRoute('10.1.0.0/24', { dev: 'eth1' });
    },
  );
}

// libreswan/libreswan#1607 (5.0rc): a passthrough to any peer works, and its updown script says "need at least a destination address". 5.2 does not.
for (const version of both) {
  const own = libreswans[version];
  const says = version === '4.10';
  const policy = { name: 'local', action: 'bypass', local: '10.1.0.0/24', remote: '10.1.0.0/24' } as const;
  const definition = gateways(own, own, { west: { policies: [policy] }, east: { seenAs: 'any' } });
  scenario(
    title(own, 'libreswan#1607 a passthrough to any peer', says ? 'minor' : undefined),
    definition,
    async ({ hosts: { west } }) => {
      await west.daemon.start();
      await expect(west).toHavePolicy({
        action: 'bypass',
        source: '10.1.0.0/24',
        destination: '10.1.0.0/24',
        direction: 'out',
      });
      const log = await west.read('/var/log/pluto.log');
      await expect(log.includes('need at least a destination address'), { what: 'the complaint' }).toBe(says);
    },
  );
}

// libreswan/libreswan#2513 (5.2 of Debian 13): interface-ip= gives the interface no address. 4.10 has no such word.
{
  const own = libreswans['5.2'];
  const definition = gateways(own, own, { west: { interface: { kind: 'xfrm', id: 1 } } });
  scenario(title(own, 'libreswan#2513 interface-ip', 'major'), definition, async ({ hosts: { west, east } }) => {
    await west.exec(
      "sed -i '/ipsec-interface/a \\\\tinterface-ip=10.1.0.77/32' /etc/ipsec.conf; grep interface /etc/ipsec.conf",
    );
    await east.daemon.start();
    await west.daemon.start();
    await west.initiate('net');
    await expect(west).toHaveIpsecSas(2);
    await expect(west).toRun('ip -d link show ipsec1', { prints: 'if_id 0x1' });
    await expect(west).not.toHaveAddress('10.1.0.77/32', { dev: 'ipsec1' });
  });
}

// libreswan/libreswan#1771 (5.0rc): a connection cannot be added while its interface is there from before. 5.2 adds it.
{
  const own = libreswans['5.2'];
  const definition = gateways(own, own, { west: { interface: { kind: 'xfrm', id: 1 } } });
  scenario(title(own, 'libreswan#1771 an interface from before'), definition, async ({ hosts: { west, east } }) => {
    await east.daemon.start();
    await west.exec('ip link add ipsec1 type xfrm dev eth0 if_id 1');
    await west.daemon.start();
    await west.exec('ip link delete ipsec1');
    await west.exec('ipsec add net');
    await west.initiate('net');
    await expect(west).toHaveIpsecSas(2);
    await expect(west).toReach(east, { from: inner.west, at: inner.east });
  });
}
