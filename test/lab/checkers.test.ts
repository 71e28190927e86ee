/** The kernel of `run --checkers`: has what was wanted, boots without a report of its own, and looks for leaks at the lab's end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordType } from '../../src/evidence/records/record.ts';
import { kernelFaults } from '../../src/evidence/text/kernel-faults.ts';
import { wantedConfig } from '../../src/supply/kernel/flavours.ts';
import { missedOptions, parseKconfig } from '../../src/supply/kernel/kconfig.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { answerOf } from '../../src/supply/kernel/version.ts';
import { outputs, runLab, skip } from './lab.ts';

/** Its build takes longer than all labs of this file: CI has none. */
const checked = presentKernel({ checkers: true });
const none = checked === undefined && 'no kernel with checkers is here (espalier kernel build --checkers)';

test('all options that it was to have are in it', { skip: skip || none }, async () => {
  const actual = parseKconfig((await answerOf(checked?.path ?? '', '--showconfig')) ?? '');
  assert.equal(actual.get('CONFIG_KASAN_GENERIC'), 'y');
  assert.deepEqual(missedOptions(wantedConfig('standard', { checkers: true }), actual), []);
});

test('its checkers run, and report nothing of a lab that does nothing wrong', { skip: skip || none }, async () => {
  const ran = await runLab(
    [
      'west: grep debug_locks /proc/lockdep_stats',
      'west: dmesg | grep -E "Sanitizer|leak detector"',
      'west: ip link show lo',
      'west: cat /proc/self/stack',
    ],
    { kernel: checked?.path ?? '' },
  );
  const [locks = '', boot = '', , stack = ''] = outputs(ran);
  // lockdep switches itself off once it has reported.
  assert.match(locks, /debug_locks: +1/);
  assert.match(boot, /kmemleak: Kernel memory leak detector initialized/);
  assert.match(boot, /KernelAddressSanitizer initialized/);
  // Reports of KASAN and kmemleak name who allocated: without frame pointers a trace of UML is empty.
  assert.match(stack, /^\[<0>\] \w+\+0x/m);
  assert.deepEqual(kernelFaults(Buffer.from(ran.kernelLog, 'latin1')), []);
  // Nothing went wrong with the search for leaks either.
  const troubles = ran.file.records.filter(({ type }) => type === recordType.trouble);
  assert.deepEqual([ran.file.complete, troubles], [true, []]);
});
