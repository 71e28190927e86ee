/** A userland of 32 bits on a kernel of 64: XFRM's messages differ between the two, and have to be translated (net/xfrm/xfrm_compat.c). Hosts have to be machines. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, linux, scenario } from '../../../src/suites/scenarios/api/index.ts';

/** The program with words of so many bits. */
function compiled(bits: 32 | 64): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-words-'));
  try {
    const output = join(folder, 'program');
    // Headers of the kernel are the same for both; those of the other size are in no folder of the compiler's.
    const headers = ['-I/usr/include/x86_64-linux-gnu', '-ffreestanding'];
    const source = join(import.meta.dirname, 'xfrm-flush.c');
    execFileSync('gcc', [
      `-m${bits}`,
      '-O1',
      '-static',
      '-nostdlib',
      '-fno-stack-protector',
      ...headers,
      '-o',
      output,
      source,
    ]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** EOPNOTSUPP of errno.h. */
const notSupported = 95;

scenario(
  'XFRM by a program of 32 bits on a kernel of 64',
  {
    hosts: { west: linux(), east: linux() },
    links: { wan: ['west', 'east'] },
    tolerates: [{ what: 'half-open', why: 'the scenario makes an SA by hand, on one host alone' }],
  },
  async ({ hosts: { west } }) => {
    for (const bits of [32, 64] as const) await west.writeFile(`/root/flush${bits}`, compiled(bits), 0o755);
    const sa = { source: '192.0.2.1', destination: '192.0.2.2', spi: 0x1001 };
    await west.xfrm.state.add(sa);
    // Debian builds no translator (CONFIG_XFRM_USER_COMPAT): the kernel refuses whatever such a program asks, and changes nothing.
    await expect(west).toRun('find /lib/modules -name "xfrm_compat*"', { prints: /^\s*$/ });
    await expect(west).toRun('/root/flush32', { status: notSupported });
    await expect(async () => (await west.xfrm.state.list()).length, { what: 'SAs', host: west }).toBe(1);
    await expect(west).toRun('/root/flush64');
    await expect(async () => (await west.xfrm.state.list()).length, { what: 'SAs', host: west }).toBe(0);
  },
);
