import { drop, expect, hold, ike, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title } from './report.ts';

// strongswan/strongswan#2945 (6.0.0 to 6.0.3): the peer rekeys one Child SA twice before it deletes it, and charon dies when the first replacement is deleted.
// pluto does so if it is asked again before the first response.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const crashes = version === '6.0.1';
  const definition = gateways(libreswans['4.10'], own, {
    child: { proposals: [{ encryption: ['aes-256-gcm'], keyExchange: ['ecp-256'] }] },
  });
  const tolerates = [
    { what: 'died', host: 'east', text: 'charon', why: 'strongswan/strongswan#2945' },
    { what: 'daemon-fatal', host: 'east', why: 'strongswan/strongswan#2945' },
    { what: 'half-open', host: 'west', why: 'its peer died' },
  ] as const;
  scenario(
    title(own, 'strongswan#2945 a Child SA rekeyed twice', crashes ? 'crash' : undefined),
    { ...definition, tolerates: crashes ? tolerates : [] },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await net.link('wan').delay('200ms');
      for (let one = 0; one < 2; one += 1) await west.exec('ipsec whack --rekey-ipsec --asynchronous --name net');
      await clock.advance('1min');
      // The first replacement; the connection's own is #4.
      await west.exec('ipsec whack --deletestate 3');
      if (crashes) await expect(east).toHaveDied({ program: 'charon' });
      else await expect(east).toHaveIkeSas(1);
    },
  );
}

// strongswan/strongswan#1855 (before 5.9.12): the peer is found dead, and two Child SAs that are made anew get one reqid; one takes the other's packets.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const shares = version === '5.9.8';
  const definition = gateways(own, own, {
    furtherChildren: [{ name: 'two', selectors: { west: ['10.1.1.0/24'], east: ['10.2.1.0/24'] } }],
    west: { own: { liveness: { delay: 10, action: 'restart' } } },
  });
  const tolerates = [{ what: 'half-open', host: 'east', why: 'the link is cut, and this end does not ask' }] as const;
  scenario(
    title(own, 'strongswan#1855 reqids after a dead peer', shares ? 'major' : undefined),
    { ...definition, tolerates },
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await west.initiate('two');
      const reqids = "swanctl --list-sas | grep -o 'reqid [0-9]*' | sort -u | wc -l";
      await expect(west).toRun(reqids, { prints: '2' });
      await net.link('wan').cut();
      await clock.advance('190s');
      await net.link('wan').heal();
      await expect(west).toHaveIpsecSas(4);
      await expect(west).toRun(reqids, { prints: shares ? '1' : '2' });
    },
  );
}

// strongswan/strongswan#1896 (5.9.11): two rekeyings of one Child SA collide, and a request is lost. The responder of the one that won never uses its outbound SA.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const loses = version === '5.9.8';
  scenario(
    title(own, 'strongswan#1896 rekeyings collide and a request is lost', loses ? 'major' : undefined),
    gateways(own, own),
    async ({ hosts: { west, east }, net, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toReach(east, { from: inner.west, at: inner.east });
      const wan = net.link('wan');
      await wan.on(ike({ exchange: 'CREATE_CHILD_SA', response: false, from: west, retransmission: false }), drop());
      const held = await wan.on(ike({ exchange: 'INFORMATIONAL', response: false, from: east, times: 'all' }), hold());
      await west.exec('swanctl --rekey --child net');
      await east.exec('swanctl --rekey --child net');
      await expect(west).toHaveLogged('received TEMPORARY_FAILURE notify');
      await held.release();
      await held.end();
      if (loses) await expect(west).not.toReach(east, { from: inner.west, at: inner.east });
      else await expect(west).toReach(east, { from: inner.west, at: inner.east });
      await clock.advance('1min');
    },
  );
}
