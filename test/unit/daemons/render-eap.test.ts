/** EAP at both ends, in the files of the daemons that have it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eapTls } from '../../../src/connection/authentication.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { viewOf } from '../../../src/connection/view.ts';
import { findDaemon } from '../../../src/daemons/table.ts';
import { credential, full } from '../connection/samples.ts';

const [west, east] = full.ends;
const alone: Connection = {
  ...full,
  ends: [
    { ...west, authentication: eapTls(credential('west')) },
    { ...east, authentication: eapTls(credential('east')) },
  ],
};

/** Lines of the rendered files of the first end that match. */
function linesOf(implementation: string, release: string, words: RegExp): string[] {
  const { slice, version, stack } = findDaemon(implementation, release);
  const files = slice.render([viewOf(alone, 'west')], version, stack);
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
