import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KernelFeature } from '../../../../../src/suites/scenarios/api/kernel-features.ts';
import { lackingFeature } from '../../../../../src/suites/scenarios/drive/kernel-needs.ts';
import { fakeLab } from './fake-lab.ts';

const origin = { file: 'a.scenario.ts', line: 3 };
const [einval, enoent] = [22, 2];

interface Kernel {
  readonly release: string;
  readonly answer?: number | 'ignored';
  readonly since?: KernelFeature['since'];
  readonly option?: KernelFeature['option'];
  /** Lines of its /proc/config.gz; absent: it has none. */
  readonly config?: readonly string[];
}

async function lackOf({ release, answer = einval, since = '6.14', option, config }: Kernel) {
  const { west, stepper, typed } = fakeLab((line) => {
    if (line === 'uname -r') return { stdout: `${release}\n` };
    const pattern = /^zgrep -qx '(.+)' \/proc\/config\.gz$/.exec(line)?.[1];
    assert.ok(pattern, line);
    return { status: config?.some((one) => new RegExp(`^${pattern}$`).test(one)) ? 0 : 1 };
  });
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return answer;
  };
  const feature = { name: 'IP-TFS', since, ask, ...(option && { option }) };
  const lack = await lackingFeature([feature], { hosts: new Map([['west', west]]), stepper, origin });
  assert.ok(typed.every(({ by }) => by === 'look'));
  return { lack, asked };
}

const [option, on, off] = ['CONFIG_XFRM_IPTFS', 'CONFIG_XFRM_IPTFS=y', '# CONFIG_XFRM_IPTFS is not set'] as const;
const isLacking: readonly Kernel[] = [
  { release: '6.12.117' },
  { release: '6.1.0-32-amd64' },
  { release: '5.14.0-503.el9.x86_64' },
  { release: '6.12.117', answer: 'ignored' },
  { release: '6.12.117', answer: 95 },
  { release: '6.12.117', option, config: [off] },
  { release: '6.12.117', option, config: ['CONFIG_XFRM_IPTFS_OTHER=y'] },
  { release: '6.12.117', option },
];
for (const kernel of isLacking) {
  test(`it lacks the feature: ${JSON.stringify(kernel)}`, async () => {
    const { lack, asked } = await lackOf(kernel);
    assert.equal(asked, 1);
    assert.equal(lack?.release, kernel.release);
    assert.deepEqual([lack?.feature, lack?.since, lack?.host, lack?.origin], ['IP-TFS', '6.14', 'west', origin]);
  });
}

const isHeldToIt: readonly (readonly [Kernel, asked: number])[] = [
  [{ release: '6.14.0' }, 0],
  [{ release: '6.14.0-rc1-00021-gdeadbeef' }, 0],
  [{ release: '7.2.13' }, 0],
  [{ release: '10.0.1' }, 0],
  [{ release: 'no release' }, 0],
  [{ release: '6.13.0-rc7', option, config: [on] }, 0],
  [{ release: '6.12.117', option, config: ['CONFIG_XFRM_IPTFS=m'] }, 0],
  [{ release: '6.12.117', answer: 0 }, 1],
  [{ release: '6.12.117', answer: enoent }, 1],
];
for (const [kernel, times] of isHeldToIt) {
  test(`nothing is excused: ${JSON.stringify(kernel)}`, async () => {
    assert.deepEqual(await lackOf(kernel), { lack: undefined, asked: times });
  });
}

test('a scenario without needs types nothing, and one without a Linux host is a mistake', async () => {
  const { west, stepper, typed } = fakeLab();
  assert.equal(await lackingFeature([], { hosts: new Map([['west', west]]), stepper, origin }), undefined);
  assert.deepEqual(typed, []);
  const feature = { name: 'IP-TFS', since: '6.14', ask: async () => 0 } as const;
  await assert.rejects(lackingFeature([feature], { hosts: new Map(), stepper, origin }), /no host has it/);
});
