import { constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Artifact, ArtifactStore } from '../../base/artifacts.ts';
import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { readErofs } from '../image/erofs/reader.ts';
import { type FileNode, fileAt, readContent } from '../image/erofs/tree.ts';
import { ensureImage, type Image } from '../image/image.ts';
import { encodeCpio, type InitFile } from '../kernel/cpio.ts';
import { distributionKernel, initFolder, initProgram } from '../kernel/distribution.ts';
import { writeCd } from './iso.ts';

const factsSchema = z.object({ image: z.string() });
type CdFacts = z.infer<typeof factsSchema>;

const store = new ArtifactStore<CdFacts>({ name: 'system-cd', file: 'cd.iso', facts: factsSchema });

/** What reads the CD and the disk. The rest is on the disk. */
const modules = ['virtio_pci', 'virtio_blk', 'ahci', 'sr_mod', 'isofs', 'loop', 'erofs', 'ext4'];

const folder = join(projectDir, 'guest', 'system');
const scripts = [
  ['init', 'init.sh'],
  ['install', 'install.sh'],
] as const;
/** Files that the installer adds to the tree. */
const added = ['etc/inittab', 'etc/start', 'etc/stop'];

const menu = `DEFAULT install
LABEL install
  KERNEL kernel
  INITRD initrd
  APPEND console=ttyS0,115200 quiet
`;

/** The installation CD of a recipe, whose image is made where it is not there yet. */
export async function ensureDebianCd(recipe: string, signal?: AbortSignal): Promise<Artifact<CdFacts>> {
  return debianCd(await ensureImage(recipe, signal));
}

/** The installation CD of an image: its packages as a tree, Debian's kernel and boot loader, and an installer. Made once. */
export function debianCd(image: Pick<Image, 'id' | 'path'>): Promise<Artifact<CdFacts>> {
  const files = installerFiles();
  const own = sha256(encodeCpio(files).toString('latin1') + menu + modules.join()).slice(0, 12);
  return store.ensure(`${image.id}-${own}`, (out) => {
    makeCd(out, image, files);
    return Promise.resolve({ image: image.id });
  });
}

function installerFiles(): InitFile[] {
  const read = (path: string): Buffer => readFileSync(join(folder, path));
  const placed = (path: string): InitFile => ({
    path: `files/${path}`,
    mode: constants.S_IFREG | 0o644,
    content: read(join('files', path)),
  });
  return [
    ...['bin', 'cd', 'dev', 'files', 'files/etc', 'proc', 'sys', 'target', 'tree'].map(initFolder),
    ...scripts.map(([path, file]) => initProgram(path, read(file))),
    ...added.map(placed),
  ];
}

function makeCd(out: string, image: Pick<Image, 'path'>, files: readonly InitFile[]): void {
  const root = readErofs(image.path);
  const read = (path: string): Buffer => contentOf(root, path, image.path);
  const { kernel, modules: loaded } = distributionKernel(image.path, modules);
  const busybox = initProgram('bin/busybox', read('/usr/bin/busybox'));
  writeCd(out, [
    { name: 'ISOLINUX.BIN', content: read('/usr/lib/ISOLINUX/isolinux.bin') },
    { name: 'INITRD', content: encodeCpio([...files, busybox, ...loaded]) },
    { name: 'ISOLINUX.CFG', content: Buffer.from(menu) },
    { name: 'KERNEL', content: kernel },
    { name: 'LDLINUX.C32', content: read('/usr/lib/syslinux/modules/bios/ldlinux.c32') },
    { name: 'TREE.IMG', content: { file: image.path, size: statSync(image.path).size } },
  ]);
}

function contentOf(root: FileNode, path: string, image: string): Buffer {
  const content = fileAt(root, path)?.content;
  if (content === undefined) throw new EspalierError('infrastructure', `has no file ${path}`, { file: image });
  return readContent(content);
}
