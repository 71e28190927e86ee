import { constants } from 'node:fs';
import { basename } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { readErofs } from '../image/erofs/reader.ts';
import { type FileNode, readContent, walk } from '../image/erofs/tree.ts';
import type { InitFile } from './cpio.ts';

const { S_IFREG, S_IFDIR } = constants;

/** The kernel of a distribution, out of an image that holds it. */
export interface DistributionKernel {
  readonly kernel: Buffer;
  /** Files `modules/NN-NAME` of an initramfs, in the order in which they are loaded, with the folder before them. */
  readonly modules: readonly InitFile[];
}

/** Reads the kernel of an image and some of its modules, with all that they need. Throws `infrastructure` for an image without one. */
export function distributionKernel(image: string, names: readonly string[]): DistributionKernel {
  const files = new Map(walk(readErofs(image)));
  const kernels = [...files.keys()].filter((path) => path.startsWith('/boot/vmlinuz-'));
  const [kernel] = kernels;
  if (kernel === undefined || kernels.length > 1) {
    throw new EspalierError('infrastructure', `holds ${kernels.length} kernels below /boot: it must be one`, {
      file: image,
    });
  }
  const folder = `/usr/lib/modules/${basename(kernel).slice('vmlinuz-'.length)}`;
  const read = (path: string): Buffer => contentOf(files, path, image);
  const modules = loadOrder(read(`${folder}/modules.dep`).toString(), names).map((path, index): InitFile => {
    const name = `modules/${String(index).padStart(2, '0')}-${basename(path)}`;
    return { path: name, mode: S_IFREG | 0o644, content: read(`${folder}/${path}`) };
  });
  return { kernel: read(kernel), modules: [initFolder('modules'), ...modules] };
}

/** A folder of an initramfs. */
export function initFolder(path: string): InitFile {
  return { path, mode: S_IFDIR | 0o755, content: new Uint8Array() };
}

/** A program or script of an initramfs. */
export function initProgram(path: string, content: Uint8Array): InitFile {
  return { path, mode: S_IFREG | 0o755, content };
}

function contentOf(files: ReadonlyMap<string, FileNode>, path: string, image: string): Buffer {
  const content = files.get(path)?.content;
  if (content === undefined) throw new EspalierError('infrastructure', `has no file ${path}`, { file: image });
  return readContent(content);
}

/**
 * Paths of modules with all that they need, each behind what it needs. What the list (modules.dep, depmod(8)) does not name is built
 * into the kernel.
 */
export function loadOrder(list: string, names: readonly string[]): string[] {
  const needs = new Map(
    list
      .split('\n')
      .filter(Boolean)
      .map((line): [string, string[]] => {
        const [path = '', rest = ''] = line.split(':');
        return [path, rest.trim().split(' ').filter(Boolean)];
      }),
  );
  const order: string[] = [];
  const add = (path: string): void => {
    if (order.includes(path)) return;
    for (const needed of needs.get(path) ?? []) add(needed);
    order.push(path);
  };
  for (const name of names) {
    const path = [...needs.keys()].find((one) => basename(one).replace(/\.ko(\.\w+)?$/, '') === name);
    if (path !== undefined) add(path);
  }
  return order;
}
