import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import type { LabImage, Suite } from '../../../../src/model/suite.ts';
import { openScenarios } from '../../../../src/suites/scenarios/scenarios.ts';

const noImage: LabImage = { id: 'none', path: '', sha256: '', versions: {} };

/** A scenario whose OpenIKED is to use AES-GCM for ESP, which PF_KEY cannot do. */
function opened(t: TestContext, settings: string, west = "{ host: 'west' }"): Suite {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-limits-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'x.scenario.ts');
  writeFileSync(
    file,
    `import { openiked, psk, scenario, strongswan } from 'espalier';
scenario('x', {
  hosts: { east: openiked(), west: strongswan() },
  links: { wan: ['west', 'east'] },
  connections: [{
    name: 'net',
    authentication: psk('x'),
    ends: [{ host: 'east' }, ${west}],
    child: { proposals: [{ encryption: ['aes-256-gcm'] }] },
  }],
  ${settings}
}, async () => {});
`,
  );
  return openScenarios({ name: 'x', files: [file], image: async () => noImage, checkTypes: async () => {} });
}

const reason = /^connection net: openiked 7\.4: PF_KEY of Linux knows no AEAD algorithm/;

test('what a daemon cannot do is a mistake of the scenario, with its place', async (t) => {
  await assert.rejects(
    () => opened(t, '').list(),
    (error) =>
      error instanceof EspalierError &&
      error.fault === 'usage' &&
      error.detail.line === 2 &&
      error.detail.host === 'east' &&
      /^scenario "x": connection net: openiked 7\.4: PF_KEY/.test(error.message),
  );
});

test('with `unsupported` it is a reason not to run', async (t) => {
  const [entry] = await opened(t, "limits: 'unsupported',").list();
  assert.match(entry?.unsupported ?? '', reason);
});

test('with `tried` the daemon gets its files all the same', async (t) => {
  const suite = opened(t, "limits: 'tried',");
  assert.equal((await suite.list())[0]?.unsupported, undefined);
  const { files } = (await suite.load('x')).plan;
  const conf = files.find(({ host, path }) => host === 'east' && path === '/etc/iked.conf');
  assert.match(Buffer.from(conf?.content ?? '').toString(), /childsa enc aes-256-gcm noesn/);
});

test('what the scenario itself declares unsupported is that for its own reason, whatever its daemons can do', async (t) => {
  const [entry] = await opened(t, "unsupported: 'no such thing',").list();
  assert.equal(entry?.unsupported, 'no such thing');
});

test('a mistake in a connection is not hidden by a limit of the other end', async (t) => {
  const own = "{ host: 'west', own: { child: { lifetime: 0 } } }";
  await assert.rejects(() => opened(t, "limits: 'unsupported',", own).list(), /child\.lifetime must be whole seconds/);
});
