/** EAP at both ends, in the files of the daemons that have it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eapTls } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { credential, full, insideTls, password } from '../connection/samples.ts';

const [west, east] = full.ends;
const alone: Connection = {
  ...full,
  ends: [
    { ...west, authentication: eapTls(credential('west')) },
    { ...east, authentication: eapTls(credential('east')) },
  ],
};

/** Lines of the rendered files of an end that match. */
function linesOf(implementation: string, release: string, words: RegExp, connection = alone, host = 'west'): string[] {
  const { slice, version, stack } = findDaemon(implementation, release);
  const files = slice.render([viewOf(connection, host)], version, stack);
  return files
    .flatMap(({ content }) => content.split('\n').map((line) => line.trim()))
    .filter((line) => words.test(line));
}

test('EAP at both ends stands for both, and no word says that both sign', () => {
  assert.deepEqual(linesOf('libreswan', '4.10', /auth|leftcert/), [
    'leftauth=eaponly',
    'rightauth=eaponly',
    'leftautheap=tls',
    'rightautheap=tls',
    'leftcert=net',
  ]);
  assert.deepEqual(linesOf('strongswan', '6.1.0', /auth =|certs =/), [
    'auth = eap-tls',
    'certs = net-local.pem',
    'auth = eap-tls',
  ]);
});

test('charon asks a RADIUS server, and has no password itself; the user says whose certificate is right', () => {
  const radius = { server: '10.9.0.1', secret: 'of the gate', port: 1645, identity: 'aaa.test' };
  const asked = ({ ends: [road, gate], ...more }: Connection): Connection => ({
    ...more,
    ends: [road, { ...gate, radius }],
  });
  const words = /eap|wanda|sea breeze|of the gate|10\.9\.0\.1|1645|aaa/;
  const gate = (connection: Connection) => linesOf('strongswan', '6.1.0', words, connection, 'east');
  const server = ['eap-radius {', 'address = 10.9.0.1', 'secret = "of the gate"', 'auth_port = 1645'];
  assert.deepEqual(gate(asked(password)), [...server, 'auth = eap-radius', 'eap_id = %any']);
  assert.deepEqual(gate(asked(insideTls)), [...server, 'auth = eap-radius']);
  assert.deepEqual(gate(password), [
    'auth = eap-mschapv2',
    'eap_id = %any',
    'eap-road {',
    'id = "wanda"',
    'secret = "sea breeze"',
  ]);
  const road = (connection: Connection) => linesOf('strongswan', '6.1.0', words, connection);
  assert.deepEqual(
    road(asked(insideTls)).filter((line) => line.includes('aaa')),
    ['aaa_id = "aaa.test"'],
  );
  const withoutName = road(asked(password)).filter((line) => !line.includes('aaa'));
  assert.deepEqual(withoutName, road(password));
});
