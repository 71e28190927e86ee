import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EspalierError } from '../../../../../../src/base/errors.ts';
import { hostSystems } from '../../../../../../src/dialogue/systems/all.ts';
import { debian } from '../../../../../../src/dialogue/systems/debian.ts';
import { freebsd } from '../../../../../../src/dialogue/systems/freebsd.ts';
import { netbsd } from '../../../../../../src/dialogue/systems/netbsd.ts';
import { openbsd } from '../../../../../../src/dialogue/systems/openbsd.ts';
import type { SystemProfile } from '../../../../../../src/dialogue/systems/profile.ts';
import { uBoot } from '../../../../../../src/dialogue/systems/u-boot.ts';
import { encodeListing, readListing } from '../../../../../../src/evidence/listings/listing.ts';
import { systemOf, writeFileDisk } from '../../../../../../src/lab/substrate/qemu/console/installed.ts';
import { setUpLines } from '../../../../../../src/lab/substrate/qemu/console/set-up.ts';
import { uml } from '../../../../../../src/lab/substrate/uml/uml.ts';
import { systemImage } from '../../../../../../src/supply/system/system-image.ts';

test('the lines that make a host of Debian set up what its topology has', () => {
  assert.ok(debian.host);
  const lines = setUpLines(debian.host, {
    name: 'west',
    nics: [
      { name: 'eth0', link: 'wan', mac: '12:00:00:00:01:01', addresses: ['192.0.2.1/24', '2001:db8::1/64'] },
      { name: 'eth1', link: 'lan', mac: '12:00:00:00:02:01', addresses: [] },
    ],
    routes: [{ to: 'default', via: '192.0.2.2' }],
    sysctls: [['net/ipv4/ip_forward', '1']],
  });
  assert.deepEqual(lines, [
    'tar -x --no-overwrite-dir -f /dev/vdb -C /',
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    'ip link set eth0 up',
    'ip addr add 192.0.2.1/24 dev eth0',
    'ip addr add 2001:db8::1/64 dev eth0',
    'ip link set eth1 up',
    'ip route add default via 192.0.2.2',
  ]);
});

const bsds: readonly (readonly [SystemProfile, lines: readonly string[]])[] = [
  [
    openbsd,
    [
      'tar -xpf /dev/rsd1c -C / && chmod 1777 /tmp /var/tmp',
      'sysctl net.inet.ip.forwarding=1',
      'sysctl net.inet6.ip6.forwarding=0',
      'ifconfig vio0 up',
      'ifconfig vio0 inet 192.0.2.1/24 alias',
      'ifconfig vio0 inet6 2001:db8::1/64 alias',
      'ifconfig vio1 up',
    ],
  ],
  [
    freebsd,
    [
      'tar -xpf /dev/vtbd1 -C / && chmod 1777 /tmp /var/tmp',
      'sysctl net.inet.ip.forwarding=1',
      'sysctl net.inet6.ip6.forwarding=0',
      'ifconfig vtnet0 inet6 -ifdisabled up',
      'ifconfig vtnet0 inet 192.0.2.1/24 alias',
      'ifconfig vtnet0 inet6 2001:db8::1/64 alias',
      'ifconfig vtnet1 inet6 -ifdisabled up',
    ],
  ],
  [
    netbsd,
    [
      'tar -xpf /dev/rld1d -C / && chmod 1777 /tmp /var/tmp',
      'sysctl -w net.inet.ip.forwarding=1',
      'sysctl -w net.inet6.ip6.forwarding=0',
      'ifconfig vioif0 up',
      'ifconfig vioif0 inet 192.0.2.1/24 alias',
      'ifconfig vioif0 inet6 2001:db8::1/64 alias',
      'ifconfig vioif1 up',
    ],
  ],
];

for (const [{ name, host }, lines] of bsds)
  test(`the lines that make a host of ${name} set up what its topology has`, () => {
    assert.ok(host);
    const nics = [nicOf('wan', '192.0.2.1/24', '2001:db8::1/64'), nicOf('lan')];
    const routes = [
      { to: 'default', via: '192.0.2.2' },
      { to: '2001:db8:2::/48', via: '2001:db8::2' },
    ];
    const sysctls = [
      ['net/ipv4/conf/all/rp_filter', '0'],
      ['net/ipv4/ip_forward', '1'],
      ['net/ipv6/conf/all/forwarding', '0'],
    ] as const;
    assert.deepEqual(setUpLines(host, { name: 'west', nics, routes, sysctls }), [
      ...lines,
      'route -n add -inet default 192.0.2.2',
      'route -n add -inet6 2001:db8:2::/48 2001:db8::2',
    ]);
  });

test('what each system lists its tables with can be read', () => {
  for (const { name, host } of hostSystems) {
    const says = host.tables.map((command) => Object.keys(readListing(encodeListing(command, ''))));
    assert.deepEqual(says, host.tables.length === 0 ? [] : [['sas'], ['policies']], name);
  }
});

test('an archive without files is one to every tar', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-installed-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const disk = join(dir, await writeFileDisk(dir, 'west', { files: [] }));
  assert.equal(spawnSync('tar', ['-t', '-f', disk], { encoding: 'utf8' }).stdout, 'etc\n');
});

test('the second disk holds the files of its host, with their modes, and no other host’s', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-installed-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = (host: string, path: string, mode: number, content: string) => ({
    ...{ host, path, mode },
    content: Buffer.from(content),
  });
  const name = await writeFileDisk(dir, 'west', {
    files: [
      file('west', '/etc/a/secret', 0o600, 'one'),
      file('west', '/etc/a/run', 0o755, 'two'),
      file('east', '/etc/a/other', 0o644, 'of east'),
      file('*', '/srv/empty/', 0o700, ''),
    ],
  });
  const root = join(dir, 'root');
  mkdirSync(root);
  assert.equal(spawnSync('tar', ['-x', '-p', '-f', join(dir, name), '-C', root]).status, 0);
  assert.equal(readFileSync(join(root, 'etc/a/secret'), 'utf8'), 'one');
  assert.equal(readFileSync(join(root, 'etc/a/run'), 'utf8'), 'two');
  const modes = ['etc/a/secret', 'etc/a/run', 'srv/empty'].map((path) => statSync(join(root, path)).mode & 0o777);
  assert.deepEqual(modes, [0o600, 0o755, 0o700]);
  assert.throws(() => statSync(join(root, 'etc/a/other')));
});

function nicOf(name: string, ...addresses: string[]) {
  return { name, link: name, mac: '12:00:00:00:01:01', addresses };
}

function hostOf(name: string, ...nics: ReturnType<typeof nicOf>[]) {
  return { name, nics, routes: [], sysctls: [] };
}

test('what a system cannot be as a host is refused', () => {
  const plan = { systems: { east: 'debian', loader: 'u-boot', odd: 'beos' }, files: [] };
  const lan = nicOf('lan', '192.0.2.1/24');
  assert.equal(systemOf(plan, hostOf('west', lan)), undefined);
  assert.equal(systemOf(plan, hostOf('east', lan, nicOf('wan', '10.0.0.1/8')))?.name, 'debian');
  assert.equal(systemOf(plan, hostOf('loader', lan))?.name, 'u-boot');
  const content = new Uint8Array();
  const files = [{ host: 'loader', path: '/a', mode: 0o644, content }];
  const refused = [
    [() => systemOf(plan, hostOf('odd', lan)), /the system beos cannot be a host/],
    [() => systemOf(plan, hostOf('loader', lan, nicOf('wan'))), /u-boot has one network card/],
    [() => systemOf(plan, hostOf('loader', nicOf('lan', '192.0.2.1/24', '192.0.2.3/24'))), /has one address, of IPv4/],
    [() => systemOf(plan, hostOf('loader', nicOf('lan', '2001:db8::1/64'))), /has one address, of IPv4/],
    [() => systemOf({ ...plan, files }, hostOf('loader', lan)), /u-boot has no files/],
  ] as const;
  for (const [ask, why] of refused)
    assert.throws(ask, (error: EspalierError) => error.fault === 'scenario' && why.test(error.message));
});

test('a loader is told address, netmask and gateway', () => {
  const host = { ...hostOf('loader', nicOf('lan', '10.1.0.2/20')), routes: [{ to: 'default', via: '10.1.0.1' }] };
  assert.deepEqual(setUpLines(uBoot.host, host), [
    'setenv ipaddr 10.1.0.2; setenv netmask 255.255.240.0',
    'setenv gatewayip 10.1.0.1',
  ]);
});

test('User Mode Linux refuses hosts that are machines of their own', async () => {
  const image = uml.supply()?.image(systemImage('debian'), undefined);
  await assert.rejects(image ?? Promise.resolve(), /a host is the installed system debian/);
});
