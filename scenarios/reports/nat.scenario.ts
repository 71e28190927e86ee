import { expect, nat, scenario } from 'espalier';
import { gateways, inner, libreswans, strongswans, title, type Version } from './report.ts';

/** West is behind a NAT box, and east has a network. */
function behindBox(west: Version, east: Version, more: Parameters<typeof gateways>[2] = {}) {
  const { connections } = gateways(west, east, {
    ...more,
    west: { address: '192.168.0.2', seenAs: 'any', ...more.west },
    east: { address: '192.0.2.2', ...more.east },
  });
  return {
    hosts: {
      west: west.host({ routes: { default: 'box' } }),
      box: nat({ outside: 'wan' }),
      east: east.host({ routes: { default: 'box' } }),
    },
    links: {
      lan: { west: '192.168.0.2/24', box: '192.168.0.1/24' },
      wan: { box: '192.0.2.1/24', east: '192.0.2.2/24' },
      left: { west: '10.1.0.1/24' },
      right: { east: '10.2.0.1/24' },
    },
    connections,
  } as const;
}

// strongswan/strongswan#1967 (before 5.9.12): charon cannot move an SA with a large replay window to the peer's new address: the message to the kernel is too
// small for the replay state, which it adds twice.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const fails = version === '5.9.8';
  const proposals = [{ encryption: ['aes-256-cbc'], integrity: ['hmac-sha2-512-256'] }] as const;
  const definition = behindBox(own, own, { child: { replayWindow: 2048, proposals } });
  scenario(
    title(own, 'strongswan#1967 a large replay window moves', fails ? 'major' : undefined),
    definition,
    async ({ hosts: { west, box, east } }) => {
      await east.daemon.start();
      await west.daemon.start();
      await west.initiate('net');
      await expect(west).toReach(east, { from: inner.west, at: inner.east });
      await box.remap();
      await west.exec(`ping -c 3 -I ${inner.west} ${inner.east}`);
      if (fails) {
        await expect(east).toHaveLogged('unable to add attribute, buffer too small');
        await expect(west).not.toReach(east, { from: inner.west, at: inner.east });
      } else await expect(west).toReach(east, { from: inner.west, at: inner.east });
    },
  );
}

// libreswan/libreswan#1645, Debian bug 1053550 (4.10): the peer's NAT box takes another port. pluto 4.10 answers its liveness checks there, but sends ESP to the
// old port, so neither end sees that nothing arrives. 5.2 does not answer (libreswan/libreswan#1759), and the peer initiates anew.
for (const version of ['4.10', '5.2'] as const) {
  const own = libreswans[version];
  const stays = version === '4.10';
  const liveness = { delay: 5, action: 'restart' } as const;
  const definition = behindBox(own, own, { mobike: false, west: { start: 'start', own: { liveness } } });
  const tolerates = [{ what: 'half-open', host: 'east', why: 'the box has forgotten the way to west' }] as const;
  scenario(
    title(own, 'libreswan#1645 a peer behind another port', stays ? 'major' : undefined),
    { ...definition, tolerates },
    async ({ hosts: { west, box, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await expect(west).toReach(east, { from: inner.west, at: inner.east });
      await box.remap();
      await clock.advance('3min');
      if (stays) await expect(west).not.toReach(east, { from: inner.west, at: inner.east });
      else await expect(west).toReach(east, { from: inner.west, at: inner.east });
    },
  );
}
