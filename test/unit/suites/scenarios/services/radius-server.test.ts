import assert from 'node:assert/strict';
import { test } from 'node:test';
import { radiusServer } from '../../../../../src/suites/scenarios/services/radius-server.ts';
import { credential } from '../../../connection/samples.ts';

const secret = 'what gateways know';
const users = [{ user: 'wanda@road.test', password: 'sea breeze' }];
const folder = '/etc/radius';

test('a RADIUS server has its users in a file, and EAP-TLS with a certificate alone', () => {
  const plain = radiusServer({ secret, users });
  assert.deepEqual(Object.keys(plain.files), [`${folder}/radiusd.conf`, `${folder}/users`]);
  assert.equal(plain.files[`${folder}/users`]?.content, '"wanda@road.test" Cleartext-Password := "sea breeze"\n');
  const conf = plain.files[`${folder}/radiusd.conf`]?.content ?? '';
  assert.equal(conf.match(/secret = "what gateways know"/g)?.length, 2);
  assert.equal(conf.match(/port = 1812/g)?.length, 2);
  assert.doesNotMatch(conf, /tls/);
  const withTls = radiusServer({ secret, credential: credential('aaa'), port: 1645 });
  assert.equal(withTls.files[`${folder}/server.pem`]?.content, credential('aaa').certificate);
  assert.equal(withTls.files[`${folder}/ca.pem`]?.content, credential('aaa').root);
  assert.equal(withTls.files[`${folder}/server.key`]?.content, credential('aaa').privateKey);
  assert.match(withTls.files[`${folder}/radiusd.conf`]?.content ?? '', /tls = common[\s\S]*port = 1645/);
  for (const { mode } of Object.values(withTls.files)) assert.equal(mode, 0o600);
});

test('what has a meaning in its files is refused', () => {
  const wrong = (options: Parameters<typeof radiusServer>[0], message: RegExp) =>
    assert.throws(() => radiusServer(options), message);
  wrong({ secret: '%{expr:1}' }, /the secret/);
  wrong({ secret: '' }, /the secret/);
  wrong({ secret, users: [{ user: 'a"b', password: 'x' }] }, /the user "a\\"b"/);
  wrong({ secret, users: [{ user: 'wanda', password: 'a\nb' }] }, /the password of wanda/);
});
