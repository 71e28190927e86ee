/** Labs whose kernel has several CPUs (flavour `smp`): they are there, nothing of a capture is lost, and no other time is taken for theirs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../src/base/errors.ts';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { readWire } from '../../src/evidence/packet/wire.ts';
import { recordType } from '../../src/evidence/records/record.ts';
import { kernelFaults } from '../../src/evidence/text/kernel-faults.ts';
import { wantedConfig } from '../../src/supply/kernel/flavours.ts';
import { missedOptions, parseKconfig } from '../../src/supply/kernel/kconfig.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';
import { answerOf } from '../../src/supply/kernel/version.ts';
import { outputs, plan, runLab, skip, kernel as standard } from './lab.ts';

/** Its build takes longer than all labs of this file: CI has none. */
const smp = presentKernel({ flavour: 'smp' });
const none = smp === undefined && 'no kernel with several CPUs is here (espalier kernel build --flavour smp)';
const kernel = smp?.path ?? '';

const timing = { ...plan([]).timing, warmup: 1_000_000_000n };
const several = { clock: 'real', cpus: 4, timing, memory: 256 } as const;

test('all options that the flavour was to have are in its kernel', { skip: skip || none }, async () => {
  const actual = parseKconfig((await answerOf(kernel, '--showconfig')) ?? '');
  assert.deepEqual(missedOptions(wantedConfig('smp'), actual), []);
});

test('four CPUs compute, lockdep reports nothing, and every frame is captured whole', {
  skip: skip || none,
}, async () => {
  const pings = 300;
  const ping = `ping -q -c ${pings} -i 0.002 -s 1000 192.0.2.1 | grep -c ' 0% packet loss'`;
  const ran = await runLab(
    [
      'west: nproc',
      'west: for i in 1 2 3 4; do (for j in $(seq 30); do ip link show >/dev/null; done) & done; wait',
      'west: grep -c "^cpu[0-3] .*[1-9]" /proc/stat',
      `west: ${ping}`,
      'west: grep debug_locks: /proc/lockdep_stats',
    ],
    { kernel, change: several },
  );
  const [cpus, , busy, answered, locks = ''] = outputs(ran);
  assert.deepEqual([cpus, busy, answered], ['4\n', '4\n', '1\n']);
  // lockdep switches itself off once it has reported.
  assert.match(locks, /debug_locks: +1/);
  assert.deepEqual(kernelFaults(Buffer.from(ran.kernelLog, 'latin1')), []);
  const troubles = ran.file.records.filter(({ type }) => type === recordType.trouble);
  assert.deepEqual([ran.file.complete, troubles], [true, []]);
  const { packets, damage } = readCapture(ran.captures['l.pcapng'] ?? Buffer.alloc(0));
  assert.equal(damage, undefined);
  const echoes = readWire(packets).flatMap(({ dissected: { ip, frame } }) => (ip?.protocol === 1 ? [frame] : []));
  assert.equal(echoes.length, 2 * pings);
  // ping(8) counts its octets. A frame that was read while the kernel still copied it would not end so.
  assert.deepEqual([...new Set(echoes.map((frame) => Buffer.from(frame.subarray(-3)).toString('hex')))], ['e5e6e7']);
});

test('a kernel that lacks what a lab asks for is refused, and does not run another lab', {
  skip: skip || none,
}, async () => {
  const refused = (message: RegExp) => (error: unknown) =>
    error instanceof EspalierError && error.fault === 'scenario' && message.test(error.message);
  await assert.rejects(() => runLab(['west: true'], { kernel }), refused(/has no virtual time/));
  await assert.rejects(
    () => runLab(['west: true'], { kernel: standard, change: several }),
    refused(/needs 4 CPUs, and its kernel has one/),
  );
});
