import assert from 'node:assert/strict';
import { chmodSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { passing, reference, Sandbox } from './sandbox.ts';

const failing = { 'eastinit.sh': 'echo fine\n', 'east.console.txt': reference('east', ['echo fine', 'other\n']) };

interface StoredRun {
  options: { substrate: string; kernel?: string; paths?: Record<string, string> };
  scenarios: { suite: string; name: string }[];
}

function edit<T>(box: Sandbox, path: string, change: (content: T) => unknown): void {
  const content = box.readJson(path) as T;
  change(content);
  box.write(path, JSON.stringify(content));
}

/** A run of a stranger, that brings along a kernel and scenario files which leave a mark when they are executed. */
async function handedOver(t: TestContext): Promise<{ box: Sandbox; run: string }> {
  const box = new Sandbox(t).add({ bad: failing });
  await box.run('--seed', '3');
  box.installation = 'another';
  const run = `espalier-runs/${box.runs()[0]}`;
  const mark = JSON.stringify(join(box.dir, 'EXECUTED'));
  box.write(
    `${run}/evil/x.scenario.ts`,
    `import { writeFileSync } from 'node:fs'; import { linux, scenario } from 'espalier'; writeFileSync(${mark}, '');
     scenario('bad', { hosts: { east: linux(), west: linux() }, links: { wan: ['west', 'east'] } }, async ({ hosts: { east } }) => { await east.exec('echo fine'); });`,
  );
  box.write(`${run}/evil/linux`, `#!/bin/sh\n: > ${mark}\necho 7.0.0\n`);
  chmodSync(join(box.dir, run, 'evil/linux'), 0o755);
  return { box, run };
}

const executed = (box: Sandbox): boolean => existsSync(join(box.dir, 'EXECUTED'));

/** The stranger's scenario files stand as a suite of the run, by a name or by their path. */
function nameEvilSuite(box: Sandbox, run: string): string {
  const suite = `./${run}/evil`;
  edit<StoredRun>(box, `${run}/run.json`, ({ scenarios: [one] }) => Object.assign(one ?? {}, { suite }));
  const component = suite.replace(/\//g, '%2f').replace(/^\.+/, '%2e');
  renameSync(join(box.dir, run, 'attempts/libreswan'), join(box.dir, run, 'attempts', component));
  return suite;
}

test('nothing that a stranger’s run names is loaded unasked; --trust loads it', async (t) => {
  const { box, run } = await handedOver(t);
  const suite = nameEvilSuite(box, run);
  for (const command of [
    ['replay', 'latest', `${suite}:bad`],
    ['run', '--resume', 'latest'],
    ['judge', 'latest', '--suite', 'testing'],
    ['accept', 'latest', '--yes'],
  ]) {
    const { code, stderr } = await box.espalier(...command);
    assert.equal(executed(box), false, command.join(' '));
    assert.equal(code, 2, `${command.join(' ')}: ${stderr}`);
    assert.match(stderr, /was not made by this installation, and would execute what it names:\n/);
    assert.match(stderr, /scenario files of \.\/espalier-runs\/.*\/evil: their code runs on this machine/);
    assert.match(stderr, / -> --trust executes it/);
  }
  for (const command of [
    ['judge', 'latest'],
    ['report', 'latest'],
    ['pcap', 'latest', `${suite}:bad`],
  ]) {
    const { stderr } = await box.espalier(...command);
    assert.doesNotMatch(stderr, /not made by this installation/, command.join(' '));
    assert.equal(executed(box), false, command.join(' '));
  }
  const { stderr } = await box.espalier('replay', 'latest', `${suite}:bad`, '--trust', '--force');
  assert.equal(executed(box), true, stderr);
});

test('a kernel that a stranger’s run names is not started', async (t) => {
  const { box, run } = await handedOver(t);
  const kernel = `${run}/evil/linux`;
  edit<StoredRun>(box, `${run}/run.json`, ({ options }) => Object.assign(options, { substrate: 'uml', kernel }));
  for (const command of [
    ['replay', 'latest', 'libreswan:bad'],
    ['run', '--resume', 'latest'],
  ]) {
    const { code, stderr } = await box.espalier(...command);
    assert.equal(executed(box), false, command.join(' '));
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`the kernel ${kernel}, on the substrate uml`));
  }
});

test('what a stranger’s run names stands on one line each, so that no line is forged', async (t) => {
  const { box, run } = await handedOver(t);
  const forged = 'x\n  Espalier’s own kernel, on the substrate fake';
  edit<StoredRun>(box, `${run}/run.json`, ({ options }) =>
    Object.assign(options, { substrate: 'uml', kernel: forged, overlay: [forged], source: [forged] }),
  );
  const { code, stderr } = await box.espalier('replay', 'latest', 'libreswan:bad');
  assert.equal(code, 2, stderr);
  assert.match(stderr, /^ {2}the kernel x\\n {2}Espalier’s own kernel, on the substrate fake, on the substrate uml$/m);
  assert.doesNotMatch(stderr, /^ *Espalier’s own kernel/m);
});

test('a run of one’s own that was changed is a stranger’s', async (t) => {
  const box = new Sandbox(t).add({ bad: failing });
  await box.run('--seed', '3');
  assert.equal((await box.espalier('replay', 'latest', 'libreswan:bad')).code, 0);
  box.remove(`espalier-runs/${box.runs()[1]}`);
  edit<StoredRun>(box, `espalier-runs/${box.runs()[0]}/run.json`, ({ options }) => Object.assign(options, { gap: 7 }));
  const { code, stderr } = await box.espalier('replay', 'latest', 'libreswan:bad');
  assert.equal(code, 2);
  assert.match(stderr, /was not made by this installation/);
});

test('an attempt names no kernel outside of the cache', async (t) => {
  const box = new Sandbox(t).add({ bad: failing });
  await box.run('--seed', '3');
  const attempt = `espalier-runs/${box.runs()[0]}/attempts/libreswan/bad/0/attempt.json`;
  edit<{ inputs: { kernel: { id: string } } }>(box, attempt, ({ inputs }) =>
    Object.assign(inputs.kernel, { id: '../../evil' }),
  );
  const { code, stderr } = await box.espalier('replay', 'latest', 'libreswan:bad', '--force');
  assert.equal(code, 2);
  assert.match(stderr, /attempt\.json: is not what was expected: inputs\.kernel\.id: is not the name of a file/);
});

test('the last failures that a stranger recorded load no scenario files', async (t) => {
  const { box, run } = await handedOver(t);
  const failed = [{ suite: `./${run}/evil`, name: 'bad' }];
  for (const record of [
    { failed },
    { failed: [{ suite: 'evil', name: 'bad' }], paths: { evil: `${box.dir}/${run}/evil` } },
  ]) {
    box.write('espalier-runs/.last-run.json', JSON.stringify({ version: 1, run: 'x', ...record }));
    const { code, stderr } = await box.run('--last-failed');
    assert.equal(executed(box), false);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /\.last-run\.json: was not written by this installation, and names /);
  }
});

test('references are accepted below their suite only', async (t) => {
  const box = new Sandbox(t);
  box.write(
    'demo/a.scenario.ts',
    `import { expect, linux, scenario } from 'espalier';
     scenario('a', { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] } }, async ({ hosts: { west } }) => {
       await west.exec('echo new');
       await expect(west).toMatchTranscript('west.txt');
     });`,
  );
  box.write('demo/west.txt', 'west# echo old\nold\n');
  box.write('victim/west.txt', 'west# echo old\nold\n');
  assert.equal((await box.espalier('run', '--substrate', 'fake', 'demo')).code, 1);
  const stored = `espalier-runs/${box.runs()[0]}/attempts/demo/a/0/scenario.json`;
  edit<{ file: string }>(box, stored, (scenario) =>
    Object.assign(scenario, { file: join(box.dir, 'victim/a.scenario.ts') }),
  );
  const { code, stderr } = await box.espalier('accept', 'latest', '--yes');
  assert.equal(box.read('victim/west.txt'), 'west# echo old\nold\n');
  assert.equal(code, 1);
  assert.match(stderr, /demo:a: refused: .*victim: lies outside of its suite/);
  edit<{ file: string }>(box, stored, (scenario) =>
    Object.assign(scenario, { file: join(box.dir, 'demo/a.scenario.ts') }),
  );
  const accepted = await box.espalier('accept', 'latest', '--yes');
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.match(box.read('demo/west.txt'), /echo new/);
});

test('the key of an installation is its owner’s alone', async (t) => {
  const box = new Sandbox(t).add({ good: passing() });
  await box.run();
  const key = join(box.dir, 'state/espalier/key');
  chmodSync(key, 0o644);
  const { code, stderr } = await box.run();
  assert.equal(code, 0);
  assert.match(stderr, /state\/espalier\/key: cannot be the key of this installation: others may read it/);
  assert.match(stderr, /^ {2}-> remove it: a new one is drawn/m);
  // A run that was signed with it is a stranger's now, and the reason is said, once.
  const replayed = await box.espalier('replay', box.runs()[0] ?? '', 'libreswan:good');
  assert.equal(replayed.code, 2, replayed.stderr);
  assert.equal(replayed.stderr.match(/others may read it/g)?.length, 1, replayed.stderr);
});

test('commands that only read draw no key', async (t) => {
  const box = new Sandbox(t).add({ good: passing() });
  await box.run();
  box.installation = 'another';
  for (const command of [
    ['judge', 'latest'],
    ['report', 'latest'],
    ['history', 'libreswan:good'],
  ]) {
    assert.equal((await box.espalier(...command)).code, 0, command.join(' '));
  }
  assert.equal(existsSync(join(box.dir, 'another')), false);
});
