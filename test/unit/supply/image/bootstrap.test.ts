import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageArguments } from '../../../../src/supply/image/bootstrap.ts';
import { parseRecipe } from '../../../../src/supply/image/recipe.ts';

const recipe = parseRecipe(
  `suite: trixie
packages: [gawk, sed]
exclude: [/usr/share/doc/*]
remove: [/etc/key]
locales: [en_US.UTF-8]
links: {/usr/bin/nc: ncat}
files: [{path: "/etc/it's", content: "x", mode: 0o600}]
`,
  'x.yaml',
);
const source = 'deb http://a.example/debian trixie main';

test('a recipe becomes the arguments of mmdebstrap, its hooks in order', () => {
  const args = imageArguments(recipe, { mode: 'unshare', folder: '/w f', source });
  const hooks = args.filter((arg) => arg.startsWith('--customize-hook='));
  assert.deepEqual(
    hooks.map((hook) => hook.slice('--customize-hook='.length)).filter((hook) => !hook.includes('machine-id')),
    [
      'chroot "$1" localedef -i en_US -f UTF-8 en_US.UTF-8',
      `ln -sfn 'ncat' "$1"'/usr/bin/nc'`,
      `rm -f "$1"'/etc/key'; test ! -d "$1"'/etc' || find "$1"'/etc' -maxdepth 1 -lname 'key' -delete`,
      `mkdir -p "$1"'/etc'`,
      `upload '/w f/file-0' '/etc/it'\\''s'`,
      `chown 0:0 "$1"'/etc/it'\\''s'; chmod 600 "$1"'/etc/it'\\''s'`,
      `download /var/lib/dpkg/status '/w f/status'`,
    ],
  );
  assert.deepEqual(args.slice(-3), ['trixie', '/w f/root.tar', source]);
  assert.ok(args.includes('--mode=unshare') && args.includes('--include=gawk,sed'));
});

test('an image built from elsewhere names the archive all the same', () => {
  const buildFrom = 'deb [trusted=yes] copy:///r trixie main';
  const args = imageArguments(recipe, { mode: 'root', folder: '/w', source, buildFrom });
  assert.equal(args.at(-1), buildFrom);
  assert.ok(args.includes(`--customize-hook=echo '${source}' > "$1"/etc/apt/sources.list`));
});
