import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ConnectOptions } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import { fakeLab } from '../fake-lab.ts';

/** What is typed is run on this machine, which has its loopback addresses. */
function shell(line: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  return { status: status ?? 1, stdout: `${stdout}${stderr}` };
}

/** Whether a check and its opposite hold. */
async function both(to: string, options: ConnectOptions): Promise<{ held: boolean[]; received: string | undefined }> {
  const { west, expect, checks } = fakeLab(shell);
  await expect(west).toConnect(to, { within: 0, ...options });
  await expect(west).not.toConnect(to, { within: 0, ...options });
  return { held: checks.map(({ passed }) => passed), received: checks[1]?.received };
}

test('nobody was refused who could not try', async () => {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const free = port === 9 ? 10 : 9;

  assert.deepEqual((await both('127.0.0.1', { port })).held, [true, false]);
  assert.deepEqual(await both('127.0.0.1', { port: free }), { held: [false, true], received: 'Connection refused' });

  const untried: readonly (readonly [what: string, to: string, options: ConnectOptions])[] = [
    ['an address that the host does not have', '127.0.0.1', { port, from: '192.0.2.77' }],
    ['the same with UDP', '127.0.0.1', { port, from: '192.0.2.77', protocol: 'udp' }],
    ['an address of the other family', '127.0.0.1', { port, from: '::1' }],
    ['the same with UDP', '127.0.0.1', { port, from: '::1', protocol: 'udp' }],
    ['no address', '127.0.0.1', { port, from: 'nobody.invalid' }],
    ['a port that is taken', '127.0.0.1', { port: free, from: '127.0.0.1', fromPort: port }],
  ];
  for (const [what, to, options] of untried) {
    const { held, received } = await both(to, options);
    assert.deepEqual(held, [false, false], what);
    assert.match(received ?? '', /^no answer: exit status 2 and \S/, what);
  }
});
