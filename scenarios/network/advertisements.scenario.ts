import { expect, linux, scenario } from 'espalier';

/** A router that tells a prefix and itself (RFC 4861, 6.2), for so many seconds. */
const radvd = (prefix: string): string =>
  [
    'interface eth0 {',
    '  AdvSendAdvert on;',
    '  MinRtrAdvInterval 3;',
    '  MaxRtrAdvInterval 10;',
    '  AdvDefaultLifetime 30;',
    '  AdvLinkMTU 1400;',
    `  prefix ${prefix}::/64 { AdvValidLifetime 600; AdvPreferredLifetime 300; };`,
    '};',
    '',
  ].join('\n');

const [first, second] = ['2001:db8:a1', '2001:db8:a2'];
/** Of the interface identifier that follows from the MAC of the link's second host, 12:00:00:00:01:02 (RFC 4291, appendix A). */
const identifier = '1000:ff:fe00:102';

scenario(
  'radvd: a host takes address, router and MTU, another prefix, and leaves a router that goes',
  {
    hosts: {
      router: linux({ image: 'network', files: { '/etc/radvd.conf': radvd(first) } }),
      host: linux({ sysctls: { 'net.ipv6.conf.eth0.accept_ra': 2, 'net.ipv6.conf.eth0.addr_gen_mode': 0 } }),
    },
    links: {
      lan: { router: [`${first}::1/64`, `${second}::1/64`], host: [] },
      beyond: { router: '2001:db8:b::1/64' },
    },
  },
  async ({ hosts: { router, host } }) => {
    const start = async (): Promise<void> =>
      expect(router).toRun('radvd -C /etc/radvd.conf -p /run/radvd.pid -m logfile -l /run/radvd.log');
    const stop = async (): Promise<void> => expect(router).toRun('kill $(cat /run/radvd.pid); sleep 1');
    await expect(host).not.toHaveAddress(`${first}:0:${identifier}`);
    await expect(host).not.toHaveRoute('::/0');
    await expect(host).not.toReach('2001:db8:b::1');

    await start();
    await expect(host).toHaveAddress(`${first}:0:${identifier}`);
    await expect(host).toHaveRoute('::/0', { dev: 'eth0' });
    await expect(host).toReach('2001:db8:b::1', { from: `${first}:0:${identifier}` });
    await expect(host).toRun('sysctl -n net.ipv6.conf.eth0.mtu', { prints: /^1400\s*$/ });

    await stop();
    await router.writeFile('/etc/radvd.conf', radvd(second));
    await start();
    await expect(host).toHaveAddress(`${second}:0:${identifier}`);
    await expect(host).toReach('2001:db8:b::1', { from: `${second}:0:${identifier}` });
    // Its valid lifetime is over, since nobody tells the first prefix any more.
    await expect(host).not.toHaveAddress(`${first}:0:${identifier}`, { within: '11min' });
    await expect(host).toHaveAddress(`${second}:0:${identifier}`);

    // RFC 4861, 6.2.5: a router that stops says so.
    await stop();
    await expect(host).not.toHaveRoute('::/0', { within: '5s' });
    await expect(host).not.toReach('2001:db8:b::1');
  },
);
