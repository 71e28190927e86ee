import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256File } from '../../../../src/base/files.ts';
import { projectDir } from '../../../../src/base/folders.ts';
import { sourceArguments } from '../../../../src/supply/image/source-build.ts';

const makefile = `all: ; @echo '  CC  tool'; cat options > tool
install:
\tmkdir -p $(DESTDIR)/usr/bin $(DESTDIR)/usr/lib
\tcp tool $(DESTDIR)/usr/bin/tool
\techo x > $(DESTDIR)/usr/lib/libtool.la
`;

/** Runs the script on a small source archive of our own. */
function build(t: TestContext, configure: string, args: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-source-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const source = join(dir, 'tool-1.0');
  mkdirSync(source);
  writeFileSync(join(source, 'configure'), `#!/bin/sh\n${configure}\n`, { mode: 0o755 });
  writeFileSync(join(source, 'Makefile'), makefile);
  execFileSync('tar', ['-czf', join(dir, 'source'), '-C', dir, 'tool-1.0']);
  cpSync(join(projectDir, 'src/supply/image/build-source.sh'), join(dir, 'build.sh'));
  const env = { PATH: process.env.PATH, SOURCE_DATE_EPOCH: '1735689600' };
  const result = spawnSync('sh', [join(dir, 'build.sh'), ...args], { env });
  return { status: result.status, said: `${result.stdout}${result.stderr}`, tar: join(dir, 'installed.tar') };
}

test('a source archive becomes what it installs, to the same bytes wherever it is built', async (t) => {
  const args = ['/usr/bin/tool', '/usr/bin/other', '--', '--with-x=y', '--enable-z'];
  const [one, two] = [build(t, 'echo "$@" > options', args), build(t, 'echo "$@" > options', args)];
  assert.equal(one.status, 0, one.said);
  const listed = execFileSync('tar', ['-tvf', one.tar, '--full-time']).toString();
  assert.match(listed, /0\/0 +\d+ 2025-01-01 \S+ \.\/usr\/bin\/other$/m);
  assert.doesNotMatch(listed, /\/tool$|\.la$/m);
  assert.equal(execFileSync('tar', ['-xOf', one.tar, './usr/bin/other']).toString(), '--with-x=y --enable-z\n');
  assert.equal(await sha256File(one.tar), await sha256File(two.tar));
});

test('a configure that fails says why, and nothing is built', (t) => {
  const { status, said } = build(t, 'echo "no libfoo here"; exit 1', ['--']);
  assert.equal(status, 1);
  assert.equal(said, 'no libfoo here\n');
});

test('the root of a build is thrown away, and only what was installed comes out', () => {
  const packages = ['gcc', 'make'];
  const recipe = { source: 'tool', suite: 'sid', packages, configure: ['--with-x'], moves: { '/a': '/b' } };
  const place = { mode: 'unshare', folder: '/w f', source: 'deb http://a.example/debian sid main' } as const;
  const args = sourceArguments({ suite: 'sid', exclude: [], build: recipe }, place);
  assert.ok(args.includes('--format=null') && args.includes('--include=gcc,make'));
  const hooks = args.filter((arg) => arg.startsWith('--customize-hook='));
  assert.deepEqual(
    hooks.map((hook) => hook.slice('--customize-hook='.length)),
    [
      'mkdir "$1"/build',
      `upload '/w f/source' /build/source`,
      `upload '/w f/build-source.sh' /build/build.sh`,
      `chroot "$1" sh /build/build.sh '/a' '/b' '--' '--with-x'`,
      `download /build/installed.tar '/w f/installed.tar'`,
    ],
  );
});
