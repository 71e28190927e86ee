import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256, temporaryBeside } from '../base/files.ts';
import { cacheDir, withLock } from '../base/folders.ts';
import { succeed } from '../base/processes.ts';
import { ensureImage } from '../image/image.ts';
import { packSquashfs } from '../image/squashfs.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { StrongswanTree } from '../suite/strongswan/obtain.ts';
import type { StrongswanInputs } from '../suite/strongswan/strongswan.ts';
import { knownHosts } from '../suite/strongswan/topology.ts';
import { ensureStrongswanKeys } from './strongswan-keys.ts';

/** Everything a lab of strongSwan's suite is made from, made on first need. */
export interface StrongswanWish {
  readonly tree: StrongswanTree;
  /** Recipe of the image that all hosts boot from. */
  readonly image: string;
  readonly kernel: () => Promise<Kernel>;
  readonly signal?: AbortSignal | undefined;
}

/** The image, the suite with its certificates, and a layer for each host. Progress is shown by each part. */
export async function strongswanInputs({
  tree,
  image: name,
  kernel,
  signal,
}: StrongswanWish): Promise<StrongswanInputs> {
  const image = await ensureImage(name, signal);
  const keys = await ensureStrongswanKeys({ tree, image, kernel: await kernel(), signal });
  const made = join(cacheDir('suites'), `strongswan-${tree.version}-${keys.id}-made`);
  await withLock(`${made}.lock`, async () => {
    if (!existsSync(made)) await unpack(keys.path, made);
  });
  const version = image.versions['charon-systemd'];
  return {
    image: { ...image, versions: version === undefined ? {} : { strongswan: version } },
    dir: join(made, 'testing'),
    layers: Object.fromEntries(knownHosts.map((host) => [host, [join(made, 'layers', `${host}.squashfs`)]])),
    identity: { id: `strongswan-${tree.version}`, sha256: sha256(`${layerMethod} ${keys.sha256}`) },
  };
}

/** Part of the suite's identity: raise it when layers are made in another way. */
const layerMethod = 1;

/** Unpacks what the making lab left, and packs what makes each host that host. */
async function unpack(tar: string, dir: string): Promise<void> {
  const work = temporaryBeside(dir);
  try {
    mkdirSync(join(work, 'layers'), { recursive: true });
    await succeed('tar', ['--no-same-owner', '-xf', tar, '-C', work]);
    for (const host of knownHosts) {
      const root = join(work, 'root');
      fillRoot(root, join(work, 'testing'), host);
      await packSquashfs(root, join(work, 'layers', `${host}.squashfs`), { allRoot: true, sameDates: true });
      rmSync(root, { recursive: true });
    }
    renameSync(work, dir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What stands where, since the suite's machines build strongSwan below /usr/local. */
const links: readonly (readonly [path: string, target: string])[] = [
  ['usr/local/libexec/ipsec', '/usr/lib/ipsec'],
  ['usr/local/bin/ping6', '/usr/bin/ping'],
];

/** As the suite's own guest images are made: the files of all hosts, then those of the one, then what was made for it. */
function fillRoot(root: string, testing: string, host: string): void {
  mkdirSync(root);
  const hosts = join(testing, 'hosts');
  for (const source of [join(hosts, 'default'), join(hosts, host), join(testing, 'made', host)]) {
    if (existsSync(source)) copyTree(source, root);
  }
  for (const [path, target] of links) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
}

function copyTree(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    if (lstatSync(source).isDirectory()) {
      mkdirSync(join(to, name), { recursive: true });
      copyTree(source, join(to, name));
    } else cpSync(source, join(to, name), { dereference: false, force: true });
  }
}
