import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ArtifactStore } from '../../../base/artifacts.ts';
import { sha256 } from '../../../base/files.ts';
import { say } from '../../../base/log.ts';
import { startProgress } from '../../../base/progress.ts';
import { makeWorkFolder } from '../../../base/work-folder.ts';
import type { LabSupply } from '../../../lab/supply.ts';
import type { LabPlan, PlacedFile, Step } from '../../../model/scenario.ts';
import type { Image } from '../../../supply/image/image.ts';
import { packImage } from '../../../supply/image/pack.ts';
import { unpackOver } from '../../made-tree.ts';
import { runMakingLab } from '../../making-lab.ts';
import type { PackedTree } from '../../packed-tree.ts';
import { topologyOf } from '../topology.ts';
import { type KeyMakers, type KeyScript, scriptOf } from './key-makers.ts';

const facts = z.object({ kernel: z.string(), images: z.array(z.string()) });
const materials = new ArtifactStore({ name: 'keys', file: 'keys.erofs', facts });

/** What certificates and zones are made from. */
export interface KeyMaterialInputs {
  readonly supply: LabSupply;
  /** The image that the tests run on: its NSS makes the certificates and databases. */
  readonly libreswan: Image;
  /** Has the pyOpenSSL that the suite's dist_certs.py was written for. */
  readonly certificates: Image;
  readonly testing: PackedTree;
  /** What the tree makes certificates and zones by. */
  readonly makers: KeyMakers;
  /** Of all files of the tree that they read. */
  readonly hash: string;
  /** Hosts' files and times as the suite's scenarios have them. */
  readonly scenario: Pick<LabPlan, 'files' | 'timing' | 'shellSetup' | 'memory'>;
}

/** Databases that swan-prep would fill by a dozen programs in every test: made once, then copied. */
const databaseHosts = ['east', 'north', 'road', 'west'] as const;
const save = (name: string): string => {
  const place = `/testing/x509/nss/${name}`;
  return `mkdir -p ${place} && ( cd /var/lib/ipsec/nss && cp -p cert9.db key4.db pkcs11.txt ${place}/ )`;
};
const makeDatabases: KeyScript = [
  ...databaseHosts.flatMap(
    (host): KeyScript => [
      [host, '/testing/guestbin/swan-prep --x509'],
      [host, save(host)],
    ],
  ),
  ['east', '/testing/guestbin/swan-prep --nokeys'],
  ['east', save('empty')],
  ['east', 'tar cf /testing/made.tar -C /testing x509/nss'],
];

function steps(script: KeyScript): Step[] {
  return script.map(([host, line], index) => ({
    kind: 'command',
    host,
    line,
    origin: { file: 'key material', line: index + 1 },
  }));
}

interface Stage {
  readonly script: KeyScript;
  readonly images: Readonly<Record<string, string>>;
  readonly layers: readonly string[];
}

function planOf({ script, images, layers }: Stage, { scenario }: KeyMaterialInputs): LabPlan {
  const { timing, shellSetup, memory } = scenario;
  const files: readonly PlacedFile[] = scenario.files;
  return {
    topology: topologyOf(Object.keys(images)),
    images,
    sharedTrees: [{ path: '/testing', layers }],
    files,
    cwd: '/testing',
    shellSetup,
    steps: steps(script),
    timing: { ...timing, deadline: timing.deadline * 30n },
    collect: ['/testing/made.tar'],
    memory,
  };
}

async function runStage(stage: Stage, inputs: KeyMaterialInputs, into: string): Promise<void> {
  const making = { what: 'the key material of the suite', plan: planOf(stage, inputs), supply: inputs.supply };
  await runMakingLab(making, (files) => unpackOver(join(files, 'testing', 'made.tar'), into));
}

async function make(out: string, inputs: KeyMaterialInputs): Promise<z.infer<typeof facts>> {
  using progress = startProgress('making certificates and keys for the suite', { expectedMs: 60_000 });
  using work = makeWorkFolder('keys');
  const tree = join(work.path, 'tree');
  const half = join(work.path, 'half.erofs');
  // Nobody else may reach what a suite makes: as root, it may be programs with the rights of their owner.
  mkdirSync(tree, { mode: 0o700 });
  const { libreswan, certificates, testing, makers } = inputs;
  const images = { east: libreswan.path, west: certificates.path };
  await runStage({ script: scriptOf(makers), images, layers: [testing.path] }, inputs, tree);
  if (makers.databases) {
    await packImage(tree, half, { allRoot: true });
    const same = Object.fromEntries(databaseHosts.map((host) => [host, libreswan.path]));
    await runStage({ script: makeDatabases, images: same, layers: [half, testing.path] }, inputs, tree);
  }
  await packImage(tree, out, { allRoot: true });
  progress.end('made certificates and keys for the suite');
  return { kernel: (await inputs.supply.kernel()).id, images: [libreswan.id, certificates.id] };
}

function versionsOf({ versions }: Image, packages: readonly string[]): (string | undefined)[] {
  return packages.map((name) => versions[name]);
}

/**
 * X.509 certificates, NSS databases and signed zones for the suite as one layer over its tree;
 * made in a seeded lab at the suite's virtual date, so that they never expire there.
 */
export async function ensureKeyMaterial(inputs: KeyMaterialInputs): Promise<string> {
  const { libreswan, certificates, makers, hash, scenario } = inputs;
  // What the tools are decides, not what else lies in their images.
  const tools = [
    versionsOf(libreswan, ['libnss3', 'openssl']),
    versionsOf(certificates, ['python3-openssl', 'bind9-utils']),
  ];
  const identity = [
    JSON.stringify([scriptOf(makers), makers.databases ? makeDatabases : [], ...tools]),
    hash,
    scenario.timing.start,
  ];
  const id = sha256(identity.join('\n')).slice(0, 16);
  const wait = (): void => say('waiting for another process that makes the key material');
  return (await materials.ensure(id, (out) => make(out, inputs), wait)).path;
}
