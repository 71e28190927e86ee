/** Scenarios in TypeScript: names, files from disk, output, and checks of values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sandbox } from './sandbox.ts';

const head = "import { expect, linux, scenario } from 'espalier';\n";
const network = "{ hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } }";

/** A scenario of two hosts; the body has west and clock. */
function declare(name: string, body: string): string {
  return `scenario('${name}', ${network}, async ({ hosts: { west }, clock }) => {\nvoid [west, clock];\n${body}\n});\n`;
}

interface Stored {
  readonly word: string;
  readonly issues: readonly { readonly message: string; readonly host?: string }[];
}

function verdict(box: Sandbox, name: string): Stored {
  return box.readJson(`espalier-runs/${box.runs().at(-1)}/attempts/demo/${name}/0/verdict.json`) as Stored;
}

function run(box: Sandbox, ...args: string[]) {
  return box.espalier('run', '--substrate', 'fake', ...args);
}

test('a name holds colons and slashes, a file from disk belongs to its scenario, output has no colours', async (t) => {
  const box = new Sandbox(t);
  const name = 'to ::/0: fe80::1';
  const colours = Buffer.from('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007plain\n').toString('hex');
  const files =
    "files: { '/etc/demo.conf': file('conf/demo.conf'), '/etc/secret': file('conf/demo.conf', { mode: 0o600 }) }";
  const lab = `{ hosts: { west: linux({ ${files} }), east: linux() }, links: { wan: ['west', 'east'] } }`;
  const body = `
    const { stdout } = await west.exec('fake: bytes ${colours}');
    if (stdout !== 'red plain\\n') throw new RangeError(JSON.stringify(stdout));
    const { mtu } = (await west.json('echo {"mtu":1400}')) as { readonly mtu: number };
    if (mtu !== 1400) throw new RangeError(String(mtu));`;
  const importing = "import { file, linux, scenario } from 'espalier';\n";
  box.write(
    'demo/a.scenario.ts',
    `${importing}scenario('${name}', ${lab}, async ({ hosts: { west } }) => {${body}\n});\n`,
  );
  box.write('demo/conf/demo.conf', 'one\n');
  const { code, stderr } = await run(box, `demo:${name}`);
  assert.equal(code, 0, stderr);
  assert.match((await box.espalier('list', 'demo')).stdout, /^demo:to ::\/0: fe80::1 {2}good/);
  assert.match((await box.espalier('replay', 'latest', `demo:${name}`)).stdout, /^the same bytes/);
  box.write('demo/conf/demo.conf', 'two\n');
  assert.match((await box.espalier('replay', 'latest', `demo:${name}`)).stderr, /^cannot be replayed\nanother suite: /);
  box.remove('demo/conf');
  const missing = await run(box, 'demo');
  assert.match(missing.stderr, /^demo\/a\.scenario\.ts:2: conf\/demo\.conf cannot be read: ENOENT/);
  assert.equal(missing.code, 3);
  box.write('demo/a.scenario.ts', head + declare('a\\tb', ''));
  assert.match((await run(box, 'demo')).stderr, /its name has the control character U\+0009 at position 2/);
});

test('checks of values have the words that they are given, wait in the lab’s time, and have to hold throughout', async (t) => {
  const box = new Sandbox(t);
  const bodies = {
    holds: `await expect([1, 2], { what: 'a list' }).toContain(2);
await expect({ a: [1] }, { what: 'an object' }).toEqual({ a: [1] });
await expect('one two', { what: 'a text' }).toMatch(/^one/g);
await expect(3n, { what: 'a number' }).not.toBeAtLeast(4n);
await expect(west).toRun('echo hello', { prints: 'hell' });
await expect(west).toRun('false', { status: 1 });
await expect(true, { what: 'it' }).toHold();`,
    late: `const before = clock.now();
await expect(() => (clock.now() - before) / 1_000_000_000n, { what: 'seconds', within: '2min' }).toBeAtLeast(90n);
await expect(clock.now() - before < 120_000_000_000n, { what: 'the wait' }).toHold();`,
    minor: "await expect(1, { what: 'losses', word: 'minor', host: west }).toBe(0);",
    crash:
      "await expect.soft('dead', { what: 'the daemon', word: 'crash' }).not.toMatch('dead');\nawait west.exec('true');",
    throughout: `const before = clock.now();
await expect(() => clock.now() - before < 30_000_000_000n, { what: 'that', throughout: '1min' }).toHold();`,
    run: "await expect(west).toRun('echo one', { prints: /^two$/m, within: '1s' });",
    thrown: "await expect(() => { throw new RangeError('own'); }, { what: 'x' }).toBe(1 as never);",
    waits: "await expect(2, { what: 'two', within: '1h' }).toBe(3);",
  };
  const text = Object.entries(bodies).map(([name, body]) => declare(name, body));
  box.write('demo/values.scenario.ts', head + text.join(''));
  box.write('top/top.scenario.ts', `${head}void expect(1, { what: 'x' });\n`);
  const { code, stderr } = await run(box, 'demo', '-j', '2');
  assert.equal(code, 1, stderr);
  const told = Object.keys(bodies).map((name) => {
    const { word, issues } = verdict(box, name);
    return [name, word, issues.map(({ message }) => message).join('; ')].join(' | ');
  });
  assert.deepEqual(told, [
    'holds | passed | ',
    'late | passed | ',
    'minor | minor | expected losses to be 0, received 1',
    'crash | crash | expected the daemon not to match "dead", received \'dead\'',
    'throughout | major | expected that to hold, received false after 30.0 s',
    'run | major | expected exit status 0 and /^two$/m of echo one, received exit status 0 and one after 1.0 s',
    'thrown | unresolved | RangeError: own',
    'waits | unresolved | two is a value, and does not change while one waits; give a function that fetches the value, or leave `within` and `throughout` out',
  ]);
  const { issues } = verdict(box, 'minor');
  assert.equal(issues[0]?.host, 'west');
  const top = await run(box, 'top');
  assert.match(top.stderr, /^top\/top\.scenario\.ts:2: `expect` checks what is there while a scenario runs\n/);
});
