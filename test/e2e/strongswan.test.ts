import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestData } from '../../src/report/page/data.ts';
import { normal, Sandbox } from './sandbox.ts';

const conf = 'IPSECHOSTS=""\nTCPDUMPHOSTS=""\n';

/** A small suite of our own in strongSwan's format. */
function suite(box: Sandbox, tests: Readonly<Record<string, Readonly<Record<string, string>>>>): Sandbox {
  box.write('swan/testing/scripts/build-certs-chroot', '');
  for (const [name, files] of Object.entries(tests)) {
    const all = { 'description.txt': '', 'test.conf': conf, 'pretest.dat': '', 'posttest.dat': '', ...files };
    for (const [file, content] of Object.entries(all)) box.write(`swan/testing/tests/${name}/${file}`, content);
  }
  return box;
}

const run = (box: Sandbox, command: string, ...args: readonly string[]) =>
  box.espalier(command, 'strongswan', '--suite', 'swan', ...args);

test('a check that fails says where it stands, what was looked for and what came', async (t) => {
  const box = suite(new Sandbox(t), {
    'a/good': { 'evaltest.dat': '# our own\nmoon::echo one PH_IP_SUN::one 192.168.0.2::YES\nsun::echo two::one::NO\n' },
    'a/log': { 'evaltest.dat': 'moon::echo alpha::beta::YES\n' },
    'a/sas': { 'evaltest.dat': 'moon::echo ipsec status::nothing up::YES\n' },
  });
  const { code, stdout } = await run(box, 'run', '--substrate', 'fake', '--reporter', 'list', '-j', '1');
  assert.match(normal(stdout), /^passed +strongswan:a\/good {2}N s$/m);
  assert.match(normal(stdout), /^minor +strongswan:a\/log {2}N s {2}nothing matches beta$/m);
  assert.match(normal(stdout), /^major +strongswan:a\/sas {2}N s {2}nothing matches nothing up$/m);
  assert.match(
    normal(stdout),
    /strongswan:a\/log: minor\n {3}moon, evaltest\.dat:1, `echo alpha`: nothing matches beta\n {5}\+alpha\n/,
  );
  assert.equal(code, 1);
  const page = box.read(`espalier-runs/${box.runs()[0]}/report/data/test/00000.js`);
  const { checks } = JSON.parse(page.slice(page.indexOf(',') + 1, -3)) as TestData;
  assert.deepEqual(
    checks.map(({ t, ...check }) => [t !== undefined, check]),
    [
      [
        true,
        {
          ...asked('echo one 192.168.0.2', 'moon', 2),
          expected: 'a line with one 192.168.0.2',
          received: 'one 192.168.0.2',
        },
      ],
      [true, { ...asked('echo two', 'sun', 3), expected: 'no line with one', received: 'no line' }],
    ],
  );
});

function asked(what: string, host: string, line: number) {
  return { what, where: `${host}, evaltest.dat:${line}`, passed: true };
}

test('a stored run is judged to the same bytes again', async (t) => {
  const box = suite(new Sandbox(t), { 'a/b': { 'evaltest.dat': 'moon::echo x::y::YES\n' } });
  await run(box, 'run', '--substrate', 'fake');
  const [id = ''] = box.runs();
  const files = ['verdict.json', 'derived/console.txt', 'derived/checks.json'].map(
    (name) => `espalier-runs/${id}/attempts/strongswan/a%2fb/0/${name}`,
  );
  const before = files.map((file) => box.read(file));
  for (const file of files) box.remove(file);
  await box.espalier('judge', id);
  assert.deepEqual(
    files.map((file) => box.read(file)),
    before,
  );
});

test('the list says what cannot run and which checks cannot fail', async (t) => {
  const box = suite(new Sandbox(t), {
    'a/idle': { 'evaltest.dat': 'moon::echo x::y\nmoon::echo x::x::YES\n' },
    'a/missing': { 'evaltest.dat': '', 'pretest.dat': 'moooon::echo lost\n' },
    'a/shell': { 'evaltest.dat': '', 'pretest.dat': 'moon::echo `date`\n' },
    'a/tkm': { 'evaltest.dat': '', 'pretest.dat': 'moon::service charon-tkm start\n' },
  });
  box.remove('swan/testing/tests/a/missing/posttest.dat');
  const { code, stdout } = await run(box, 'list');
  const hosts = 'alice bob carol dave moon sun venus winnetou';
  assert.equal(
    stdout.replaceAll(box.dir, 'DIR'),
    `strongswan:a/idle     good  ${hosts}
  evaltest.dat:1: its fourth field is neither YES, NO nor a number, so that it cannot fail
strongswan:a/missing  good                                                broken: DIR/swan/testing/tests/a/missing/posttest.dat: is missing
strongswan:a/shell    good  ${hosts}  unsupported: pretest.dat:1 wants more of the driver’s shell than is known: the output of a command on the driver
strongswan:a/tkm      good  ${hosts}  unsupported: needs charon-tkm and the Trusted Key Manager in Ada
`,
  );
  assert.equal(code, 0);
});

test('a folder that is no suite of strongSwan is refused in one line', async (t) => {
  const box = new Sandbox(t);
  const { code, stderr } = await box.espalier('list', 'strongswan', '--suite', '.');
  assert.equal(code, 3);
  assert.match(stderr, /is not a source tree of strongSwan with its test suite/);
});
