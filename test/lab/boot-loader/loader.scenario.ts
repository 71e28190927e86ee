/** A boot loader behind a gateway: its own IP stack, which knows nothing of IPsec, talks through a tunnel to the other gateway, an installed system. */
import { crc32 } from 'node:zlib';
import { expect, scenario, system } from '../../../src/suites/scenarios/api/index.ts';

const [west, east] = ['192.0.2.1', '192.0.2.2'];
/** Of the second gateway, on its own side. */
const server = '10.2.0.1';

/** What the loader fetches; no two blocks of it are alike. */
const image = Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7 + (at >> 9) * 13) & 0xff));
const sum = crc32(image).toString(16).padStart(8, '0');

/** swanctl.conf(5) of one gateway. */
function connection([own, ownNet]: readonly string[], [peer, peerNet]: readonly string[]): string {
  return `
connections {
  gateways {
    version = 2
    local_addrs = ${own}
    remote_addrs = ${peer}
    local {
      auth = psk
      id = ${own}
    }
    remote {
      auth = psk
      id = ${peer}
    }
    children {
      nets {
        local_ts = ${ownNet}
        remote_ts = ${peerNet}
        esp_proposals = aes128gcm16
      }
    }
  }
}
secrets {
  ike {
    secret = "a secret of two gateways"
  }
}
`;
}

const left = [west, '10.1.0.0/24'];
const right = [east, '10.2.0.0/24'];
const file = '/etc/swanctl/conf.d/gateways.conf';

scenario(
  'a boot loader pings and fetches a file through a tunnel between two gateways',
  {
    hosts: {
      loader: system('u-boot', { routes: { default: 'west' } }),
      west: system('debian', { files: { [file]: connection(left, right) } }),
      east: system('debian', { files: { [file]: connection(right, left), '/srv/tftp/image': image } }),
    },
    links: {
      left: { loader: '10.1.0.2/24', west: '10.1.0.1/24' },
      wan: { west: `${west}/24`, east: `${east}/24` },
      right: { east: `${server}/24` },
    },
  },
  async ({ hosts }) => {
    for (const gateway of [hosts.west, hosts.east]) {
      await expect(gateway).toRun('/usr/lib/ipsec/charon >/dev/null 2>&1 &');
      await expect(gateway).toRun('until swanctl --load-all; do sleep 1; done');
    }
    await expect(hosts.east).toRun('in.tftpd --listen --secure /srv/tftp');
    await expect(hosts.west).toRun('swanctl --initiate --child nets');
    await expect(hosts.loader).toRun(`ping ${server}`, { prints: `host ${server} is alive` });
    // A packet of the tunnel fits into one of the link: nobody has to put fragments together.
    await expect(hosts.loader).toRun('setenv tftpblocksize 1024');
    const fetched = { prints: `Bytes transferred = ${image.length} ` };
    await expect(hosts.loader).toRun(`tftpboot 0x1000000 ${server}:image`, fetched);
    await expect(hosts.loader).toRun(`crc32 0x1000000 0x${image.length.toString(16)}`, { prints: `==> ${sum}` });
    await expect(hosts.west).not.toHaveSentInClear({ link: 'wan' });
    await expect(hosts.east).not.toHaveSentInClear({ link: 'wan' });
  },
);
