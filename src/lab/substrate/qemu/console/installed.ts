import { constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../../../base/errors.ts';
import { systems } from '../../../../dialogue/systems/all.ts';
import type { HostProfile, SystemProfile } from '../../../../dialogue/systems/profile.ts';
import type { LabPlan, PlacedFile } from '../../../../model/scenario.ts';
import { writeTar } from '../../../../supply/image/erofs/tar-writer.ts';
import type { FileNode } from '../../../../supply/image/erofs/tree.ts';

/** A system's profile, and what makes it a host. */
export interface InstalledProfile {
  readonly system: SystemProfile;
  readonly host: HostProfile;
}

/** The profile of the system that a host is; `undefined`: the host has an agent. Raises `scenario` for one that cannot be a host. */
export function profileOf(
  { systems: named = {} }: Pick<LabPlan, 'systems'>,
  host: string,
): InstalledProfile | undefined {
  const name = named[host];
  if (name === undefined) return undefined;
  const system = systems.find((one) => one.name === name);
  if (system?.host !== undefined) return { system, host: system.host };
  throw new EspalierError('scenario', `the system ${name} cannot be a host yet`, { host });
}

/** Writes the disk by which files come into an installed system: a tar archive. */
export async function writeFileDisk(folder: string, host: string, { files }: Pick<LabPlan, 'files'>): Promise<string> {
  const own = files.filter((file) => file.host === host || file.host === '*');
  const bytes = join(folder, `${host}.content`);
  writeFileSync(bytes, Buffer.concat(own.map(({ content }) => content)));
  const root = directory();
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
