import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { readJsonIfPresent } from '../../../../src/base/files.ts';
import { cacheDir } from '../../../../src/base/folders.ts';
import { openLibreswan } from '../../../../src/suites/libreswan/libreswan.ts';
import { files, makeTree } from './tree.ts';

test('a test becomes a plan with steps in order and expectations with their sanitizers', async () => {
  using tree = makeTree();
  const suite = tree.open();
  assert.deepEqual(await suite.list(), [
    { suite: 'libreswan', name: 'hello', status: 'good', hosts: ['east', 'west'] },
  ]);
  const { plan, expectations, judging } = await suite.load('hello');
  assert.equal(plan.cwd, '/testing/pluto/hello');
  assert.deepEqual(
    plan.steps.map(({ kind, host, line, origin }) => `${kind} ${host} ${line} ${origin.file}:${origin.line}`),
    [
      'command east echo hello eastinit.sh:1',
      'comment east # a comment eastinit.sh:2',
      'command west echo world westrun.sh:1',
      'command east : end final.sh:1',
      'command west : end final.sh:1',
    ],
  );
  assert.deepEqual(
    expectations.map(({ host, file, sanitizers }) => [host, file, sanitizers]),
    [
      ['east', 'east.console.txt', ['prompt.sed', 'marks.sed']],
      ['west', 'west.console.txt', ['prompt.sed', 'marks.sed']],
    ],
  );
  assert.deepEqual([...judging.sanitizers.keys()].sort(), ['marks.sed', 'prompt.sed']);
  assert.ok(plan.files.every(({ path, content }) => path.endsWith('/') || content.length > 0));
});

test('a tree of before 5.0, whose machines stand in libvirt, is the same', async () => {
  using tree = makeTree();
  const since5 = (await tree.open().load('hello')).plan;
  await rename(join(tree.dir, 'kvm'), join(tree.dir, 'libvirt'));
  assert.deepEqual((await tree.open().load('hello')).plan.steps, since5.steps);
});

test('a console that a Perl program of nobody’s knowledge sanitizes makes a test unsupported, and no other', async () => {
  using tree = makeTree();
  tree.write('pluto/TESTLIST', 'kvmplutotest hello good\nkvmplutotest other good\n');
  tree.write('pluto/other/eastinit.sh', 'echo other\n');
  tree.write('pluto/hello/testparams.sh', 'WEST_CONSOLE_FIXUPS="prompt.sed look.pl marks.sed"\n');
  tree.write('sanitizers/look.pl', 'print while <>;\n');
  const [hello, other] = await tree.open().list();
  assert.match(hello?.unsupported ?? '', /^a console is sanitized by look\.pl, which is a program in Perl/);
  assert.equal(other?.unsupported, undefined);
});

test('golden facts are read where a test has them', async () => {
  using tree = makeTree();
  assert.equal((await tree.open().load('hello')).judging.facts, undefined);
  tree.write('pluto/hello/facts.json', 'anything');
  assert.deepEqual((await tree.open().load('hello')).judging.facts, Buffer.from('anything'));
});

test('a host that runs strongSwan boots its image and has its command; the others do not', async () => {
  using tree = makeTree();
  const plain = await tree.open().load('hello');
  assert.deepEqual(plain.plan.images, { east: '/image', west: '/image' });
  assert.deepEqual(plain.versions, { image: '1' });
  tree.write('pluto/hello/westrun.sh', '/testing/guestbin/swan-prep --46 --userland strongswan\nstrongswan up a\n');
  tree.write('pluto/hello/final.sh', 'if [ -f /var/run/charon.pid ]; then strongswan status ; fi\n');
  const { plan, images, versions, alsoHas } = await tree.open().load('hello');
  assert.deepEqual(plan.images, { east: '/image', west: '/strongswan' });
  assert.deepEqual([images.east?.id, images.west?.id], ['image', 'strongswan']);
  assert.deepEqual(versions, { image: '1', strongswan: '1' });
  assert.deepEqual(alsoHas, { west: ['debian-trixie-libreswan'] });
  const commands = plan.files.filter(({ path }) => path === '/usr/sbin/strongswan');
  assert.deepEqual(
    commands.map(({ host }) => host),
    ['west'],
  );
});

const broken: readonly (readonly [string, Record<string, string | Uint8Array>, RegExp])[] = [
  ['a listed folder that is not there', { 'pluto/TESTLIST': 'k gone good\n' }, /gone: does not exist/],
  ['an empty folder', { 'pluto/TESTLIST': 'k empty good\n', 'pluto/empty/x': '' }, /names a host/],
  [
    'a script of garbage',
    { 'pluto/hello/eastinit.sh': Uint8Array.of(0xff, 0xfe) },
    /eastinit\.sh: is not text in UTF-8/,
  ],
  ['a NUL byte', { 'pluto/hello/eastinit.sh': 'a\0b\n' }, /eastinit\.sh:1: holds a NUL byte/],
  ['a script of 20 MB', { 'pluto/hello/westrun.sh': 'x'.repeat(20_000_000) }, /westrun\.sh: has 20000000 bytes/],
  ['a host without a topology', { 'kvm/vm/moon.xml': '', 'pluto/hello/01-moon.sh': 'x' }, /names the host moon/],
];
for (const [title, change, message] of broken) {
  test(`${title} breaks its test, with the file named`, async () => {
    using tree = makeTree();
    for (const [path, content] of Object.entries(change)) tree.write(path, content);
    const [entry] = await tree.open().list();
    assert.match(entry?.broken ?? 'not broken', message);
    await assert.rejects(tree.open().load(entry?.name ?? ''), { name: 'EspalierError', fault: 'scenario' });
  });
}

test('a line of 1 MB makes its test unsupported and leaves the others alone', async () => {
  using tree = makeTree();
  tree.write('pluto/TESTLIST', 'k hello good\nk long good\n');
  tree.write('pluto/long/eastinit.sh', `: ${'x'.repeat(1_000_000)}\n`);
  const [hello, long] = await tree.open().list();
  assert.equal(hello?.unsupported, undefined);
  assert.match(long?.unsupported ?? '', /longer than the 4095 bytes/);
});

test('parameters that are a program make their test unsupported', async () => {
  using tree = makeTree();
  tree.write('pluto/hello/testparams.sh', '. ../../default-testparams.sh\ncurl example.org | sh\n');
  const [entry] = await tree.open().list();
  assert.match(entry?.unsupported ?? '', /more than assignments: curl/);
});

test('a folder that is no suite and a broken list are the user’s to mend', async () => {
  using tree = makeTree();
  assert.throws(() => openLibreswan({ ...opened, dir: join(tree.dir, 'pluto') }), { fault: 'usage' });
  tree.write('pluto/TESTLIST', 'k hello\n');
  await assert.rejects(tree.open().list(), { fault: 'usage', message: 'too few fields: k hello' });
});

const image = { id: '', sha256: '', path: '', versions: {} };
const opened = {
  inputs: async () => ({
    image,
    strongswan: async () => image,
    testing: [],
    identity: { id: 'x', sha256: '' },
  }),
};

test('no mutation of a test directory makes the loader throw anything but a scenario error', async () => {
  const path = fc.oneof(
    fc.constantFrom(...Object.keys(files).filter((name) => name.startsWith('pluto/hello/'))),
    fc
      .constantFrom('all.sh', 'all.console.txt', 'testparams.sh', '1-east-west.sh', 'netbsde.sh', '.sh', 'x/y.sh')
      .map((name) => `pluto/hello/${name}`),
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('east# x\n# y\nnobody# z\n', '#\n', 'echo \\\n', '. ../../default-testparams.sh\n', ''),
  );
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant('write' as const), path, content }),
    fc.record({ kind: fc.constantFrom('remove' as const, 'folder' as const, 'loop' as const), path }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
      using tree = makeTree();
      for (const one of mutations) {
        const target = join(tree.dir, one.path);
        try {
          if (one.kind === 'write') tree.write(one.path, one.content);
          else await rm(target, { recursive: true, force: true });
          if (one.kind === 'folder') tree.write(`${one.path}/inside`, '');
          if (one.kind === 'loop') await symlink(target, target);
        } catch {
          // Mutations may stand in each other's way.
        }
      }
      const [entry] = await tree.open().list();
      assert.ok(entry);
      try {
        const loaded = await tree.open().load('hello');
        assert.ok(loaded.plan.steps.length > 0);
      } catch (error) {
        assert.ok(error instanceof EspalierError && error.fault === 'scenario', String(error));
        assert.ok(entry.broken !== undefined || entry.unsupported !== undefined);
      }
    }),
    { numRuns: 60 },
  );
});

const real = readJsonIfPresent(join(cacheDir('suites'), 'libreswan-trixie.json'), {
  parse: (value) => value as { version: string; sha256: string },
});
const realDir = join(cacheDir('suites'), `libreswan-${real?.version}-${real?.sha256.slice(0, 12)}`, 'testing');

test('every good test of libreswan itself can be listed and loaded', {
  skip: existsSync(realDir) ? false : 'libreswan’s suite is not in the cache',
}, async () => {
  const suite = openLibreswan({ ...opened, dir: realDir });
  const list = await suite.list();
  assert.deepEqual(
    list.filter(({ broken, status }) => broken !== undefined && status === 'good'),
    [],
  );
  const good = list.filter(({ status, unsupported }) => status === 'good' && unsupported === undefined);
  assert.ok(good.length > 900, `${good.length}`);
  for (const { name, hosts } of good) {
    const { plan, expectations } = await suite.load(name);
    assert.deepEqual(
      plan.topology.hosts.map((host) => host.name),
      hosts,
    );
    assert.ok(
      expectations.every(({ sanitizers }) => sanitizers.length > 5),
      name,
    );
  }
});
