/** Connections that stand in files of a person's own: the daemon is asked for them. Run by ../by-hand.test.ts. */
import assert from 'node:assert/strict';
import { expect, file, libreswan, openiked, scenario, strongswan } from '../../../src/suites/scenarios/api/index.ts';

const links = { wan: { west: '192.0.2.1/24', east: '192.0.2.2/24' } } as const;
type Ends = readonly [own: string, far: string];
const ends: Readonly<Record<'west' | 'east', Ends>> = {
  west: ['192.0.2.1', '192.0.2.2'],
  east: ['192.0.2.2', '192.0.2.1'],
};

const conn = ['left=192.0.2.1', 'right=192.0.2.2', 'authby=secret', 'auto=add'];
const ipsecConf = (version: string): string =>
  ['config setup', 'logfile=/var/log/pluto.log', 'logtime=no', 'conn hand', ...conn]
    .concat(version === '4.10' ? 'ikev2=insist' : 'keyexchange=ikev2')
    .map((line) => (/^(config|conn)/.test(line) ? line : `\t${line}`))
    .join('\n')
    .concat('\n');
const pluto = (version: '4.10' | '5.2') =>
  libreswan({
    version,
    files: { '/etc/ipsec.conf': ipsecConf(version), '/etc/ipsec.secrets': ': PSK "known to both ends alone"\n' },
  });

const swanctlConf = ([own, far]: Ends): string => `connections {
    outer {
        version = 2
        local_addrs = ${own}
        remote_addrs = ${far}
        local {
            auth = psk
        }
        remote {
            auth = psk
        }
        children {
            one {
            }
        }
    }
}
secrets {
    ike {
        secret = "known to both ends alone"
    }
}
`;
const charon = (version: '5.9.8' | '6.1.0', own: Ends) =>
  strongswan({
    version,
    files: { '/etc/strongswan.conf': file('strongswan.conf'), '/etc/swanctl/swanctl.conf': swanctlConf(own) },
  });

const ikedConf = ([own, far]: Ends): string =>
  `ikev2 "hand" active esp \\\n\tfrom ${own} to ${far} \\\n\tlocal ${own} peer ${far} \\\n\tsrcid ${own} dstid ${far} \\\n\tpsk "abc"\n`;
const iked = (version: '7.2' | '7.4', own: Ends) =>
  openiked({ version, files: { '/etc/iked.conf': { content: ikedConf(own), mode: 0o600 } } });

/** The names in the files, and what the daemon says to another one. */
const daemons = {
  'pluto 4.10': { host: () => pluto('4.10'), names: ['hand'], refusal: /no connection named "nobody"/ },
  'pluto 5.2': { host: () => pluto('5.2'), names: ['hand'], refusal: /no connection or alias named "nobody"/ },
  'charon 5.9.8': {
    host: (own: Ends) => charon('5.9.8', own),
    names: ['outer', 'one'],
    refusal: /no connection and no child nobody/,
  },
  'charon 6.1.0': {
    host: (own: Ends) => charon('6.1.0', own),
    names: ['outer', 'one'],
    refusal: /no connection and no child nobody/,
  },
  'iked 7.2': { host: (own: Ends) => iked('7.2', own), names: ['hand'], refusal: /iked\.conf has no policy nobody/ },
  'iked 7.4': { host: (own: Ends) => iked('7.4', own), names: ['hand'], refusal: /iked\.conf has no policy nobody/ },
} as const;

for (const [daemon, { host, names, refusal }] of Object.entries(daemons)) {
  const lab = { hosts: { west: host(ends.west), east: host(ends.east) }, links };
  scenario(`${daemon} by hand: 0.0.0.0/0, ::/0`, lab, async ({ hosts: { west, east } }) => {
    await east.daemon.start();
    await west.daemon.start();
    for (const name of names) {
      await west.initiate(name);
      await expect(west).toHaveIkeSas(1);
      await expect(east).toHaveIpsecSas(2);
      await west.terminate(name);
      await expect(west).toHaveIpsecSas(0);
    }
    const refused = (error: { readonly detail?: { readonly output?: string } }) =>
      refusal.test(error.detail?.output ?? '');
    await assert.rejects(west.initiate('nobody'), refused);
    await assert.rejects(west.terminate('nobody'), refused);
    const [link] = (await west.json('ip -j link show eth0')) as readonly { readonly ifname: string }[];
    assert.equal(link?.ifname, 'eth0');
    await assert.rejects(west.json('ip link show eth0'), /did not print JSON/);
    assert.match((await west.exec('ip link show eth0')).stdout, /^\d+: eth0@if\d+: </, 'no colours');
    await west.writeFile('/root/bytes', Uint8Array.of(0, 13, 10, 27, 255));
    assert.deepEqual([...(await west.readBytes('/root/bytes'))], [0, 13, 10, 27, 255]);
    assert.equal((await west.read('/etc/hosts')).split('\n')[0], '127.0.0.1 localhost');
    await assert.rejects(west.read('/nowhere'), /did not succeed/);
  });
}
