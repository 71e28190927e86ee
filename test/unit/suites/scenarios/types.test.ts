import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EspalierError } from '../../../../src/base/errors.ts';
import { checkTypes } from '../../../../src/suites/scenarios/types.ts';

const lab = "{ hosts: { west: linux() }, links: { wan: ['west'] } }";
const rows: readonly (readonly [string, RegExp | undefined])[] = [
  [`scenario(\n  ${lab},\n  'first',\n  async () => {},\n);`, /^the name comes first/],
  ["scenario('first', { hosts: {}, links: {}, start: 7 }, async () => {});", undefined],
];

for (const [call, remedy] of rows) {
  test(`${JSON.stringify(call)}: TypeScript's words, and ${remedy === undefined ? 'nothing more' : 'what to do'}`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'espalier-types-'));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, 'a.scenario.ts');
    writeFileSync(file, `import { linux, scenario } from 'espalier';\nvoid linux;\n${call}\n`);
    await assert.rejects(checkTypes([file]), (error) => {
      assert.ok(error instanceof EspalierError);
      assert.equal(error.detail.file, file);
      if (remedy === undefined) assert.equal(error.detail.remedy, undefined);
      else assert.match(error.detail.remedy ?? '', remedy);
      return true;
    });
  });
}
