import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import { readRecords } from '../../../../src/evidence/records/reader.ts';
import { LiveTables } from '../../../../src/evidence/tables/live-tables.ts';
import { tablesAt } from '../../../../src/evidence/tables/tables.ts';
import { readTimeline } from '../../../../src/evidence/tables/timeline.ts';

/** Records of a real lab of two hosts that made a tunnel (test/frozen). */
const file = readRecords(readFileSync(join(projectDir, 'test/frozen/run/attempts/examples/psk/0/records')));

test('tables that are followed record by record are those of the whole timeline at every boundary', () => {
  const timeline = readTimeline(file);
  const live = file.hosts.map(() => new LiveTables());
  const boundaries = new Set(timeline.boundaries.map(({ sequence }) => sequence));
  let compared = 0;
  for (const record of file.records) {
    live[record.host]?.take(record);
    if (!boundaries.has(record.sequence)) continue;
    for (const [index, host] of timeline.hosts.entries()) {
      const { sas, policies } = tablesAt(host, record.sequence);
      assert.deepEqual([...(live[index]?.sas ?? [])], [...sas]);
      assert.deepEqual([...(live[index]?.policies ?? [])], [...policies]);
      compared += sas.length;
    }
  }
  assert.ok(compared > 0);
});
