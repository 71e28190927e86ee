import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../src/base/folders.ts';
import { outcomesSchema } from '../../src/model/check-outcomes.ts';
import { observedSchema } from '../../src/model/observed.ts';
import { bytes, ethernet, ipv4, udp } from '../unit/evidence/build.ts';
import { saMessage } from '../unit/evidence/xfrm-build.ts';
import { anSa } from '../unit/evidence/xfrm-samples.ts';
import { normal, Sandbox } from './sandbox.ts';

const head = "import { expect, linux, nat, scenario } from 'espalier';\n";
const network = "{ hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } }";

/** A scenario of two hosts; the body has west, east, net and clock. */
function declare(name: string, body: string): string {
  return `scenario('${name}', ${network}, async ({ hosts: { west, east }, net, clock }) => {\nvoid [east, net, clock];\n${body}\n});\n`;
}

const ping = ipv4(1, bytes('08000000 00010001'));
const keepalive = ipv4(17, udp(4500, 4500, Uint8Array.of(255)));

/** An Ethernet frame of west on its first link, in hexadecimal digits. */
function frameOf(content: Uint8Array): string {
  const frame = ethernet(0x0800, content);
  frame.set(bytes('120000000101'), 6);
  return Buffer.from(frame).toString('hex');
}

interface Stored {
  readonly word: string;
  readonly issues: readonly {
    readonly kind: string;
    readonly message: string;
    readonly file?: string;
    readonly line?: number;
  }[];
}

function verdict(box: Sandbox, name: string, run = -1): Stored {
  return box.readJson(`espalier-runs/${box.runs().at(run)}/attempts/demo/${name}/0/verdict.json`) as Stored;
}

function run(box: Sandbox, ...args: string[]) {
  return box.espalier('run', '--substrate', 'fake', ...args);
}

const added = Buffer.from(saMessage(anSa())).toString('hex');

test('a scenario steps through a held lab: commands, time, files, SAs; a seed repeats it to the byte', async (t) => {
  const box = new Sandbox(t);
  const body = `
    const { stdout, status, begin, end } = await west.exec('echo hello');
    if (stdout !== 'hello\\n' || status !== 0 || end <= begin) throw new RangeError(stdout);
    if ((await west.exec('false')).status !== 1) throw new RangeError('status');
    const before = clock.now();
    await clock.advance('24h');
    if (clock.now() - before !== 86_400_000_000_000n) throw new RangeError(String(clock.now() - before));
    await west.exec('fake: random');
    await expect(west).toHaveIpsecSas(0);
    await west.exec('fake: frames 5:${added} 6:${added}');
    await expect(west).toHaveIpsecSas(1);
    await west.exec('fake: traffic wan ${frameOf(keepalive)}');
    await expect(west).not.toHaveSentInClear();
    await east.exec('fake: traffic wan ${frameOf(ping)}');
    await expect(east).not.toHaveSentInClear();
    await expect(west).toHaveSentInClear({ to: '198.51.100.2', link: 'wan' });
    await Promise.all([west.exec('echo one'), east.exec('echo two')]);
    await expect.soft(west).toMatchTranscript('west.txt', { replace: [[/[0-9a-f]{16,}/, 'HEX']] });`;
  box.write('demo/first.scenario.ts', head + declare('steps', body));
  const typed = ['fake: frames 5:HEX 6:HEX', 'fake: traffic wan HEX'];
  const golden = ['echo hello\nhello', 'false', 'fake: random\nHEX', ...typed, 'echo one\none'];
  box.write('demo/west.txt', golden.map((line) => `west# ${line}\n`).join(''));
  const { code, stdout, stderr } = await run(box, 'demo', '--repeat-each', '2', '--reporter', 'list');
  assert.equal(normal(stdout), 'passed          demo:steps  N s  2 attempts\n\n1 passed\n1 of 1 done in N s\n', stderr);
  assert.equal(code, 0);
  const attempt = `espalier-runs/${box.runs()[0]}/attempts/demo/steps/0`;
  const { steps } = JSON.parse(box.readArtifact(attempt, 'scenario.json')) as {
    steps: { host: string; line: string; origin: object }[];
  };
  assert.deepEqual(steps[0], {
    kind: 'command',
    host: 'west',
    line: 'echo hello',
    origin: { file: 'demo/first.scenario.ts', line: 5 },
  });
  assert.equal(steps.length, 8);
  const stored = box.read(`${attempt}/verdict.json`);
  box.remove(`${attempt}/verdict.json`);
  box.remove('demo');
  assert.equal((await box.espalier('judge', 'latest')).code, 0);
  assert.equal(box.read(`${attempt}/verdict.json`), stored);
});

test('a scenario goes on where its lab loses evidence, and its verdict says so', async (t) => {
  const box = new Sandbox(t);
  const lost = Buffer.from('lost frames 3').toString('hex');
  const body = (then: string): string => `await west.exec('fake: frames 8:${lost}');\n${then}`;
  box.write(
    'demo/lost.scenario.ts',
    head +
      declare('lost', body("await west.exec('true');")) +
      declare('worse', body('await expect(west).toReach(east);')),
  );
  assert.equal((await run(box, 'demo')).code, 1);
  const { word, issues } = verdict(box, 'lost');
  assert.deepEqual(
    [word, issues.map(({ kind, message }) => [kind, message])],
    ['unresolved', [['evidence-lost', '3 frames are in no capture']]],
  );
  assert.deepEqual(
    verdict(box, 'worse').issues.map(({ kind }) => kind),
    ['check-reach', 'evidence-lost'],
  );
});

test('what fails says file and line, and every kind of failure has its word', async (t) => {
  const box = new Sandbox(t);
  const bodies = {
    sas: "await expect(west).toHaveIpsecSas(2, { within: '5min' });",
    reach: 'await expect(west).toReach(east);',
    text: "await west.exec('echo this');\nawait expect(west).toMatchTranscript('text.txt');",
    soft: "await expect.soft(west).toHaveIpsecSas(1, { within: 0 });\nawait west.exec('echo on');",
    thrown: "const nothing = JSON.parse('null') as { length: number };\nawait west.exec(String(nothing.length));",
    forgotten: "void west.exec('echo late');",
    daemonless: 'await expect(west).toHaveIkeSas(1);',
    multiline: "await west.exec('echo one\\necho two');",
    hang: "await west.exec('fake: timeout');",
    stray:
      "void (async () => {\nawait west.exec('true');\nthrow new RangeError('astray');\n})();\nawait clock.advance('1s');\nawait east.exec('true');\nawait east.exec('true');",
    clear: `await east.exec('fake: traffic wan ${frameOf(ping)}');\nawait expect(west).not.toHaveSentInClear({ to: '198.51.100.0/24' });`,
    protected: `await east.exec('fake: traffic wan ${frameOf(keepalive)}');\nawait expect(west).toHaveSentInClear();`,
    network: "await expect(west).not.toHaveSentInClear({ to: '10.2.0.0/33' });",
    logless: 'await expect(west).toHaveLogged(/x/);',
    caught: 'await expect(west).toHaveIpsecSas(1, { within: 0 }).catch(() => {});',
    ignored: "void west.json('false');\nawait east.exec('true');\nawait east.exec('true');",
    minded: "await west.json('false').catch(() => {});",
  };
  box.write(
    'demo/bad.scenario.ts',
    head +
      Object.entries(bodies)
        .map(([name, body]) => declare(name, body))
        .join(''),
  );
  box.write('demo/text.txt', 'west# echo this\nthat\n');
  const { code, stderr } = await run(box, 'demo', '-j', '2');
  assert.equal(code, 1, stderr);
  const told = Object.keys(bodies).map((name) => {
    const { word, issues } = verdict(box, name);
    return [name, word, issues.map(({ message, file, line }) => `${file}:${line}: ${message}`).join('; ')].join(' | ');
  });
  const at = (line: number): string => `demo/bad.scenario.ts:${line}`;
  assert.deepEqual(told, [
    `sas | major | ${at(4)}: expected 2 IPsec SAs, received 0 IPsec SAs after 300.0 s`,
    `reach | major | ${at(8)}: expected to reach east, received no answer: exit status 127 and bash: ping: command not found after 60.0 s`,
    `text | minor | ${at(13)}: expected the transcript of text.txt, received another transcript`,
    `soft | major | ${at(17)}: expected 1 IPsec SA, received 0 IPsec SAs`,
    `thrown | unresolved | ${at(23)}: TypeError: Cannot read properties of null (reading 'length')`,
    `forgotten | unresolved | ${at(27)}: the function ended before this step had; write \`await\` in front of it`,
    `daemonless | unresolved | ${at(31)}: the host has no IKE daemon`,
    `multiline | unresolved | ${at(35)}: a line to type holds a newline or a zero byte`,
    'hang | timeout | undefined:undefined: timeout after 120 s',
    `stray | unresolved | ${at(45)}: RangeError: astray`,
    `clear | leak | ${at(54)}: expected no packets in clear to 198.51.100.0/24, received 1 packet: 192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1 (links/wan.pcapng, packet 1)`,
    `protected | major | ${at(59)}: expected packets in clear, received no packet in clear`,
    `network | unresolved | ${at(63)}: address: "10.2.0.0/33" is none`,
    `logless | unresolved | ${at(67)}: the host has no IKE daemon`,
    `caught | major | ${at(71)}: expected 1 IPsec SA, received 0 IPsec SAs`,
    `ignored | unresolved | ${at(75)}: this step failed, and the function did not wait for it: did not succeed (exit status 1); write \`await\` in front of it`,
    'minded | passed | ',
  ]);
  const derived = (name: string): unknown =>
    box.readJson(`espalier-runs/${box.runs()[0]}/attempts/demo/clear/0/derived/${name}`);
  const { leaks } = observedSchema.parse(derived('observed.json'));
  assert.deepEqual(leaks, [{ kind: 'check-leak', link: 0, host: 0, frames: '1' }]);
  const { checks } = outcomesSchema.parse(derived('checks.json'));
  assert.deepEqual(
    checks.map(({ asked, host, line, outcome }) => [asked, host, line, outcome]),
    [['toHaveSentInClear', 'west', 54, 'fails']],
  );
});

test('files that cannot be loaded stop the run before it begins, with file and line, and exit code 3', async (t) => {
  const box = new Sandbox(t);
  const files: readonly (readonly [string, RegExp])[] = [
    [
      `${head}scenario('x', ${network}, async ({ hosts: { wset } }) => void wset);\n`,
      /^demo\/x\.scenario\.ts:2: Property 'wset' does not exist/,
    ],
    [`${head}\nscenario('x', {\n`, /^demo\/x\.scenario\.ts:4: /],
    [
      `${head}scenario('x', { hosts: { a: linux() }, links: { l: ['a', 'b'] } }, async () => {});\n`,
      /^demo\/x\.scenario\.ts:2: Type '"b"' is not assignable to type '"a"'/,
    ],
    [`${head}\nthrow new TypeError('no luck');\n`, /^demo\/x\.scenario\.ts:3: cannot be loaded: no luck\n/],
  ];
  for (const [text, message] of files) {
    box.write('demo/x.scenario.ts', text);
    const { code, stderr } = await run(box, 'demo/x.scenario.ts');
    assert.match(stderr.replaceAll(`${box.dir}/`, ''), message);
    assert.equal(code, 3, stderr);
  }
  assert.match((await run(box, 'nowhere/x.scenario.ts')).stderr, /^nowhere\/x\.scenario\.ts: does not exist/);
  assert.match((await run(box, './testing')).stderr, /^testing: the folder contains no file \*\.scenario\.ts/);
});

test('list names all bundled suites where none is asked for', async (t) => {
  const { stdout } = await new Sandbox(t).espalier('list');
  const folders = readdirSync(join(projectDir, 'scenarios'));
  for (const suite of [...folders, 'libreswan', 'strongswan']) assert.match(stdout, new RegExp(`^${suite} +\\w`, 'm'));
});

test('paths are suites: listed, narrowed down, run again, replayed', async (t) => {
  const box = new Sandbox(t);
  box.write(
    'demo/one.scenario.ts',
    `${head}import { line } from './lines.ts';\n${declare('one', 'await west.exec(line);')}`,
  );
  box.write('demo/lines.ts', "export const line = 'fake: random';\n");
  box.write('demo/more/two.scenario.ts', head + declare('two', "await east.exec('hostname');"));
  const listed = await box.espalier('list', 'demo');
  assert.equal(listed.stdout, 'demo:two  good  west east\ndemo:one  good  west east\n', listed.stderr);
  assert.equal((await box.espalier('list', 'demo/more')).stdout, 'demo/more:two  good  west east\n');
  assert.equal((await run(box, 'demo:t*', '-g', 'two')).code, 0);
  assert.equal((await run(box, 'demo/one.scenario.ts', '--seed', '7')).code, 0);
  const again = await box.espalier('replay', 'latest', 'demo/one.scenario.ts:one');
  assert.match(again.stdout, /^the same bytes: \d+ records, 1 captures\n$/, again.stderr);
  box.write('demo/lines.ts', "export const line = 'echo other';\n");
  const other = await box.espalier('replay', 'latest', 'demo/one.scenario.ts:one');
  assert.match(other.stderr, /^cannot be replayed\nanother suite: /);
  assert.equal(other.code, 2);
});

test('a transcript is accepted into the scenario’s folder, and then passes', async (t) => {
  const box = new Sandbox(t);
  box.write(
    'demo/a.scenario.ts',
    head + declare('a', "await west.exec('echo new');\nawait expect(west).toMatchTranscript('west.txt');"),
  );
  assert.equal((await run(box, 'demo')).code, 1);
  assert.deepEqual(
    verdict(box, 'a').issues.map(({ message }) => message),
    ['expected the transcript of west.txt, received there is no such file yet'],
  );
  const accepted = await box.espalier('accept', 'latest', '--yes');
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.equal(box.read('demo/west.txt'), 'west# echo new\nnew\n');
  assert.equal((await run(box, 'demo')).code, 0);
});

test('a folder given by an absolute path is called by its name, and found again by it', async (t) => {
  const box = new Sandbox(t);
  box.write('far/away/site/a.scenario.ts', head + declare('good', "await west.exec('hostname');"));
  box.write('far/away/site/b.scenario.ts', head + declare('bad', 'await expect(west).toHaveIpsecSas(1);'));
  const path = join(box.dir, 'far/away/site');
  const { code, stdout } = await run(box, path, '--reporter', 'list');
  assert.equal(code, 1);
  assert.match(stdout, /^passed +site:good /m);
  assert.match(stdout, /^1\) site:bad: major$/m);
  assert.ok(stdout.includes(`again: ./espalier run --substrate fake far/away/site:bad\n`));
  const page = box.read(`espalier-runs/${box.runs()[0]}/report/data/test/00000.js`);
  assert.ok(page.includes(`espalier shell ${path}:good`), page);
  assert.match((await run(box, '--last-failed')).stdout, /^1\) site:bad: major$/m);
  assert.match((await box.espalier('list', path)).stdout, /^far\/away\/site:good {2}good {2}west east$/m);
  for (const name of ['site:good', 'far/away/site:good', `${path}:good`]) {
    assert.equal((await box.espalier('replay', box.runs()[0] as string, name)).code, 0);
  }
});

test('init writes what runs and what an editor needs, and overwrites nothing', async (t) => {
  const box = new Sandbox(t);
  const { code, stdout } = await box.espalier('init', 'vpn');
  assert.match(stdout, /^vpn\/first\.scenario\.ts\nvpn\/tsconfig\.json\n\nNow: \S+espalier run vpn\n$/);
  assert.equal(code, 0);
  assert.equal((await box.espalier('list', 'vpn')).stdout, 'vpn:psk  good  west east\n');
  const again = await box.espalier('init', 'vpn');
  assert.match(again.stderr, /^vpn\/first\.scenario\.ts: already exists\n/);
  assert.equal(again.code, 3);
});
