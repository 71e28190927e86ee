import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../../src/base/deadline.ts';
import { ended, passing, Sandbox } from './sandbox.ts';

/** Scripts without an end, by the program that runs them. */
const endless = { sed: ['loop.sed', ':a\nb a\n'], gawk: ['loop.awk', 'BEGIN { while (1) ; }\n'] } as const;

interface Process {
  readonly pid: string;
  readonly name: string;
  readonly parent: string;
}

/** All processes that have not ended; a zombie has. */
function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name = '', state = '', parent = ''] =
          /\((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return 'ZX'.includes(state) ? [] : [{ pid, name, parent }];
      } catch {
        return [];
      }
    });
}

for (const [program, [file, script]] of Object.entries(endless)) {
  test(`a driver killed with -9 leaves no ${program} of a suite that loops`, { timeout: 60_000 }, async (t) => {
    const box = new Sandbox(t).add({ a: { ...passing(), 'testparams.sh': `REF_CONSOLE_FIXUPS="${file}"\n` } });
    box.write(`testing/sanitizers/${file}`, script);
    const driver = box.start('run', '--substrate', 'fake', '--suite', 'testing');
    const end = ended(driver);
    const wait = { what: `${program} to run`, timeoutMs: 30_000 };
    const { pid } = await until(
      () => processes().find(({ name, parent }) => name === program && parent === String(driver.pid)),
      wait,
    );
    driver.kill('SIGKILL');
    await end;
    const isThere = () => processes().some((one) => one.pid === pid && one.name === program);
    await until(() => !isThere(), { what: `${program} to end`, timeoutMs: 10_000 });
    assert.equal(isThere(), false);
  });
}
