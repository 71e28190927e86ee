import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EspalierError } from '../../../../src/base/errors.ts';
import { installedVersions } from '../../../../src/supply/image/build.ts';
import { readRecipe, recipeNames } from '../../../../src/supply/image/known-recipes.ts';
import { hashOfRecipe, parseRecipe } from '../../../../src/supply/image/recipe.ts';

function messageOf(text: string): string {
  try {
    parseRecipe(text, 'x.yaml');
  } catch (error) {
    assert.equal((error as EspalierError).detail.file, 'x.yaml');
    return (error as Error).message;
  }
  return 'no error';
}

test('every recipe of the repository is valid', () => {
  assert.ok(recipeNames().includes('debian-trixie-libreswan'));
  for (const name of recipeNames()) assert.ok(readRecipe(name).packages.length > 0);
});

test('mistakes are told with their field', () => {
  assert.deepEqual(
    [
      'suite: trixie\npackages: []\n',
      'suite: Trixie!\npackages: [a1]\n',
      'suite: trixie\npackages: [a1, "b;rm"]\n',
      'suite: trixie\npackages: [a1]\nfile: []\n',
      'suite: trixie\npackages: [a1]\nexclude: [usr]\n',
    ].map(messageOf),
    [
      'is not an image recipe: packages: Too small: expected array to have >=1 items',
      'is not an image recipe: suite: must be the code name of a Debian suite',
      'is not an image recipe: packages[1]: must be the name of a Debian package',
      'is not an image recipe: Unrecognized key: "file"',
      'is not an image recipe: exclude[0]: must be an absolute path',
    ],
  );
  assert.match(messageOf('a: ['), /^is not YAML: /);
});

test('the order of packages and comments do not make another image, a file does', () => {
  const hash = (text: string) => hashOfRecipe(parseRecipe(text, 'x'));
  const first = hash('suite: trixie\npackages: [aa, bb]\n');
  assert.equal(hash('# hello\nsuite: trixie\npackages: [bb, aa]\n'), first);
  assert.notEqual(hash('suite: trixie\npackages: [aa, bb]\nfiles: [{path: /x, content: ""}]\n'), first);
});

test('versions are those of installed packages only', () => {
  const status = `Package: libreswan
Status: install ok installed
Version: 5.2-2.2

Package: gone
Status: deinstall ok config-files
Version: 1
`;
  assert.deepEqual(installedVersions(status), { libreswan: '5.2-2.2' });
});
