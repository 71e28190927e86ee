import { constants } from 'node:fs';
import { basename } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { readErofs } from '../../../supply/image/erofs/reader.ts';
import { type FileNode, readContent, walk } from '../../../supply/image/erofs/tree.ts';
import { agentBytes, type GuestProgram } from '../../../supply/kernel/guest.ts';
import { encodeCpio, type InitFile } from './cpio.ts';

const { S_IFREG, S_IFDIR } = constants;

/** What the agent needs before it can mount the image that all other modules are in. */
const firstModules = ['virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_net', 'virtio-rng', 'erofs', 'overlay'];

/** A kernel and the initramfs that starts the agent. */
export interface BootFiles {
  readonly kernel: Buffer;
  readonly initramfs: Buffer;
}

/** What a machine boots, out of the image of its kernel. Throws `infrastructure` for an image without a kernel. */
export function bootFiles(image: string, agent: GuestProgram): BootFiles {
  const files = new Map(walk(readErofs(image)));
  const kernels = [...files.keys()].filter((path) => path.startsWith('/boot/vmlinuz-'));
  const [kernel] = kernels;
  if (kernel === undefined || kernels.length > 1) {
    throw new EspalierError('infrastructure', `holds ${kernels.length} kernels below /boot: it must be one`, {
      file: image,
    });
  }
  const modules = `/usr/lib/modules/${basename(kernel).slice('vmlinuz-'.length)}`;
  const read = (path: string): Buffer => contentOf(files, path, image);
  const order = loadOrder(read(`${modules}/modules.dep`).toString(), firstModules);
  const loaded = order.map((path, index): InitFile => {
    const name = `modules/${String(index).padStart(2, '0')}-${basename(path)}`;
    return { path: name, mode: S_IFREG | 0o644, content: read(`${modules}/${path}`) };
  });
  const folders = ['dev', 'modules', 'proc', 'sys'].map((path): InitFile => folder(path));
  const init = { path: 'init', mode: S_IFREG | 0o755, content: agentBytes(agent) };
  return { kernel: read(kernel), initramfs: encodeCpio([...folders, init, ...loaded]) };
}

function folder(path: string): InitFile {
  return { path, mode: S_IFDIR | 0o755, content: new Uint8Array() };
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
