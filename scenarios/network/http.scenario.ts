import { createHash } from 'node:crypto';
import { expect, linux, scenario } from 'espalier';
import { addresses, expectProtected, families, lostPackets, pair, protectBoth, protections } from './labs.ts';

/** Sizes of files, octets. */
const sizes = [0, 1, 1000, 100_000, 10_000_000];

const configuration = `
events {}
http {
  access_log off;
  server {
    listen 80;
    listen [::]:80 ipv6only=on;
    root /srv;
  }
}
`;

const lab = {
  ...pair,
  hosts: { west: linux(), east: linux({ image: 'network', files: { '/etc/nginx/nginx.conf': configuration } }) },
} as const;

for (const family of families) {
  const { east: address } = addresses[family];
  const url = `http://${family === 6 ? `[${address}]` : address}`;
  for (const protection of protections) {
    scenario(`HTTP over IPv${family}, ${protection}`, lab, async ({ hosts, net }) => {
      const { west, east } = hosts;
      const isProtected = protection !== 'plain';
      if (isProtected) {
        await protectBoth(hosts, family, () => expect(west).toRun(`curl -gsf -m 3 ${url}/1`, { status: 28 }));
      }
      const lostBefore = await lostPackets(east);
      // Exit statuses of curl: 7, no connection; 22, an answer of 400 or more; 28, none in time.
      await expect(west).toRun(`curl -gsf ${url}/1`, { status: 7 });
      const make = (size: number): string =>
        `head -c ${size} /dev/zero | openssl enc -aes-128-ctr -nosalt -K 00 -iv ${size} >/srv/${size}`;
      await east.exec(`mkdir -p /srv; ${sizes.map(make).join('; ')}`);
      await expect(east).toRun('nginx');
      await net.link('wan').rate('100mbit');
      for (const size of sizes) {
        const sum = (await east.exec(`sha256sum </srv/${size}`)).stdout.slice(0, 64);
        await expect(west).toRun(`curl -gsf ${url}/${size} | sha256sum`, { prints: sum });
      }
      const empty = createHash('sha256').update('').digest('hex');
      await expect((await east.exec('sha256sum </srv/100000')).stdout.slice(0, 64), {
        what: 'the sum of a file',
      }).not.toBe(empty);
      await expect(west).toRun(`curl -gsf -r 500-509 ${url}/1000 | wc -c`, { prints: /^10$/m });
      await expect(west).toRun(`curl -gsf ${url}/none`, { status: 22 });
      const many = Array.from({ length: 20 }, (_, at) => `-o /run/got-${at} ${url}/100000`).join(' ');
      await expect(west).toRun(`curl -gsf --parallel ${many} && cat /run/got-* | wc -c`, { prints: /^2000000$/m });
      if (isProtected) await expectProtected(hosts, { family, packets: 1000, lostBefore });
    });
  }
}
