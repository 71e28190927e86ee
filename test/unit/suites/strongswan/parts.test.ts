import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileWithAddresses, withAddresses } from '../../../../src/suites/strongswan/addresses.ts';
import { weightOf } from '../../../../src/suites/strongswan/check.ts';
import { commandOrder } from '../../../../src/suites/strongswan/command-order.ts';
import { readChecks, readCommands } from '../../../../src/suites/strongswan/dat-lines.ts';
import { servicesFor } from '../../../../src/suites/strongswan/services.ts';
import { readTestConf } from '../../../../src/suites/strongswan/test-conf.ts';
import { unsupportedBy } from '../../../../src/suites/strongswan/unsupported.ts';

const placeholders: readonly (readonly [text: string, address: string])[] = [
  ['PH_IP_MOON', '192.168.0.1'],
  ['PH_IP_MOON1', '10.1.0.1'],
  ['PH_IP6_MOON1', 'fec1::1'],
  ['PH_IP_CAROL1/32', '10.3.0.1/32'],
  ['PH_IPV6_BOB', 'fec2::10'],
  ['PH_IP6_BOB', 'PH_IP6_BOB'],
  ['PH_IP_WINNETOU PH_IP6_VENUS', '192.168.0.150 fec1::20'],
];

for (const [text, address] of placeholders) {
  test(`${text} stands for ${address}`, () => assert.equal(withAddresses(text), address));
}

test('files that end in .pem keep their bytes, all others get addresses, and odd bytes stay', () => {
  const content = Buffer.from('PH_IP_SUN \xff\xfe', 'latin1');
  assert.deepEqual(fileWithAddresses('a.pem', content), content);
  assert.deepEqual(fileWithAddresses('a.conf', content), Buffer.from('192.168.0.2 \xff\xfe', 'latin1'));
});

test('test.conf is read where it is assignments, and shown where it is more', () => {
  assert.deepEqual(readTestConf('# x\nIPSECHOSTS="moon sun"\n \nDBHOSTS="$IPSECHOSTS"\nRADIUSHOSTS=\nSWANCTL=1\n'), {
    tcpdumpHosts: [],
    ipsecHosts: ['moon', 'sun'],
    radiusHosts: [],
    dbHosts: ['moon', 'sun'],
  });
  for (const strange of ['IPSECHOSTS="$(ls)"', 'IPSECHOSTS=`ls`', 'if true; then', 'rm -rf /', 'A="b"; c']) {
    assert.deepEqual(readTestConf(`SWANCTL=1\n${strange}\n`), { strange });
  }
});

test('what a command tells of decides how much its check weighs', () => {
  const major = ['swanctl --list-sas --raw', 'swanctl --list-pols', 'ipsec status', 'ip -s xfrm state', 'ping6 -c 1 a'];
  const minor = ['cat /var/log/daemon.log', 'swanctl --list-certs', 'ipsec pool --status', 'cat /tmp/pinging'];
  assert.deepEqual([...major, ...minor].map(weightOf), [...major.map(() => 'major'), ...minor.map(() => 'minor')]);
});

test('a test is typed in the order of the suite’s driver, its captures stopped by the first look at them', () => {
  const { steps, checks } = commandOrder({
    services: servicesFor({ plugins: new Set(), commands: [] }),
    conf: { tcpdumpHosts: ['sun'], ipsecHosts: ['moon'], radiusHosts: [], dbHosts: [] },
    pretest: readCommands("moon::echo it's\n"),
    evaltest: readChecks('sun::tcpdump::ESP::YES\nsun::tcpdump::AH::NO\nmoon::cat log::x::YES\n'),
    posttest: readCommands('moon::ls\n'),
  });
  const typed = steps.map(({ host, line, origin }) => `${origin.file}:${origin.line} ${host}# ${line.slice(0, 40)}`);
  assert.deepEqual(typed, [
    "the driver:0 moon# run 'rsyslogd'",
    "the driver:0 winnetou# run 'systemctl start apache2'",
    "the driver:0 sun# run 'tcpdump -l --immediate-mode -i eth0",
    "pretest.dat:1 moon# run 'echo it'\\''s'",
    "the driver:0 sun# run 'pkill tcpdump; while pkill -0 tcpdu",
    "evaltest.dat:1 sun# run 'cat /tmp/tcpdump.log'",
    "evaltest.dat:2 sun# run 'cat /tmp/tcpdump.log'",
    "evaltest.dat:3 moon# run 'cat log'",
    "posttest.dat:1 moon# run 'ls'",
    "the driver:0 moon# run 'ip xfrm state | grep '\\''proto.*spi",
    "the driver:0 moon# run 'ip xfrm policy'",
  ]);
  assert.deepEqual(
    checks.map(({ step, hit, weight }) => [step, hit, weight]),
    [
      [5, 'YES', 'major'],
      [6, 'NO', 'major'],
      [7, 'YES', 'minor'],
      [9, 'NO', 'major'],
      [10, 'NO', 'major'],
    ],
  );
});

test('a test is unsupported by what it types and by the plugins it loads, not by words elsewhere', () => {
  const none = { commands: [], configurations: [], debian: 'sid', features: new Set<string>() };
  assert.equal(unsupportedBy(none), undefined);
  assert.equal(unsupportedBy({ ...none, commands: ['service charon-tkm start'] })?.id, 'tkm');
  assert.equal(unsupportedBy({ ...none, configurations: ['charon {\n  load = random sql pem\n}\n'] })?.id, 'sql');
  const withSql = { ...none, features: new Set(['plugin sql']) };
  assert.equal(unsupportedBy({ ...withSql, configurations: ['charon {\n  load = random sql pem\n}\n'] }), undefined);
  const loadsDes = { ...none, configurations: ['charon {\n  load = des\n}\n'] };
  assert.equal(unsupportedBy(loadsDes), undefined);
  const wants = 'connections {\n  a {\n    proposals = 3des-md5\n  }\n}\n';
  assert.equal(unsupportedBy({ ...loadsDes, configurations: [...loadsDes.configurations, wants] })?.id, 'des');
  const openssl = { ...none, debian: 'bookworm', configurations: ['  load = nonce openssl\n', '  version = 2\n'] };
  assert.equal(unsupportedBy(openssl)?.id, 'kdf');
  assert.equal(
    unsupportedBy({ ...openssl, configurations: ['  load = nonce openssl kdf\n', '  version = 2\n'] }),
    undefined,
  );
  const old = { ...none, configurations: ['connections {\n  a {\n    version = 1\n  }\n}\n'] };
  assert.equal(unsupportedBy(old)?.id, 'ikev1');
  assert.equal(unsupportedBy({ ...old, features: new Set(['ikev1']) }), undefined);
  const wolfssl = { ...none, features: new Set(['plugin wolfssl']) };
  const kem = ['  load = nonce pem wolfssl vici\n', '  proposals = aes128-sha256-ecp384-ke1_mlkem768\n'];
  assert.equal(unsupportedBy({ ...wolfssl, configurations: kem })?.id, 'wolfssl-ml-kem');
  const withKem = new Set(['plugin wolfssl', 'wolfssl ml-kem']);
  assert.equal(unsupportedBy({ ...wolfssl, features: withKem, configurations: kem }), undefined);
  assert.equal(unsupportedBy({ ...wolfssl, configurations: ['  load = nonce wolfssl ml\n', kem[1] ?? ''] }), undefined);
  assert.equal(unsupportedBy({ ...wolfssl, configurations: [kem[0] ?? '', '  proposals = aes128\n'] }), undefined);
  assert.equal(unsupportedBy({ ...none, configurations: ['# load = sql\n  sql {\n  }\n'] }), undefined);
});
