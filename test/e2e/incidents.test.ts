/** Deaths, failed assertions and reports of the kernel, in every format. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observedSchema } from '../../src/model/observed.ts';
import type { ToleratedIssue, Verdict } from '../../src/model/verdict.ts';
import type { TestData } from '../../src/report/page/data.ts';
import { normal, reference, Sandbox } from './sandbox.ts';

/** Lines of the fake's console, by what they do. */
const faults = {
  crash: 'fake: death pluto 11 core',
  killed: 'fake: death charon 9',
  quit: 'fake: death iked 0 status=1',
  assertion: 'fake: log /var/log/pluto.log ABORT: ASSERTION FAILED: x',
  expectation: 'fake: log /var/log/pluto.log EXPECTATION FAILED: x',
  sanitizer: 'echo ==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x1',
  kernel: 'fake: kernel WARNING: net/core/skbuff.c:1 at x+0x1/0x2, CPU#0: ping/187',
} as const;
type FaultName = keyof typeof faults;

const found: Readonly<Record<FaultName, readonly [word: string, kind: string]>> = {
  crash: ['crash', 'died'],
  killed: ['crash', 'died'],
  quit: ['major', 'daemon-ended'],
  assertion: ['crash', 'assertion-failed'],
  expectation: ['major', 'expectation-failed'],
  sanitizer: ['crash', 'memory-error'],
  kernel: ['crash', 'kernel-fault'],
};
const names = Object.keys(faults) as FaultName[];

const head = "import { linux, scenario } from 'espalier';\n";

function declare(name: string, lines: readonly string[], more = ''): string {
  const typed = lines.map((line) => `  await west.exec(${JSON.stringify(line)});\n`).join('');
  return `scenario('${name}', { hosts: { west: linux(), east: linux() }, links: { wan: ['west', 'east'] }${more} }, async ({ hosts: { west } }) => {\n${typed}});\n`;
}

function verdictIn(box: Sandbox, test: string): Verdict {
  return box.readJson(`espalier-runs/${box.runs().at(-1)}/attempts/${test}/0/verdict.json`) as Verdict;
}

const brief = ({ word, upstream, issues }: Verdict) => [word, upstream, ...issues.map(({ kind }) => kind)];

test('a scenario whose checks hold is not passed where something broke', async (t) => {
  const box = new Sandbox(t);
  box.write(
    'demo/all.scenario.ts',
    head + names.map((name) => declare(name, ['sleep 0.005', faults[name], 'true'])).join(''),
  );
  await box.espalier('run', '--substrate', 'fake', 'demo');
  for (const name of names) {
    const [word, kind] = found[name];
    assert.deepEqual(brief(verdictIn(box, `demo/${name}`)), [word, 'failed', kind]);
  }
  const [death] = verdictIn(box, 'demo/crash').issues;
  assert.deepEqual(death, {
    kind: 'died',
    word: 'crash',
    host: 'west',
    command: faults.crash,
    message: 'pluto (process 100) died of SIGSEGV, core dumped, at +0.006000 s',
  });
  const [report] = verdictIn(box, 'demo/kernel').issues;
  assert.deepEqual([report?.host, report?.command, report?.file], ['west', faults.kernel, 'kernel.log']);
  const [logged] = verdictIn(box, 'demo/assertion').issues;
  assert.deepEqual([logged?.file, logged?.line], ['files/west/var/log/pluto.log', 1]);
});

test('what the scenario itself does to a daemon is no fault, and a signal that dumps core has to be declared', async (t) => {
  const box = new Sandbox(t);
  const killed = declare('killed', ['kill -9 100', faults.killed]);
  const core = declare('core', ['kill -SEGV 100', faults.crash]);
  box.write('demo/meant.scenario.ts', head + killed + core);
  await box.espalier('run', '--substrate', 'fake', 'demo');
  assert.deepEqual(brief(verdictIn(box, 'demo/killed')), ['passed', 'passed']);
  assert.deepEqual(brief(verdictIn(box, 'demo/core')), ['crash', 'failed', 'died']);
  const attempt = `espalier-runs/${box.runs()[0]}/attempts/demo/killed/0`;
  const observed = observedSchema.parse(JSON.parse(box.readArtifact(attempt, 'derived/observed.json')));
  assert.deepEqual(
    observed.incidents?.map(({ kind, text: what, excuse }) => [kind, what, excuse]),
    [['died', 'charon (process 100) died of SIGKILL', 'a command sends this signal']],
  );
});

test('what a scenario declares does not count, and is shown with its reason', async (t) => {
  const box = new Sandbox(t);
  const tolerates = `, tolerates: [
    { what: 'died', why: 'bug 1', host: 'west', text: 'pluto' },
    { what: 'kernel-fault', why: 'bug 2' },
  ]`;
  box.write(
    'demo/declared.scenario.ts',
    head + declare('all', [faults.crash], tolerates) + declare('more', [faults.crash, faults.killed], tolerates),
  );
  const { code, stdout } = await box.espalier('run', '--substrate', 'fake', '--reporter', 'list', 'demo');
  assert.equal(code, 1);
  const line = 'pluto (process 100) died of SIGSEGV, core dumped, at +N s (bug 1)';
  for (const name of ['all', 'more']) {
    assert.ok(normal(stdout).includes(`tolerated: demo:${name}: west, \`${faults.crash}\`: ${line}\n`), stdout);
  }
  const all = verdictIn(box, 'demo/all');
  assert.deepEqual(brief(all), ['passed', 'passed']);
  assert.deepEqual(
    all.tolerated?.map(({ kind, why }: ToleratedIssue) => [kind, why]),
    [['died', 'bug 1']],
  );
  const more = verdictIn(box, 'demo/more');
  assert.deepEqual([more.word, more.issues.length, more.tolerated?.length], ['crash', 1, 1]);
  assert.match(more.issues[0]?.message ?? '', /^charon \(process 100\) died of SIGKILL, at /);
  const page = box.read(`espalier-runs/${box.runs()[0]}/report/data/test/00000.js`);
  const data = JSON.parse(page.slice(page.indexOf(',') + 1, -3)) as TestData;
  assert.deepEqual(
    data.tolerated?.map(({ why, t: moment }) => [why, moment]),
    [['bug 1', 0]],
  );
  assert.deepEqual(data.facts.find(([name]) => name === 'tolerates')?.[1].split('\n'), [
    'died on west with "pluto": bug 1',
    'kernel-fault: bug 2 (none was seen)',
  ]);
  const rows = data.lab?.ladder.filter(({ kind }) => kind === 'incident');
  assert.deepEqual(
    rows?.map(({ t: moment, from, text, flags }) => [moment, from, text, flags]),
    [[0, 0, 'pluto (process 100) died of SIGSEGV, core dumped', ['tolerated']]],
  );
});

test('a test of libreswan’s format that equals its reference is not passed, and libreswan’s own word stays', async (t) => {
  const box = new Sandbox(t);
  // Its post-mortem looks for the first two under names of its own, in the typed lines of a console too.
  const others = names.filter((name) => name !== 'assertion' && name !== 'expectation');
  for (const name of others) {
    const line = faults[name];
    box.add({ [name]: { 'eastinit.sh': `${line}\n`, 'east.console.txt': reference('east', [line]) } });
  }
  await box.run();
  for (const name of others) {
    const [word, kind] = found[name];
    const isOther = name === 'sanitizer';
    const rest = isOther ? ['failed', kind, 'output-different'] : ['passed', kind];
    assert.deepEqual(brief(verdictIn(box, `libreswan/${name}`)), [word, ...rest], name);
  }
});

test('in libreswan’s format a line of the reference is expected, and so is a core signal that a command names', async (t) => {
  const box = new Sandbox(t);
  const output = `${faults.sanitizer.slice('echo '.length)}\n`;
  box.add({
    line: { 'eastinit.sh': `${faults.sanitizer}\n`, 'east.console.txt': reference('east', [faults.sanitizer, output]) },
    signal: {
      'eastinit.sh': `kill -SEGV 100\n${faults.crash}\n`,
      'east.console.txt': reference('east', ['kill -SEGV 100', 'bash: kill: command not found\n'], [faults.crash]),
    },
  });
  await box.run();
  for (const name of ['line', 'signal'])
    assert.deepEqual(brief(verdictIn(box, `libreswan/${name}`)), ['passed', 'passed']);
});

const conf = 'IPSECHOSTS=""\nTCPDUMPHOSTS=""\n';

test('a test of strongSwan’s format whose checks hold is not passed, unless a check wants the line', async (t) => {
  const box = new Sandbox(t);
  const crashed = '00[DMN] thread 8 received 11';
  const tests: Readonly<Record<string, string>> = {
    ...Object.fromEntries(names.map((name) => [name, `moon::${faults[name]}::never there::NO\n`])),
    wanted: `moon::${faults.sanitizer}::AddressSanitizer::YES\n`,
    own: `moon::fake: log /var/log/daemon.log ${crashed}::never there::NO\n`,
  };
  box.write('swan/testing/scripts/build-certs-chroot', '');
  for (const [name, evaltest] of Object.entries(tests)) {
    const files = {
      'description.txt': '',
      'test.conf': conf,
      'pretest.dat': '',
      'posttest.dat': '',
      'evaltest.dat': evaltest,
    };
    for (const [file, content] of Object.entries(files)) box.write(`swan/testing/tests/a/${name}/${file}`, content);
  }
  await box.espalier('run', 'strongswan', '--suite', 'swan', '--substrate', 'fake');
  const verdicts = Object.fromEntries(
    Object.keys(tests).map((name) => [name, brief(verdictIn(box, `strongswan/a%2f${name}`))]),
  );
  assert.deepEqual(verdicts.wanted, ['passed', 'passed']);
  assert.deepEqual(verdicts.own, ['crash', 'failed', 'SEGFAULT']);
  for (const name of names) {
    const [word, kind] = found[name];
    assert.deepEqual(verdicts[name], [word, 'passed', kind], name);
  }
});

test('a death stands first in the account of a failure, before what is heavier', async (t) => {
  const box = new Sandbox(t);
  box.write('demo/first.scenario.ts', head + declare('late', [faults.crash, 'fake: timeout']));
  const { stdout } = await box.espalier('run', '--substrate', 'fake', '--reporter', 'list', 'demo');
  assert.match(
    normal(stdout),
    /^timeout +demo:late {2}N s {2}pluto \(process 100\) died of SIGSEGV, core dumped, at \+N s$/m,
  );
  assert.match(
    normal(stdout),
    /1\) demo:late: timeout\n {3}west, `fake: death pluto 11 core`: pluto \(process 100\) died [^\n]*\n {3}west, `fake: timeout`: timeout after/,
  );
});
