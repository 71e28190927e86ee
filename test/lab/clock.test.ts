import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputs, plan, runLab, skip } from './lab.ts';

/** Microseconds of the lab's own clock, as bash tells them. */
const now = `\${EPOCHREALTIME/./}`;
/** Waits 0.2 s in a loop without sleep: computing takes time. */
const busy = `end=$((${now} + 200000)); while [ ${now} -lt $end ]; do :; done; echo waited; sleep 3600; echo slept`;

/** A list's usual deadline is shorter than the sleep. */
const timing = { ...plan([]).timing, deadline: 4000n * 1_000_000_000n };

for (const clock of ['cpu', 'infinite'] as const) {
  const asked = clock === 'cpu' ? `east: ${busy}` : 'east: sleep 3600; echo slept';
  test(`clock ${clock}: ${clock === 'cpu' ? 'a busy wait ends, and ' : ''}sleep is skipped`, { skip }, async () => {
    const ran = await runLab([asked], { change: { clock, timing } });
    assert.equal(ran.result.end.word, 'completed');
    assert.equal(outputs(ran).at(-1), clock === 'cpu' ? 'waited\nslept\n' : 'slept\n');
    const seconds = ran.result.records.virtualNs / 1_000_000_000n;
    assert.ok(seconds >= 3600n && seconds < 3900n, `${seconds} s`);
  });
}
