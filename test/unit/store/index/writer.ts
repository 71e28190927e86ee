/** A process of the index's test: `writer.ts RUNS NAME SECONDS` adds runs until the time is over; says how many. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { withIndex } from '../../../../src/store/index/open-index.ts';
import { writeSampleRun } from './sample-run.ts';

const [, , runs = '', name = '', seconds = '1'] = process.argv;
const end = performance.now() + Number(seconds) * 1000;
let count = 0;
while (count === 0 || performance.now() < end) {
  const id = `${name}-${count}_x`;
  // Whole or not there: what a reader sees of a part could then only come from the index.
  writeSampleRun(join(runs, `.${name}`), { id, words: { a: 'passed', b: 'minor', c: 'passed' } });
  renameSync(join(runs, `.${name}`, id), join(runs, id));
  await withIndex(runs, () => undefined);
  count += 1;
}
process.stdout.write(String(count));
