import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../../src/base/errors.ts';
import { run } from '../../../../../src/base/processes.ts';
import { Authority } from '../../../../../src/suites/scenarios/x509/authority.ts';
import { type KeyType, keyPair, seededKey } from '../../../../../src/suites/scenarios/x509/seeded-keys.ts';

const root = new Authority();
const intermediate = root.intermediate({ subject: 'CN=Espalier Sub CA', key: 'ed25519' });

for (const type of ['rsa-2048', 'ecdsa-p256', 'ecdsa-p384', 'ed25519'] satisfies KeyType[]) {
  test(`a ${type} key comes from its seed, signs, and belongs to its certificate`, () => {
    const credential = root.issue({ subject: `CN=${type}.test`, alternativeNames: [`${type}.test`], key: type });
    const certificate = new X509Certificate(credential.certificate);
    const own = createPrivateKey(credential.privateKey);
    const hash = type === 'ed25519' ? null : 'sha256';
    assert.ok(verify(hash, Buffer.from('x'), certificate.publicKey, sign(hash, Buffer.from('x'), own)));
    assert.ok(certificate.checkPrivateKey(own));
    assert.ok(certificate.verify(createPublicKey(root.certificate)));
    assert.equal(seededKey(type, '1', `CN=${type}.test`).privateKey, credential.privateKey);
    assert.notEqual(seededKey(type, '2', `CN=${type}.test`).privateKey, credential.privateKey);
  });
}

test('a raw key is of its name, kind and seed, and holds nothing but PEM', () => {
  assert.deepEqual(keyPair('west', 'ecdsa-p256'), keyPair('west', 'ecdsa-p256'));
  const others = [keyPair('west', 'ecdsa-p256'), keyPair('east', 'ecdsa-p256'), keyPair('west', 'ecdsa-p256', '2')];
  assert.equal(new Set(others.map(({ publicKey }) => publicKey)).size, 3);
  assert.deepEqual(Object.keys(keyPair('west')), ['kind', 'privateKey', 'publicKey']);
  assert.equal(createPrivateKey(keyPair('west').privateKey).asymmetricKeyDetails?.modulusLength, 2048);
});

test('the same wishes give the same octets', () => {
  const again = new Authority();
  assert.equal(again.certificate, root.certificate);
  const wish = {
    subject: 'CN=west.test, O=Espalier',
    alternativeNames: ['west.test', '192.0.2.1', 'a@west.test', '2001:db8::1'],
  };
  assert.deepEqual(again.issue(wish), root.issue(wish));
  assert.equal(root.issue({ ...wish }), root.issue(wish), 'it is made once');
  const later = { ...wish, notAfter: new Date(Date.UTC(2040, 0, 1)) };
  for (const other of [
    later,
    { ...wish, subject: 'CN=other' },
    { ...wish, key: 'ed25519' as const },
    { ...wish, alternativeNames: [] },
  ])
    assert.notEqual(root.issue(other).certificate, root.issue(wish).certificate);
  const { subject, subjectAltName, issuer } = new X509Certificate(root.issue(wish).certificate);
  assert.deepEqual([subject, issuer], ['O=Espalier\nCN=west.test', 'CN=Espalier CA']);
  assert.equal(
    subjectAltName,
    'DNS:west.test, IP Address:192.0.2.1, email:a@west.test, IP Address:2001:DB8:0:0:0:0:0:1',
  );
});

test('openssl accepts the chain, refuses what is expired, not yet valid or revoked, and reads the revocation list', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-x509-'));
  try {
    const good = intermediate.issue({ subject: 'CN=good.test' });
    const bad = intermediate.issue({ subject: 'CN=bad.test' });
    const expired = root.issue({ subject: 'CN=old.test', notAfter: new Date(Date.UTC(2025, 1, 1)) });
    const early = root.issue({ subject: 'CN=new.test', notBefore: new Date(Date.UTC(2040, 0, 1)) });
    const at = (name: string, content: string): string => {
      writeFileSync(join(dir, name), content);
      return join(dir, name);
    };
    const trusted = at('root.pem', root.certificate);
    const lists = at('crl.pem', intermediate.revocationList([bad]) + root.revocationList([]));
    const chain = at('chain.pem', intermediate.certificate);
    const time = String(Date.UTC(2025, 5, 15) / 1000);
    const verified = async (name: string, certificate: string): Promise<string> => {
      const args = [
        'verify',
        '-attime',
        time,
        '-crl_check_all',
        '-CAfile',
        trusted,
        '-untrusted',
        chain,
        '-CRLfile',
        lists,
      ];
      const { status, stderr, stdout } = await run('openssl', [...args, at(name, certificate)]);
      return status === 0
        ? 'OK'
        : (/error \d+ at \d depth lookup: (.*)/.exec(`${stdout}${stderr}`)?.[1] ?? `${stderr}`);
    };
    assert.deepEqual(
      {
        good: await verified('good.pem', good.certificate),
        bad: await verified('bad.pem', bad.certificate),
        expired: await verified('expired.pem', expired.certificate),
        early: await verified('early.pem', early.certificate),
      },
      {
        good: 'OK',
        bad: 'certificate revoked',
        expired: 'certificate has expired',
        early: 'certificate is not yet valid',
      },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('openssl answers good, revoked and unknown by what a responder is given, which the certificates name', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-ocsp-'));
  try {
    const ca = new Authority({ subject: 'CN=Online CA, O=Espalier', ocspUrls: ['http://192.0.2.80/'] });
    const names = ['good', 'revoked', 'unknown'] as const;
    const [good, revoked, unknown] = names.map((name) => ca.issue({ subject: `CN=${name}.test, O=Espalier` }));
    assert.ok(good && revoked && unknown);
    assert.equal(new X509Certificate(good.certificate).infoAccess, 'OCSP - URI:http://192.0.2.80/');
    const { files, index, start } = ca.ocspResponder({ revoked: [revoked], unknown: [unknown] });
    assert.deepEqual(ca.ocspResponder({ revoked: [revoked], unknown: [unknown] }).files, files);
    assert.match(start, /^\( openssl ocsp -port 80 -index \/etc\/ocsp\/index.txt /);
    for (const [path, { content }] of Object.entries(files)) writeFileSync(join(dir, basename(path)), content);
    const at = (name: string): string => join(dir, name);
    const signer = ['-CA', at('ca.pem'), '-rsigner', at('ca.pem'), '-rkey', at('ca.key')];
    for (const [name, { certificate }] of [good, revoked, unknown].map((one, i) => [names[i] ?? '', one] as const)) {
      writeFileSync(at('cert.pem'), certificate);
      const asked = ['-no_nonce', '-issuer', at('ca.pem'), '-cert', at('cert.pem')];
      const answered = ['-index', at(basename(index.path)), ...signer, '-nmin', '5', '-respout', at('answer')];
      assert.equal((await run('openssl', ['ocsp', ...asked, ...answered])).status, 0);
      const read = await run('openssl', ['ocsp', ...asked, '-respin', at('answer'), '-CAfile', at('ca.pem')]);
      assert.match(String(read.stderr), /Response verify OK/);
      assert.match(String(read.stdout), new RegExp(`cert\\.pem: ${name}\\n`));
    }
    assert.throws(() => ca.ocspResponder({ revoked: [root.issue({ subject: 'CN=x' })] }), EspalierError);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('mistakes are told with what to do', () => {
  const isScenario = (error: unknown): boolean => error instanceof EspalierError && error.fault === 'scenario';
  assert.throws(() => new Authority({ key: 'ecdsa-p256' }), isScenario);
  assert.throws(() => root.issue({ subject: 'west.test' }), isScenario);
  assert.throws(() => root.issue({ subject: 'CN=a', alternativeNames: ['CN=a'] }), isScenario);
  assert.throws(() => root.revocationList([intermediate.issue({ subject: 'CN=good.test' })]), isScenario);
});
