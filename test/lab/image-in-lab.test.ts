import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256File } from '../../src/base/files.ts';
import { cacheDir, projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';
import { startProgress } from '../../src/base/progress.ts';
import { buildImage } from '../../src/supply/image/build.ts';
import { readErofs } from '../../src/supply/image/erofs/reader.ts';
import { walk } from '../../src/supply/image/erofs/tree.ts';
import { imageMode } from '../../src/supply/image/mode.ts';
import { parseRecipe } from '../../src/supply/image/recipe.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';

const kernel = presentKernel();
const { mode } = await imageMode();
const skip = kernel === undefined ? 'the cache holds no kernel' : false;
const asRoot = process.getuid?.() === 0;

/** Owners, modes, capabilities, links, odd names; two packages over the essential ones. */
const recipe = `suite: trixie
packages: [iputils-ping, gawk]
exclude: [/usr/share/doc/*, /usr/share/man/*, /usr/share/locale/*]
remove: [/etc/issue]
links: {/usr/bin/nc: ncat}
files:
  - {path: "/usr/sbin/it's", mode: 0o4755, content: "#!/bin/sh\\n"}
  - {path: /etc/hostname, content: "host\\n"}
`;

/** Builds as somebody who is not root, with a cache and a home of their own. */
async function buildAsOrdinaryUser(dir: string, out: string): Promise<string> {
  const script = join(dir, 'build.ts');
  writeFileSync(join(dir, 'recipe.yaml'), recipe);
  writeFileSync(
    script,
    `import { readFileSync } from 'node:fs';
const at = ${JSON.stringify(projectDir)};
const { buildImage } = await import(at + '/src/supply/image/build.ts');
const { parseRecipe } = await import(at + '/src/supply/image/recipe.ts');
const { startProgress } = await import(at + '/src/base/progress.ts');
const [dir, kernel, out] = process.argv.slice(2);
const recipe = parseRecipe(readFileSync(dir + '/recipe.yaml', 'utf8'), 'recipe.yaml');
using progress = startProgress('test');
await buildImage({ name: 'test', recipe, builder: { mode: 'uml', kernel: async () => kernel }, out, progress });
`,
  );
  if (asRoot) execFileSync('chown', ['-R', '65534:65534', dir]);
  const ordinary = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  const command = [process.execPath, script, dir, join(dir, 'linux'), out];
  const env = { ...process.env, HOME: dir, XDG_CACHE_HOME: undefined, ESPALIER_CACHE: join(dir, 'cache') };
  const result = await run('setpriv', [...(asRoot ? ordinary : []), ...command], { env, cwd: dir });
  return `${result.status} ${result.stdout}${result.stderr}`;
}

/** Entries of an image by path: permissions, owner and group. */
function listing(file: string): Map<string, string> {
  const entries = [...walk(readErofs(file))];
  return new Map(entries.map(([path, { mode, uid, gid }]) => [path, `${mode.toString(8)} ${uid}/${gid}`]));
}

test('an image built inside a lab by an ordinary user is the one that root builds', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-image-'));
  try {
    cpSync(kernel?.path ?? '', join(dir, 'linux'));
    cpSync(cacheDir('apt', 'trixie'), join(dir, 'cache', 'apt', 'trixie'), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !/\.lock$|\/lock$/.test(path),
    });
    const inLab = join(dir, 'lab.erofs');
    const here = join(dir, 'here.erofs');
    assert.match(await buildAsOrdinaryUser(dir, inLab), /^0 /);
    assert.deepEqual(readdirSync(join(dir, 'cache', 'work')), [], 'nothing of the build is left');
    const files = listing(inLab);
    assert.equal(files.get("/usr/sbin/it's"), '104755 0/0');
    assert.equal(files.get('/usr/bin/su'), '104755 0/0');
    assert.equal(files.get('/var/mail'), '42775 0/8');
    if (asRoot) assert.notEqual(statSync(inLab).uid, 0);
    if (mode === 'uml') return t.diagnostic('this user has no other way to build, so the bytes were not compared');
    using progress = startProgress('test');
    await buildImage({ name: 'test', recipe: parseRecipe(recipe, 'x'), builder: { mode }, out: here, progress });
    assert.equal(await sha256File(inLab), await sha256File(here));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
