/** A tunnel of two daemons over a link that is slow, loses packets and is cut: the same on hosts of User Mode Linux and on machines. */
import {
  type DaemonHost,
  delay,
  drop,
  esp,
  expect,
  libreswan,
  psk,
  scenario,
  strongswan,
} from '../../../src/suites/scenarios/api/index.ts';

const inner = { west: '10.1.0.1', east: '10.2.0.1' } as const;

/** What each daemon writes when it sends a message again. */
const daemons = {
  strongswan: { make: strongswan, again: /retransmit \d of request/ },
  libreswan: { make: libreswan, again: /retransmission; will wait/ },
} as const;

/** What came of so many pings through the tunnel, one each 20 ms. */
async function pings(from: DaemonHost, count: number): Promise<{ readonly lost: number; readonly ms: number }> {
  const line = `ping -q -c ${count} -i 0.02 -W 1 -I ${inner.west} ${inner.east}`;
  const { stdout } = await from.exec(line);
  const [, received = Number.NaN] = /(\d+) received/.exec(stdout) ?? [];
  const [, ms = Number.NaN] = /rtt min\/avg\/max\/mdev = [\d.]+\/([\d.]+)\//.exec(stdout) ?? [];
  return { lost: count - Number(received), ms: Number(ms) };
}

const sent = 1000;
/** Of 1000 packets that are lost with a probability of 0.2, the expected number and five standard deviations. */
const [expected, spread] = [200, 63];

for (const [name, { make, again }] of Object.entries(daemons)) {
  scenario(
    `${name}: a tunnel over a link that is slow, lossy, and cut`,
    {
      hosts: { west: make(), east: make() },
      links: {
        wan: ['west', 'east'],
        'west-lan': { west: `${inner.west}/24` },
        'east-lan': { east: `${inner.east}/24` },
      },
      connections: [
        {
          name: 'net',
          authentication: psk('known to west and east alone'),
          ends: [
            {
              host: 'west',
              selectors: ['10.1.0.0/24'],
              start: 'trap',
              own: { liveness: { delay: 30, action: 'trap' } },
            },
            { host: 'east', selectors: ['10.2.0.0/24'], own: { liveness: { delay: 60 } } },
          ],
        },
      ],
    },
    async ({ hosts: { west, east }, net, clock }) => {
      const wan = net.link('wan');
      const reach = { from: inner.west, at: inner.east };
      await east.daemon.start();
      await west.daemon.start();
      await expect(west).toReach(east, reach);
      const first = await west.ikeSas();

      await wan.delay('50ms');
      const slow = await pings(west, 20);
      await expect(slow.ms, { what: 'ms of a round trip with 50 ms each way' }).toBeAtLeast(100);
      await expect(slow.ms, { what: 'ms of a round trip with 50 ms each way' }).toBeAtMost(110);
      await wan.heal();
      const held = await wan.on(esp({ from: east, times: 'all' }), delay('50ms'));
      const one = await pings(west, 20);
      await held.end();
      await expect(one.ms, { what: 'ms of a round trip with 50 ms in one direction' }).toBeAtLeast(50);
      await expect(one.ms, { what: 'ms of a round trip with 50 ms in one direction' }).toBeAtMost(60);
      await expect((await pings(west, 20)).ms, { what: 'ms of a round trip' }).toBeAtMost(10);

      await wan.from(west).loss(0.2);
      const { lost } = await pings(west, sent);
      await wan.heal();
      await expect(Math.abs(lost - expected), { what: `distance of ${lost} lost pings from ${expected}` }).toBeAtMost(
        spread,
      );
      const third = await wan.on(esp({ from: west, nth: 3, times: 5 }), drop());
      await expect((await pings(west, 20)).lost, { what: 'pings lost of those that a rule names' }).toBe(5);
      await third.end();

      await wan.cut();
      await expect(west).not.toReach(east, reach);
      await clock.advance('45s');
      await expect(west).toHaveLogged(again, { within: '2min' });
      await wan.heal();
      await expect(west).toReach(east, { ...reach, within: '5min' });

      await wan.cut();
      await clock.advance('1h');
      await expect(west).toHaveIkeSas(0);
      await expect(west).not.toReach(east, reach);
      await wan.heal();
      await expect(west).toReach(east, { ...reach, within: '10min' });
      await expect(west).toHaveIkeSas(1, { otherThan: first });
      await expect(west).not.toHaveSentInClear({ to: inner.east });
    },
  );
}
