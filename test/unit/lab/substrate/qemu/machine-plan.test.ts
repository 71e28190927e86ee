import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineArguments } from '../../../../../src/lab/substrate/qemu/command-line.ts';
import { driveName, machinePlan, requirePossible } from '../../../../../src/lab/substrate/qemu/machine-plan.ts';
import { planOf } from '../../../../conformance/backends.ts';

test('drives behind that of the kernel are named as Linux names them', () => {
  assert.deepEqual([0, 1, 24, 25, 26, 51].map(driveName), ['vdb', 'vdc', 'vdz', 'vdaa', 'vdab', 'vdba']);
});

test("a machine's plan has its host alone, without steps, and its images are drives", () => {
  const plan = planOf({ image: '/images/root.erofs' }, ['east: echo 1'], {
    overlays: { east: ['/layers/one.erofs'], '*': ['/layers/all.erofs'] },
    files: [
      { host: 'west', path: '/w', mode: 0o644, content: Buffer.from('w') },
      { host: '*', path: '/a', mode: 0o644, content: Buffer.from('a') },
    ],
  });
  const east = plan.topology.hosts[0];
  assert.ok(east !== undefined);
  const { bytes, drives } = machinePlan(plan, east);
  assert.deepEqual(drives, ['/layers/one.erofs', '/layers/all.erofs', '/images/root.erofs']);
  const lines = bytes.toString().split('\n');
  assert.deepEqual(
    lines.filter((line) => /^(image|host|link|put|step|hold|warmup|folder) /.test(line)),
    [
      'warmup 4000000000',
      'image vdb',
      'image vdc',
      'image vdd',
      'link l',
      'host east 0,1,2',
      'put * 644 1 /a',
      'hold 1',
    ],
  );
});

test('a comma in a path does not end an option of QEMU', () => {
  const args = machineArguments({
    name: 'east',
    memory: 256,
    cpus: 2,
    accelerator: 'tcg',
    boot: { from: 'kernel', drives: ['/a,b/root.erofs'], agentSocket: 'east.agent' },
    nics: [{ mac: '12:00:00:00:00:01', socket: 'east.nic0' }],
    consoleSocket: 'east.console',
    controlSocket: 'east.control',
  });
  assert.ok(args.includes('file=/a,,b/root.erofs,format=raw,if=none,id=drive0,readonly=on'));
  assert.equal(args[args.indexOf('-smp') + 1], '2');
});

test('a lab whose hosts read what others of them wrote is refused', () => {
  requirePossible(planOf({ image: '/images/root.erofs' }, ['east: echo 1']));
  assert.throws(() => requirePossible({ readsOfOthers: true }), /machines have no tree in common/);
});
