import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { packageIndex, storedPackages } from '../../../../src/supply/debian/repository.ts';

const records = `Package: gawk
Version: 1:5.2.1-2+b1
Filename: pool/main/g/gawk/gawk_5.2.1-2+b1_amd64.deb
Size: 12
Description: a language

Package: mawk
Version: 1.3.4
Filename: pool/main/m/mawk/mawk_1.3.4_amd64.deb

Package: gawk
Version: 1:5.2.1-2+b1
Filename: pool/main/g/gawk/again.deb
`;

test('packages are known by the names that apt stores them under, other files are not', () => {
  assert.deepEqual(storedPackages(['partial', 'gawk_1%3a5.2.1-2+b1_amd64.deb', 'lock', 'x_1_all.deb.part']), [
    { file: 'gawk_1%3a5.2.1-2+b1_amd64.deb', name: 'gawk', version: '1:5.2.1-2+b1' },
  ]);
});

test('the index has each stored package once, with its place in the pool', () => {
  const stored = storedPackages(['gawk_1%3a5.2.1-2+b1_amd64.deb']);
  assert.equal(
    packageIndex(records, stored),
    `Package: gawk
Version: 1:5.2.1-2+b1
Filename: pool/gawk_1-3a5.2.1-2+b1_amd64.deb
Size: 12
Description: a language
`,
  );
});

test('a stored package without a record is an error that names it', () => {
  const stored = storedPackages(['sed_4.9-2_amd64.deb']);
  assert.throws(
    () => packageIndex(records, stored),
    (error: unknown) => error instanceof EspalierError && /sed 4\.9-2$/.test(error.message),
  );
});
