import { constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../../../base/errors.ts';
import { hostSystems } from '../../../../dialogue/systems/all.ts';
import type { HostSystem } from '../../../../dialogue/systems/profile.ts';
import type { LabPlan, PlacedFile } from '../../../../model/scenario.ts';
import type { Host } from '../../../../model/topology.ts';
import { writeTar } from '../../../../supply/image/erofs/tar-writer.ts';
import type { FileNode } from '../../../../supply/image/erofs/tree.ts';

/** The system that a host is; `undefined`: the host has an agent. Raises `scenario` for one that cannot be a host, or not this one. */
export function systemOf(plan: Pick<LabPlan, 'systems' | 'files'>, { name: host, nics }: Host): HostSystem | undefined {
  const name = plan.systems?.[host];
  if (name === undefined) return undefined;
  const refuse = (why: string): never => {
    throw new EspalierError('scenario', `the system ${name} ${why}`, { host });
  };
  const system = hostSystems.find((one) => one.name === name) ?? refuse('cannot be a host yet');
  const hasFiles = plan.files.some((file) => file.host === host);
  if (hasFiles && system.host.files === undefined) refuse('has no files');
  // So has U-Boot's profile, which says nothing of interfaces.
  const only = system.host.up === undefined;
  if (only && nics.length > 1) refuse('has one network card');
  if (only && nics.some(({ addresses }) => addresses.length > 1 || addresses.some((one) => one.includes(':'))))
    refuse('has one address, of IPv4');
  return system;
}

/** Writes the disk by which files come into an installed system: a tar archive. */
export async function writeFileDisk(folder: string, host: string, { files }: Pick<LabPlan, 'files'>): Promise<string> {
  const own = files.filter((file) => file.host === host || file.host === '*');
  const bytes = join(folder, `${host}.content`);
  writeFileSync(bytes, Buffer.concat(own.map(({ content }) => content)));
  const root = directory();
  // What has no entry is no archive to the tar of NetBSD and OpenBSD.
  root.children?.set('etc', directory());
  let offset = 0;
  for (const file of own) {
    place(root, file, { file: bytes, offset, size: file.content.length });
    offset += file.content.length;
  }
  const disk = join(folder, `${host}.files`);
  await writeTar(root, disk);
  return `${host}.files`;
}

const common = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Buffer>() };

function directory(mode = 0o755): FileNode {
  return { ...common, mode: constants.S_IFDIR | mode, children: new Map() };
}

function place(root: FileNode, { path, mode }: PlacedFile, content: NonNullable<FileNode['content']>): void {
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop() ?? '';
  let folder = root;
  for (const name of names) {
    const next = folder.children?.get(name) ?? directory();
    folder.children?.set(name, next);
    folder = next;
  }
  const isFolder = path.endsWith('/');
  folder.children?.set(last, isFolder ? directory(mode) : { ...common, mode: constants.S_IFREG | mode, content });
}
