import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePrintedUris } from '../../../../src/supply/debian/packages.ts';

test('the files of --print-uris, with and without a SHA-256, other lines left out', () => {
  const sum = 'c382bbd838c239f8d4c4e9cc320f3abf34f7b08e71d9e78ed029a96d963940ce';
  const text = `Reading package lists...
'http://a.example/pool/l/libreswan_5.2.orig.tar.gz' libreswan_5.2.orig.tar.gz 4132199 SHA256:${sum}
'http://a.example/pool/o/old_1%3a2.deb' old_1%3a2.deb 12 MD5Sum:abc
'http://a.example/pool/b/bare.deb' bare.deb 7
`;
  assert.deepEqual(parsePrintedUris(text), [
    {
      uri: 'http://a.example/pool/l/libreswan_5.2.orig.tar.gz',
      name: 'libreswan_5.2.orig.tar.gz',
      size: 4132199,
      sha256: sum,
    },
    { uri: 'http://a.example/pool/o/old_1%3a2.deb', name: 'old_1:2.deb', size: 12 },
    { uri: 'http://a.example/pool/b/bare.deb', name: 'bare.deb', size: 7 },
  ]);
});

test('reading never throws, whatever apt prints', () => {
  fc.assert(fc.property(fc.string(), (text) => parsePrintedUris(`'u' ${text} 1\n${text}`) !== undefined));
});
