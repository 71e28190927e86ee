/**
 * A fourth daemon is one folder and one line of the table. The whole tree is copied, so that nothing of it can be special about
 * the three that are there.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { LabImage } from '../../src/model/suite.ts';
import { copyTree, refusals } from './copied-tree.ts';
import { Sandbox } from './sandbox.ts';

/** All that there is to know of the toy. Its console is that of the substrate `fake`, whose programs are few. */
const folder = {
  'algorithms.ts': `import type { TransformWords } from '../words.ts';

export const words: TransformWords = { encryption: { 'aes-256-gcm': 'gcm' }, integrity: {}, prf: {}, keyExchange: {} };
`,
  'daemon.ts': `import { hostWith } from '../host.ts';
import { words } from './algorithms.ts';

/** A host with toyd. */
export const toy = hostWith({
  name: 'toy',
  packages: ['toyd'],
  versions: [
    { version: '2.0', image: 'toy-two' },
    { version: '1.9', image: 'toy-one' },
  ],
  default: '2.0',
  stacks: ['xfrm'],
  words,
  limits: [
    {
      id: 'transport',
      reason: 'there is no transport mode before version 2.0',
      source: 'toyd(8)',
      hits: ({ connection }, version) => connection.mode === 'transport' && version === '1.9',
    },
  ],
  whole: [],
  render: (views, version) => [
    {
      path: '/etc/toy.conf',
      mode: 0o600,
      content: views.map(({ connection, remote }) => \`\${version} \${connection.name} \${remote.address}\\n\`).join(''),
    },
  ],
  processes: ['toyd'],
  faults: [],
  startedBy: /toyd/,
  control: () => ({
    collect: ['/var/log/toyd.log'],
    helpers: [],
    start: (views) => ['true', ...views.map(({ connection }) => \`echo toyd: \${connection.name} loaded\`)],
    reload: () => ['true'],
    initiate: (name) => \`echo toyd: \${name} up\`,
    terminate: (name) => \`echo toyd: \${name} down\`,
    unknownName: /^toyd: no such name$/m,
    stop: 'true',
    kill: 'true',
    listSas: 'echo toyd: has net',
    readSas: (output) => ({
      ike: output.includes('has net') ? [{ version: 2, name: 'net', id: '1', state: 'up', established: true }] : [],
      children: [],
    }),
  }),
  readLine: (line) => {
    const connection = /^toyd: (\\w+) up$/.exec(line)?.[1];
    return connection === undefined ? [] : [{ kind: 'connection-up', connection }];
  },
});
`,
};
const tableLine = "export { toy } from './toy/daemon.ts';\n";

const scenarios = `import { expect, psk, scenario, toy } from 'espalier';

// @ts-expect-error: there is no such version
toy({ version: '3.0' });

const lab = (mode: 'tunnel' | 'transport', encryption: 'aes-256-gcm' | 'aes-128-gcm') => ({
  limits: 'unsupported' as const,
  hosts: { west: toy(), east: toy({ version: '1.9' }) },
  links: { wan: ['west', 'east'] as const },
  connections: [
    {
      name: 'net',
      mode,
      authentication: psk('known to both'),
      ends: [{ host: 'west' }, { host: 'east' }] as const,
      child: { proposals: [{ encryption: [encryption] }] },
    },
  ],
});

scenario('driven', lab('tunnel', 'aes-256-gcm'), async ({ hosts: { west, east } }) => {
  await east.daemon.start();
  await west.daemon.start();
  await west.initiate('net');
  await expect(west).toHaveIkeSas(1);
  await west.terminate('net');
  await west.daemon.stop();
});
scenario('limited', lab('transport', 'aes-256-gcm'), async () => {});
scenario('wordless', lab('tunnel', 'aes-128-gcm'), async () => {});
`;

test('a fourth daemon is one folder and one line: rendered, limited, driven, read, with types', async (t) => {
  const copy = copyTree(t, {
    ...Object.fromEntries(Object.entries(folder).map(([name, text]) => [`src/daemons/toy/${name}`, text])),
    'src/daemons/all.ts': (table) => table + tableLine,
  });
  const { dir: tree, changed } = copy;
  assert.deepEqual(changed, ['src/daemons/all.ts', 'src/daemons/toy/algorithms.ts', 'src/daemons/toy/daemon.ts']);
  assert.deepEqual(refusals(copy), []);

  const box = new Sandbox(t, tree);
  box.write('demo/toy.scenario.ts', scenarios);
  // Types are checked first, those of the toy's folder among them.
  const { code, stdout, stderr } = await box.espalier('run', '--substrate', 'fake', 'demo', '--reporter', 'list');
  assert.equal(code, 0, `${stdout}${stderr}`);
  const attempt = `espalier-runs/${box.runs()[0]}/attempts/demo/driven/0`;
  assert.equal((box.readJson(`${attempt}/verdict.json`) as { word: string }).word, 'passed');
  const stored = JSON.parse(box.readArtifact(attempt, 'scenario.json')) as { steps: { host: string; line: string }[] };
  assert.deepEqual(
    stored.steps.map(({ host, line }) => `${host}# ${line}`),
    [
      'east# true',
      'east# echo toyd: net loaded',
      'west# true',
      'west# echo toyd: net loaded',
      'west# echo toyd: net up',
      'west# echo toyd: has net',
      'west# echo toyd: net down',
      'west# true',
    ],
  );
  await isRendered(tree, join(box.dir, 'demo/toy.scenario.ts'));
  await isRead(tree);
});

async function isRendered(tree: string, file: string): Promise<void> {
  const { openScenarios }: typeof import('../../src/suites/scenarios/scenarios.ts') = await import(
    join(tree, 'src/suites/scenarios/scenarios.ts')
  );
  const image = async (id: string): Promise<LabImage> => ({ id, path: id, sha256: '', versions: {} });
  const suite = openScenarios({ name: 'demo', files: [file], image, checkTypes: async () => {} });
  assert.deepEqual(
    (await suite.list()).map(({ name, unsupported }) => [name, unsupported]),
    [
      ['driven', undefined],
      ['limited', 'connection net: toy 1.9: there is no transport mode before version 2.0 (toyd(8))'],
      ['wordless', 'connection net: toy 2.0: toy has no word for aes-128-gcm for ESP (src/daemons/toy/algorithms.ts)'],
    ],
  );
  const { plan } = await suite.load('driven');
  assert.deepEqual(plan.images, { west: 'toy-two', east: 'toy-one' });
  assert.deepEqual(
    plan.files.map(({ host, path, content }) => [host, path, Buffer.from(content).toString()]),
    [
      ['west', '/etc/toy.conf', '2.0 net 198.18.1.2\n'],
      ['east', '/etc/toy.conf', '1.9 net 198.18.1.1\n'],
    ],
  );
}

async function isRead(tree: string): Promise<void> {
  const { readConsoleFacts }: typeof import('../../src/judge/text/read-facts.ts') = await import(
    join(tree, 'src/judge/text/read-facts.ts')
  );
  const [fact] = readConsoleFacts('toyd: net up\n');
  const { command: _command, line: _line, ...said } = fact ?? assert.fail('nobody reads it');
  assert.deepEqual(said, { kind: 'connection-up', connection: 'net' });
}
