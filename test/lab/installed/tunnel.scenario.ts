/** Two installed systems with the IKE daemon that is on their disks: each is configured by files on its second disk, and at its console. */
import { expect, scenario, system } from '../../../src/suites/scenarios/api/index.ts';

const secret = 'a secret of two gateways';

/** swanctl.conf(5) of one end. */
function connection(own: string, peer: string): string {
  return `
connections {
  gateways {
    version = 2
    local_addrs = ${own}
    remote_addrs = ${peer}
    proposals = aes128gcm16-prfsha256-curve25519
    local {
      auth = psk
      id = ${own}
    }
    remote {
      auth = psk
      id = ${peer}
    }
    children {
      hosts {
        local_ts = ${own}/32
        remote_ts = ${peer}/32
        esp_proposals = aes128gcm16
        mode = tunnel
      }
    }
  }
}
secrets {
  ike {
    secret = "${secret}"
  }
}
`;
}

const [west, east] = ['192.0.2.1', '192.0.2.2'];

scenario(
  'two clones of an installed system protect what they send each other',
  {
    hosts: {
      west: system('debian', { files: { '/etc/swanctl/conf.d/gateways.conf': connection(west, east) } }),
      east: system('debian', { files: { '/etc/swanctl/conf.d/gateways.conf': connection(east, west) } }),
    },
    links: { wan: { west: `${west}/24`, east: `${east}/24` } },
  },
  async ({ hosts }) => {
    for (const host of [hosts.west, hosts.east]) {
      // The same disk, and what one writes the other does not have.
      await expect(host).toRun('cat /etc/role', { status: 1 });
      await expect(host).toRun(`echo ${host.name} >/etc/role && hostname ${host.name}`);
      await expect(host).toRun('/usr/lib/ipsec/charon >/dev/null 2>&1 &');
      await expect(host).toRun('until swanctl --load-all; do sleep 1; done');
    }
    await expect(hosts.west).toRun('cat /etc/role', { prints: 'west' });
    await expect(hosts.west).toRun('swanctl --initiate --child hosts');
    await expect(hosts.west).toReach(hosts.east);
    await expect(hosts.west).not.toHaveSentInClear({ to: east });
    await expect(hosts.east).not.toHaveSentInClear({ to: west });
  },
);
