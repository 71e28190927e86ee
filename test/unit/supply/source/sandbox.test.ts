import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSandboxed } from '../../../../src/supply/source/sandbox.ts';
import { makeSmallRoot, whyNoSmallRoot } from './small-root.ts';

const skip = whyNoSmallRoot() ?? false;
const modes = process.getuid?.() === 0 ? (['root', 'unshare'] as const) : (['unshare'] as const);

interface Seen extends Disposable {
  /** Lines of what ran, by the word that each begins with. */
  of(word: string): string[];
  readonly root: string;
  readonly source: string;
}

async function sandboxed(mode: (typeof modes)[number], script: string): Promise<Seen> {
  const base = mkdtempSync(join(tmpdir(), 'espalier-sandbox-'));
  const [root, source] = [makeSmallRoot(join(base, 'root')), join(base, 'source')];
  // Nobody has to get there.
  chmodSync(base, 0o755);
  mkdirSync(source);
  if (mode === 'root') chownSync(source, 65534, 65534);
  const lines: string[] = [];
  const job = { what: 'a test', builder: { mode }, base, root, folders: { '/source': source } };
  const env = { PATH: '/usr/sbin:/usr/bin' };
  const result = await runSandboxed({ ...job, env, script, onLine: (line) => lines.push(line) });
  assert.equal(result.status, 0, lines.join('\n'));
  return {
    root,
    source,
    of: (word) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1)),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

for (const mode of modes) {
  test(`a build has no network, no capability and no way to more (${mode})`, { skip }, async () => {
    using seen = await sandboxed(
      mode,
      `
      sed -n 's/^ *\\([^ ]*\\):.*/LINK \\1/p' /proc/net/dev
      sed -n 's/^\\(Cap[A-Z][a-z]*\\|NoNewPrivs\\):[[:space:]]*/STATUS \\1 /p' /proc/self/status
      mount -t tmpfs tmpfs /mnt 2>/dev/null && echo DID mount
      mount -o remount,bind,rw / 2>/dev/null && echo DID remount
      umount /tmp 2>/dev/null && echo DID umount
      for one in /proc/[0-9]*; do echo "PROCESS $one"; done
      env | sed 's/^/ENV /'
      `,
    );
    assert.deepEqual(seen.of('LINK'), ['lo']);
    const none = '0000000000000000';
    const capabilities = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) => `${name} ${none}`);
    assert.deepEqual(seen.of('STATUS').sort(), [...capabilities, 'NoNewPrivs 1'].sort());
    assert.deepEqual(seen.of('DID'), []);
    assert.ok(seen.of('PROCESS').length <= 3, seen.of('PROCESS').join());
    assert.deepEqual(
      seen
        .of('ENV')
        .map((line) => line.split('=')[0])
        .sort(),
      ['PATH', 'PWD'],
    );
  });

  test(`a build sees its root alone, and writes to its folders alone (${mode})`, { skip }, async () => {
    using seen = await sandboxed(
      mode,
      `
      for one in /* /mnt/*; do echo "SEES $one"; done
      for place in / /usr /usr/bin /mnt /dev /source /tmp; do
        touch "$place/planted" 2>/dev/null && echo "WROTE $place"
      done
      chmod 777 /usr 2>/dev/null && echo WROTE mode
      echo x 2>/dev/null >/usr/bin/sh && echo WROTE sh
      grep ' rw[, ]' /proc/self/mountinfo | while read -r id parent device inner place options rest; do
        case $options in rw*) echo "WRITABLE $place" ;; esac
      done
      `,
    );
    const own = [
      'bin',
      'ccache',
      'dev',
      'installed',
      'lib',
      'lib64',
      'mnt',
      'objects',
      'proc',
      'sbin',
      'source',
      'tmp',
    ];
    assert.deepEqual(
      seen.of('SEES').sort(),
      [...own, 'usr']
        .map((name) => `/${name}`)
        .concat('/mnt/*')
        .sort(),
    );
    const wrote = seen.of('WROTE').filter((place) => place !== '/dev');
    assert.deepEqual(wrote, ['/source', '/tmp']);
    const nodes = ['full', 'null', 'random', 'urandom', 'zero'].map((name) => `/dev/${name}`);
    assert.deepEqual(seen.of('WRITABLE').sort(), [...nodes, '/dev', '/proc', '/source', '/tmp'].sort());
    assert.equal(readFileSync(join(seen.source, 'planted'), 'utf8'), '');
    assert.notEqual(statSync(join(seen.root, 'usr')).mode & 0o777, 0o777);
  });
}
