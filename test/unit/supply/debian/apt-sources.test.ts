import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  findDebianArchive,
  parseDeb822Sources,
  parseOneLineSources,
} from '../../../../src/supply/debian/apt-sources.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

test('one-line sources: options, comments and flat repositories', () => {
  const text = `
# deb http://commented.example/debian sid main
deb [arch=amd64 signed-by=${keyring}] http://a.example/debian trixie main contrib # tail
deb-src http://a.example/debian trixie main
deb http://flat.example/repo ./
nonsense
`;
  assert.deepEqual(parseOneLineSources(text), [
    {
      types: ['deb'],
      uris: ['http://a.example/debian'],
      suites: ['trixie'],
      components: ['main', 'contrib'],
      signedBy: keyring,
    },
    { types: ['deb-src'], uris: ['http://a.example/debian'], suites: ['trixie'], components: ['main'] },
    { types: ['deb'], uris: ['http://flat.example/repo'], suites: ['./'], components: [] },
  ]);
});

test('deb822 sources: comments inside stanzas, folded fields, disabled stanzas, keys in place of paths', () => {
  const text = `Types: deb deb-src
# a comment
URIs: http://a.example/debian
  http://b.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: ${keyring}

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://c.example/x
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
`;
  assert.deepEqual(parseDeb822Sources(text), [
    {
      types: ['deb', 'deb-src'],
      uris: ['http://a.example/debian', 'http://b.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      signedBy: keyring,
    },
    { types: ['deb'], uris: ['http://c.example/x'], suites: ['bookworm'], components: ['main'] },
  ]);
});

test('the Debian archive is told from security updates and from third parties that use its suite names', () => {
  const sources = parseOneLineSources(`
deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example/linux bookworm main
deb [signed-by=${keyring}] http://a.example/debian-security bookworm-security main
deb http://a.example/debian-security stable main
deb https://packages.example/apt tool-bookworm main
deb [signed-by=${keyring}] http://a.example/debian bookworm main
`);
  assert.deepEqual(findDebianArchive(sources), { uri: 'http://a.example/debian', signedBy: keyring });
});

test('an old sources.list without keyrings will do', () => {
  const sources = parseOneLineSources('deb http://mirror.example/pub/debian/ stable main non-free');
  assert.deepEqual(findDebianArchive(sources), { uri: 'http://mirror.example/pub/debian/' });
});

test('another distribution has no Debian archive', () => {
  const sources = parseOneLineSources('deb http://archive.example/ubuntu noble main universe');
  assert.equal(findDebianArchive(sources), undefined);
});

test('no text makes the readers throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('deb ', 'URIs: ', 'Types: deb\nSuites:'), (text, start) => {
      findDebianArchive([...parseOneLineSources(start + text), ...parseDeb822Sources(start + text)]);
    }),
  );
});
