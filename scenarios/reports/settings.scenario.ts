import { expect, scenario } from 'espalier';
import { gateways, strongswans, title } from './report.ts';

// strongswan/strongswan#2936 (6.0.1): of a connection with a name of more than about 128 octets a part is loaded, without a word. 6.1.0 loads it.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const truncates = version !== '6.1.0';
  scenario(
    title(own, 'strongswan#2936 a long name', truncates ? 'minor' : undefined),
    gateways(own, own),
    async ({ hosts: { west } }) => {
      await west.daemon.start();
      await west.exec(`sed -i 's/\\bnet {/${'long'.repeat(38)} {/' /etc/swanctl/swanctl.conf`);
      await west.exec('swanctl --load-conns');
      await expect(west).toRun('swanctl --list-conns', { prints: truncates ? 'local:  %any' : 'local:  192.0.2.1' });
    },
  );
}

// strongswan/strongswan#2324 (before 6.0): both Child SAs of an IKE SA have start_action = start and are changed; loading them ends the IKE SA, and nothing starts.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const ends = version === '5.9.8';
  const definition = gateways(own, own, {
    furtherChildren: [{ name: 'two', selectors: { west: ['10.1.1.0/24'], east: ['10.2.1.0/24'] } }],
    west: { start: 'start' },
  });
  scenario(
    title(own, 'strongswan#2324 changed connections are loaded', ends ? 'major' : undefined),
    definition,
    async ({ hosts: { west, east }, clock }) => {
      await east.daemon.start();
      await west.daemon.start();
      await expect(west).toHaveIpsecSas(4);
      await west.exec("sed -i 's/start_action/rekey_time = 30m\\n&/' /etc/swanctl/swanctl.conf");
      await west.exec('swanctl --load-conns');
      await clock.advance('1min');
      await expect(west).toHaveIpsecSas(ends ? 0 : 4);
    },
  );
}

// strongswan/strongswan#2776 (before 6.0.2): each swanctl --initiate that waits takes a thread of charon. Once none is left, charon answers nobody, and SIGTERM does
// not end it. From 6.0.2 on it ends.
for (const version of ['6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  const stays = version !== '6.1.0';
  scenario(
    title(own, 'strongswan#2776 many that wait', stays ? 'major' : undefined),
    gateways(own, own),
    async ({ hosts: { west }, clock }) => {
      await west.daemon.start();
      await west.exec('for one in $(seq 20); do swanctl --initiate --ike net > /dev/null 2>&1 & done');
      await clock.advance('5s');
      await expect(west).toRun('timeout 5 swanctl --stats', { status: 124 });
      await west.exec('kill -TERM $(pidof charon)');
      await clock.advance('30s');
      await expect(west).toRun('pidof charon', { status: stays ? 0 : 1 });
    },
  );
}

/** swanctl.conf(5) with children that have traps. */
function trapped(children: Readonly<Record<string, string>>): string {
  const texts = Object.entries(children).map(
    ([name, network]) => `${name} { start_action = trap\n local_ts = 10.1.0.0/24\n remote_ts = ${network} }`,
  );
  return `connections { net { remote_addrs = 192.0.2.2\n children { ${texts.join('\n')} } } }\n`;
}

// strongswan/strongswan#1046 (open): a child is renamed, and another one gets its name; after the configuration is loaded the renamed one has no policy.
for (const version of ['5.9.8', '6.0.1', '6.1.0'] as const) {
  const own = strongswans[version];
  scenario(
    title(own, 'strongswan#1046 a child with the name of another', 'major'),
    gateways(own, own),
    async ({ hosts: { west } }) => {
      await west.daemon.start();
      const one = { direction: 'out', destination: '10.2.0.0/24' } as const;
      const two = { direction: 'out', destination: '10.2.1.0/24' } as const;
      await west.writeFile('/etc/swanctl/swanctl.conf', trapped({ child1: '10.2.0.0/24' }));
      await west.daemon.reload();
      await expect(west).toHavePolicy(one);
      await west.writeFile('/etc/swanctl/swanctl.conf', trapped({ child1: '10.2.1.0/24', child2: '10.2.0.0/24' }));
      await west.daemon.reload();
      await expect(west).toHavePolicy(two);
      await expect(west).not.toHavePolicy(one);
    },
  );
}
