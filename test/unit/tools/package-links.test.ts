/** Documents that the package has link to nothing that it lacks. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../src/base/folders.ts';

const { files } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as { files: string[] };
/** What npm adds by itself. */
const always = ['README.md', 'LICENSE', 'package.json'];
const held = [...files.filter((path) => !path.startsWith('!')), ...always];

function isHeld(path: string): boolean {
  return held.some((one) => path === one || path.startsWith(`${one}/`));
}

const documents = globSync('**/*.md', { cwd: projectDir, exclude: (name) => name === 'node_modules' }).filter(isHeld);

test('the package has its guides', () => {
  for (const name of ['README.md', 'CHANGELOG.md', 'docs/scenarios.md']) assert.ok(documents.includes(name), name);
});

for (const document of documents) {
  test(`${document} links to nothing that the package lacks`, () => {
    const links = readFileSync(join(projectDir, document), 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g);
    const paths = [...links].map(([, to = '']) => relative('.', join(dirname(document), to)));
    assert.deepEqual(
      paths.filter((path) => !isHeld(path)),
      [],
    );
  });
}
