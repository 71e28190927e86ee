/** Loaded into every test process: notes which test begins, so that one that never comes back can be named. */
import { writeFileSync } from 'node:fs';
import { beforeEach } from 'node:test';

const note = process.env.ESPALIER_TEST_NOTE;
if (note !== undefined) {
  beforeEach((context) => {
    if ('fullName' in context) writeFileSync(note, context.fullName);
  });
}
