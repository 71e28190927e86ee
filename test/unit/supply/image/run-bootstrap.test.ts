import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootstrap } from '../../../../src/supply/image/run-bootstrap.ts';

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

test('what mmdebstrap mounts as root is never on this machine, and is gone when it is killed', async (t) => {
  if (!mayMount) return t.skip('only root mounts, and only where it may have a mount namespace');
  const dir = mkdtempSync(join(tmpdir(), 'espalier-bootstrap-'));
  const mounted = join(dir, 'root');
  t.after(() => {
    spawnSync('umount', ['--quiet', mounted]);
    rmSync(dir, { recursive: true, force: true });
  });
  mkdirSync(mounted);
  // Stands in for mmdebstrap: mounts, tells, and waits to be killed.
  const program = join(dir, 'mmdebstrap');
  writeFileSync(
    program,
    `#!/bin/sh\nmount -t tmpfs none ${mounted} && touch ${mounted}/inside && echo mounted\nexec tail -f /dev/null\n`,
  );
  chmodSync(program, 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${dir}:${path}`;
  t.after(() => {
    process.env.PATH = path;
  });
  const stop = new AbortController();
  const seen: string[] = [];
  await assert.rejects(
    bootstrap({
      what: 'a root',
      folder: dir,
      suite: 'sid',
      packages: [],
      arguments: () => [],
      builder: { mode: 'root' },
      memory: 512,
      onLine: (line) => {
        seen.push(line, readFileSync('/proc/self/mountinfo', 'utf8').includes(dir) ? 'here' : 'not here');
        stop.abort();
      },
      signal: stop.signal,
    }),
    { fault: 'cancelled' },
  );
  assert.deepEqual(seen, ['mounted', 'not here']);
  assert.equal(existsSync(join(mounted, 'inside')), false);
});
