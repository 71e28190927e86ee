/** What an end takes the other one for, and what it does to packets and peers beside its SAs, in the files of every daemon. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eapTls } from '../../../src/connection/authentication.ts';
import type { Connection, End } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { filesOf } from '../../../src/suites/scenarios/daemons.ts';
import { credential, full, least } from '../connection/samples.ts';

const libreswan = findDaemon('libreswan', '5.2');
const strongswan = findDaemon('strongswan', '6.1.0');
const openiked = findDaemon('openiked', '7.4');

/** Lines of the rendered files of a host, each once, that match. */
function linesOf(connection: Connection, words: RegExp, { daemon = libreswan, host = 'west' } = {}): string[] {
  const { slice, version, stack } = daemon;
  const files = slice.render([viewOf(connection, host)], version, stack);
  const lines = files.flatMap(({ content }) => content.split('\n')).map((line) => line.replace(/ \\$/, '').trim());
  return lines.filter((line) => words.test(line));
}

function withEnds(west: Partial<End>, east: Partial<End> = {}, more: Partial<Connection> = {}): Connection {
  const [one, other] = full.ends;
  return {
    ...full,
    ...more,
    ends: [
      { ...one, ...west },
      { ...other, ...east },
    ],
  };
}

test('ends that differ in selectors may narrow', () => {
  const connection = withEnds({ peerSelectors: ['192.0.0.0/16'] });
  const conf = (host: string) => linesOf(connection, /subnet|narrowing/, { host });
  assert.deepEqual(conf('west'), [
    'leftsubnet=192.0.1.0/24,192.0.11.0/24/udp/53',
    'rightsubnet=192.0.0.0/16',
    'narrowing=yes',
  ]);
  assert.deepEqual(conf('east'), [
    'leftsubnet=192.0.2.0/24/udp',
    'rightsubnet=192.0.1.0/24,192.0.11.0/24/udp/53',
    'narrowing=yes',
  ]);
  const [swanctl] = linesOf(connection, /remote_ts/, { daemon: strongswan });
  assert.equal(swanctl, 'remote_ts = 192.0.0.0/16');
  assert.match(linesOf(connection, /^from/, { daemon: openiked }).join(), /to 192\.0\.0\.0\/16/);
});

test('a peer is looked up by its name, which the hosts file has', () => {
  const connection = withEnds({}, { dnsName: 'gate.test' });
  assert.deepEqual(linesOf(connection, /^(left|right)=/), ['left=192.1.2.45', 'right=gate.test']);
  assert.deepEqual(linesOf(connection, /_addrs/, { daemon: strongswan }), [
    'local_addrs = 192.1.2.45',
    'remote_addrs = gate.test',
  ]);
  assert.deepEqual(linesOf(connection, /^local/, { daemon: openiked }), ['local 192.1.2.45 peer gate.test']);
  const hosts = (host: string) =>
    filesOf({ daemon: strongswan, views: [viewOf(connection, host), viewOf(connection, host)] })
      .filter(({ path }) => path === '/etc/hosts')
      .map(({ content }) => content);
  assert.deepEqual(hosts('west'), ['127.0.0.1 localhost\n::1 localhost\n192.1.2.23 gate.test\n']);
  assert.deepEqual(hosts('east'), []);
});

test('a mark without an interface', () => {
  const connection = withEnds({ mark: 7 });
  assert.deepEqual(linesOf(connection, /mark|vti/), ['mark=7/0xffffffff']);
  assert.deepEqual(linesOf(connection, /mark|install_routes|forecast/, { daemon: strongswan }), [
    'mark_in = 7',
    'mark_out = 7',
  ]);
});

test('programs, header fields and redirection', () => {
  const connection = withEnds(
    { updown: '/root/updown', redirectsTo: '192.0.2.9' },
    {},
    { child: { copyDscp: 'in', copyEcn: false } },
  );
  assert.deepEqual(linesOf(connection, /dscp|updown|redirect/), [
    'encap-dscp=no',
    'decap-dscp=yes',
    'leftupdown=/root/updown',
    'send-redirect=yes',
    'redirect-to=192.0.2.9',
  ]);
  assert.deepEqual(linesOf(connection, /redirect|updown/, { host: 'east' }), ['accept-redirect=yes']);
  assert.deepEqual(linesOf(connection, /copy|updown/, { daemon: strongswan }), [
    'updown = /root/updown',
    'copy_dscp = in',
    'copy_ecn = no',
  ]);
  const words = (['none', 'out', 'in', 'both'] as const).map((copyDscp) => [
    ...linesOf({ ...full, child: { copyDscp } }, /dscp/),
    ...linesOf({ ...full, child: { copyDscp } }, /dscp/, { daemon: strongswan }),
  ]);
  assert.deepEqual(words, [
    ['encap-dscp=no', 'decap-dscp=no', 'copy_dscp = no'],
    ['encap-dscp=yes', 'decap-dscp=no', 'copy_dscp = out'],
    ['encap-dscp=no', 'decap-dscp=yes', 'copy_dscp = in'],
    ['encap-dscp=yes', 'decap-dscp=yes', 'copy_dscp = yes'],
  ]);
});

test('what becomes of a second IKE SA of a peer, and tickets', () => {
  const lines = (['replace', 'allow'] as const).map((uniqueIds) =>
    [libreswan, strongswan, openiked].flatMap((daemon) =>
      linesOf({ ...least, uniqueIds }, /uni(que|q)|single|initial/, { daemon }),
    ),
  );
  assert.deepEqual(lines, [
    ['uniqueids=yes', 'unique = replace', 'set enforcesingleikesa'],
    ['uniqueids=no', 'initial-contact=no', 'unique = never', 'set noenforcesingleikesa'],
  ]);
  assert.deepEqual(linesOf({ ...least, resumption: true }, /resum/), ['session-resumption=yes']);
  assert.deepEqual(linesOf(full, /unique|resum|redirect|updown|dscp|ecn|narrowing/), []);
});

test('EAP at both ends stands for both, and no word says that both sign', () => {
  const tls = (host: string) => ({ authentication: eapTls(credential(host)) });
  const connection = withEnds(tls('west'), tls('east'));
  assert.deepEqual(linesOf(connection, /auth|leftcert/), [
    'leftauth=eaponly',
    'rightauth=eaponly',
    'leftautheap=tls',
    'rightautheap=tls',
    'leftcert=net',
  ]);
  assert.deepEqual(linesOf(connection, /auth =/, { daemon: strongswan }), ['auth = eap-tls', 'auth = eap-tls']);
});
