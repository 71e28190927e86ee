import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { sha256, temporaryBeside } from '../../../base/files.ts';
import { cacheDir, withLock } from '../../../base/folders.ts';
import { succeed } from '../../../base/processes.ts';
import { programLimits } from '../../../base/program-limits.ts';
import { replace } from '../../../base/real-folders.ts';
import type { LabSupply } from '../../../lab/supply.ts';
import { downloadPackage } from '../../../supply/debian/packages.ts';
import { packImage } from '../../../supply/image/pack.ts';
import { layOver } from '../../made-tree.ts';
import type { StrongswanTree } from '../obtain.ts';
import type { StrongswanInputs } from '../strongswan.ts';
import { knownHosts } from '../topology.ts';
import { ensureStrongswanKeys } from './keys.ts';

/** Everything a lab of strongSwan's suite is made from, made on first need. */
export interface InputsOptions {
  readonly tree: StrongswanTree;
  /** Recipe of the image that all hosts boot from. */
  readonly image: string;
  readonly supply: LabSupply;
}

/** The image, the suite with its certificates, and a layer for each host. Progress is shown by each part. */
export async function strongswanInputs({ tree, image: name, supply }: InputsOptions): Promise<StrongswanInputs> {
  const image = await supply.image(name);
  const keys = await ensureStrongswanKeys({ tree, image, supply });
  const made = join(cacheDir('suites'), `strongswan-${tree.version}-${keys.id}-made${layerMethod}`);
  const { built } = image;
  const version = built ? `${built.version}, built from source` : image.versions['charon-systemd'];
  await withLock(`${made}.lock`, async () => {
    if (existsSync(made)) return;
    await unpack({ tar: keys.path, debian: tree.debian, version, isBuilt: built !== undefined }, made);
  });
  const layered = built ? knownHosts : ['*', ...knownHosts];
  return {
    image: { ...image, versions: version === undefined ? {} : { strongswan: version } },
    dir: join(made, 'testing'),
    layers: Object.fromEntries(layered.map((host) => [host, [layerOf(made, host)]])),
    identity: {
      id: `strongswan-${tree.version}`,
      sha256: sha256(`${layerMethod} ${keys.sha256}`),
      ...(tree.commit && { commit: tree.commit }),
    },
  };
}

/** Part of the suite's identity: raise it when layers are made in another way. */
const layerMethod = 4;

function layerOf(made: string, host: string): string {
  return join(made, 'layers', `${host === '*' ? 'all' : host}.erofs`);
}

interface MadeInputs {
  /** What the making lab left. */
  readonly tar: string;
  readonly debian: string;
  /** Of the image's strongSwan. */
  readonly version: string | undefined;
  /** It was built as the suite builds it, in the places where the suite has it. */
  readonly isBuilt: boolean;
}

const limits = programLimits.archive;

/** Unpacks what was made, and packs what makes each host that host. */
async function unpack({ tar, isBuilt, ...charon }: MadeInputs, dir: string): Promise<void> {
  const work = temporaryBeside(dir);
  try {
    // Nobody else may reach what a suite makes: as root, it may be programs with the rights of their owner.
    for (const folder of [work, join(work, 'unpacked'), join(work, 'layers')]) mkdirSync(folder, { mode: 0o700 });
    // Beside what is made here: a member may be a link that has the name of any of it.
    await succeed('tar', ['--no-same-owner', '-xf', tar, '-C', join(work, 'unpacked')], { limits });
    renameSync(join(work, 'unpacked', 'testing'), join(work, 'testing'));
    rmSync(join(work, 'unpacked'), { recursive: true });
    for (const host of knownHosts) {
      const root = join(work, 'root');
      fillRoot(root, join(work, 'testing'), host);
      makeLinks(root, [...links, ...(isBuilt ? [] : linksOfDebian), ...(linksOf[host] ?? [])]);
      await packImage(root, layerOf(work, host), { allRoot: true, sameDates: true });
      rmSync(root, { recursive: true });
    }
    if (!isBuilt) await packCharon(charon, work, layerOf(work, '*'));
    renameSync(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Tests that begin with `ipsec start` need the daemon of another package than those that use systemd, and Debian's two
 * packages conflict. So that hosts have both, as the suite's have, the second one's files are laid over.
 */
async function packCharon(
  { debian, version }: Omit<MadeInputs, 'tar' | 'isBuilt'>,
  work: string,
  out: string,
): Promise<void> {
  const root = join(work, 'charon');
  mkdirSync(root);
  const file = await downloadPackage('strongswan-charon', debian, work);
  const field = (await succeed('dpkg-deb', ['-f', file, 'Version'], { limits })).stdout.toString().trim();
  if (field !== version) {
    const message = `Debian ${debian} has strongswan-charon ${field} now, and the image strongSwan ${version}`;
    throw new EspalierError('infrastructure', message, { remedy: 'build the image anew: espalier image build' });
  }
  await succeed('dpkg-deb', ['-x', file, root], { limits });
  await packImage(root, out, { allRoot: true, sameDates: true });
}

type Link = readonly [path: string, target: string];

const links: readonly Link[] = [['usr/local/bin/ping6', '/usr/bin/ping']];

/** What stands where, since the suite's machines build strongSwan below /usr/local. */
const linksOfDebian: readonly Link[] = [
  ['usr/local/libexec/ipsec', '/usr/lib/ipsec'],
  ['usr/local/sbin/ipsec.orig', '/usr/sbin/ipsec'],
];

/** What the suite's own guest images have switched on beyond that. */
const linksOf: Readonly<Record<string, readonly Link[]>> = {
  winnetou: ['rewrite.load', 'cgid.load', 'cgid.conf'].map(
    (name): Link => [`etc/apache2/mods-enabled/${name}`, `../mods-available/${name}`],
  ),
};

/** As the suite's own guest images are made: the files of all hosts, then those of the one, then what was made for it. */
function fillRoot(root: string, testing: string, host: string): void {
  mkdirSync(root);
  for (const source of [
    ['hosts', 'default'],
    ['hosts', host],
    ['made', host],
  ])
    layOver(testing, source, root);
  // No machine has a name server unless a test says so; the one that built the image may have.
  replace(root, ['etc', 'resolv.conf'], (path) => writeFileSync(path, '', { flag: 'wx' }));
}

function makeLinks(root: string, made: readonly Link[]): void {
  for (const [path, target] of made) replace(root, path.split('/'), (place) => symlinkSync(target, place));
}
