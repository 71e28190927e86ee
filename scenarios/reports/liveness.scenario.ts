import { expect, scenario } from 'espalier';
import { gateways, inner, strongswans, title } from './report.ts';

// strongswan/strongswan#1759 (before 6.0.1): ESP that arrives is taken for a sign of life of IKE, so nobody sees that the peer's IKE is unreachable. From 6.0.1 on
// this holds for ESP in UDP alone.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const trusts = version === '5.9.8';
  const definition = gateways(own, own, { west: { own: { liveness: { delay: 10 } } } });
  const tolerates = [{ what: 'half-open', host: 'east', why: 'its peer cannot reach it' }] as const;
  scenario(
    title(own, 'strongswan#1759 ESP while IKE is unreachable', trusts ? 'major' : undefined),
    { ...definition, tolerates: trusts ? [] : tolerates },
    async ({ hosts: { west, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toReach(east, { from: inner.west, at: inner.east });
      await east.exec('iptables -A INPUT -p udp -m multiport --dports 500,4500 -j DROP');
      for (let minute = 0; minute < 5; minute += 1) {
        await west.exec(`ping -q -c 60 -i 1 -I ${inner.west} ${inner.east}`);
      }
      await expect(west).toHaveIkeSas(trusts ? 1 : 0);
      if (trusts) await expect(west).not.toHaveLogged('sending DPD request');
      else await expect(west).toHaveLoggedInOrder(['sending DPD request', 'giving up after 5 retransmits']);
    },
  );
}
