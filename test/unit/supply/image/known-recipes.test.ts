import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import {
  declareRecipe,
  placeOfPackage,
  readRecipe,
  shortName,
  withPackages,
} from '../../../../src/supply/image/known-recipes.ts';
import { refusedPackages } from '../../../../src/supply/image/refused-packages.ts';

const base = 'debian-trixie-libreswan';

/** A recipe file of somebody's own. */
function written(t: TestContext, text: string, name = 'mine.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-recipes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function refused(run: () => unknown): EspalierError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof EspalierError);
    return error;
  }
  assert.fail('no error');
}

test('packages beside those of a recipe make a name of their own, whatever their order', () => {
  assert.equal(withPackages(base, []), base);
  assert.equal(withPackages(base, ['frr', 'dnsmasq', 'frr']), `${base},dnsmasq,frr`);
  assert.equal(withPackages(base, ['libreswan', 'frr']), `${base},frr`, 'what the recipe has makes no other image');
  const { packages } = readRecipe(`${base},dnsmasq,frr`);
  assert.deepEqual(packages, [...readRecipe(base).packages, 'dnsmasq', 'frr']);
  assert.match(refused(() => withPackages(base, ['frr; reboot'])).message, /^"frr; reboot" cannot be the name/);
  assert.match(refused(() => withPackages('nope', [])).detail.remedy ?? '', /^known: .*debian-trixie-libreswan/);
  const many = Array.from({ length: 40 }, (_, at) => `package${at}`);
  assert.equal(shortName(withPackages(base, many)), `${base},and-40-packages`);
});

test('a recipe of one’s own may add to a bundled one; two of one name are told apart', (t) => {
  const text = `from: ${base}\npackages: [frr]\nfiles:\n  - { path: /etc/hosts, content: other }\n`;
  const name = declareRecipe(written(t, text));
  assert.match(name, /^mine@[0-9a-f]{8}$/);
  const [own, bundled] = [readRecipe(name), readRecipe(base)];
  assert.deepEqual(own.packages, [...bundled.packages, 'frr']);
  assert.equal(own.suite, bundled.suite);
  assert.deepEqual(
    own.files.filter(({ path }) => path === '/etc/hosts').map(({ content }) => content),
    ['other'],
  );
  const other = declareRecipe(written(t, `${text}remove: [/etc/frr/key]\n`));
  assert.notEqual(other, name);
  assert.deepEqual(readRecipe(name).remove, bundled.remove, 'the first is what it was');
  assert.deepEqual(readRecipe(`${other},nginx`).packages.slice(-2), ['frr', 'nginx']);
});

test('a recipe that is wrong is told with its line', (t) => {
  const lineOf = (text: string, name?: string) => {
    const { message, detail } = refused(() => declareRecipe(written(t, text, name)));
    return `${detail.line}: ${message}`;
  };
  assert.match(
    lineOf(`# mine\nfrom: ${base}\npackages:\n  - frr\n  - "b;rm"\n`),
    /^5: is not an image recipe: packages\[1\]: must/,
  );
  assert.match(
    lineOf('suite: trixie\npackages: [frr]\nfiles:\n  - path: etc\n    content: ""\n'),
    /^4: .*files\[0\]\.path: must/,
  );
  assert.match(lineOf('# mine\n\nfrom: nope\n'), /^3: there is no image recipe nope$/);
  assert.match(lineOf('suite: trixie\npackages: [\n'), /^\d: is not YAML: /);
  assert.match(lineOf('suite: trixie\npackages: [frr]\n', `${base}.yaml`), /^1: has the name of a recipe that came/);
  assert.match(lineOf('suite: trixie\npackages: [frr]\n', 'My Own.yaml'), /^1: "My Own" cannot be the name/);
});

test('a package that Debian does not have is the mistake of whoever wrote it; a broken network is not', (t) => {
  const name = declareRecipe(written(t, 'suite: trixie\npackages:\n  - frr\n  - no-frr # really\n'));
  assert.equal(placeOfPackage(name, 'frr')?.line, 3);
  const apt = (output: string) => new EspalierError('infrastructure', 'did not succeed (exit status 100)', { output });
  const error = refusedPackages(apt('E: Unable to locate package no-frr'), `${name},nginx`);
  assert.equal(error?.message, `the image ${name},nginx cannot be built: Debian trixie has no package no-frr`);
  assert.deepEqual([error?.fault, error?.detail.line], ['usage', 4]);
  const beside = refusedPackages(apt("E: Package 'nginx-no' has no installation candidate"), `${name},nginx-no`);
  assert.match(beside?.message ?? '', /Debian trixie has no package nginx-no$/);
  assert.equal(beside?.detail.file, undefined, 'it stands in a scenario');
  const both = refusedPackages(apt('E: Unable to correct problems, you have held broken packages.'), name);
  assert.match(both?.message ?? '', /its packages exclude each other$/);
  assert.equal(refusedPackages(apt('E: Failed to fetch http://a/b  Could not connect'), name), undefined);
});
