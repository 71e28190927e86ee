import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { run } from '../../src/base/processes.ts';

interface Answered {
  readonly status: number | string;
  readonly printed: string;
  readonly complained: string;
}

async function system(cache: string, ...args: readonly string[]): Promise<Answered> {
  const env = { ...process.env, ESPALIER_CACHE: cache };
  const ran = await run(process.execPath, [join(projectDir, 'src/cli/main.ts'), 'system', ...args], { env });
  return { status: ran.status, printed: String(ran.stdout), complained: String(ran.stderr) };
}

test('systems are listed with what was never tried, and what cannot be done is said', async (t) => {
  const cache = mkdtempSync(join(tmpdir(), 'espalier-system-'));
  t.after(() => rmSync(cache, { recursive: true }));
  const { status, printed } = await system(cache, 'list');
  assert.equal(status, 0);
  const untried = [
    ...printed.matchAll(/^(\w+) .*\n(?: .*\n)*? {2}tried {4}never run with the media of the system, neither/gm),
  ];
  assert.deepEqual(
    untried.map(([, name]) => name),
    ['openbsd', 'freebsd', 'netbsd'],
  );
  const strange = await system(cache, 'install', 'plan9', '--media', 'x.iso');
  assert.equal(strange.status, 3);
  assert.match(strange.complained, /no system is named plan9\n.*choose one of: debian, openbsd, freebsd, netbsd/);
  const absent = await system(cache, 'shell', 'netbsd');
  assert.equal(absent.status, 3);
  assert.match(absent.complained, /netbsd is not installed\n.*espalier system install netbsd --media FILE/);
});
