/** Images with a kernel that is none: QEMU starts it, and no agent ever speaks. */
import { constants, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileNode } from '../../../src/supply/image/erofs/tree.ts';
import { writeErofs } from '../../../src/supply/image/erofs/writer.ts';

/** What the processor finds: it spins, or it stops for good with interrupts off. */
const programs = { spins: [0xeb, 0xfe], halts: [0xeb, 0x7e] } as const;
/** Where `halts` jumps to: cli, hlt, and back. */
const halting = [0xfa, 0xf4, 0xeb, 0xfc];

/** A file with the header of a Linux kernel (Documentation/arch/x86/boot.rst), and one of these programs where it is entered. */
function bootable(program: keyof typeof programs): Buffer {
  const file = Buffer.alloc(64 * 1024);
  file.set(programs[program], 0x200);
  file.set(halting, 0x280);
  file.writeUInt8(1, 0x1f1);
  file.writeUInt16LE(0xaa55, 0x1fe);
  file.write('HdrS', 0x202, 'latin1');
  file.writeUInt16LE(0x206, 0x206);
  file.writeUInt8(1, 0x211);
  file.writeUInt32LE(0x37ff_ffff, 0x22c);
  return file;
}

/** Writes the image of such a kernel below a folder; gives its path. */
export async function deadKernel(dir: string, program: keyof typeof programs): Promise<string> {
  const common = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Buffer>() };
  const fileOf = (name: string, bytes: Buffer): FileNode => {
    const file = join(dir, `${program}-${name}`);
    writeFileSync(file, bytes);
    return { ...common, mode: constants.S_IFREG | 0o644, content: { file, offset: 0, size: bytes.length } };
  };
  const folder = (children: Readonly<Record<string, FileNode>>): FileNode => ({
    ...common,
    mode: constants.S_IFDIR | 0o755,
    children: new Map(Object.entries(children)),
  });
  const modules = folder({ dead: folder({ 'modules.dep': fileOf('dep', Buffer.from('\n')) }) });
  const root = folder({
    boot: folder({ 'vmlinuz-dead': fileOf('kernel', bootable(program)) }),
    usr: folder({ lib: folder({ modules }) }),
  });
  const image = join(dir, `${program}.erofs`);
  await writeErofs(root, image, 0);
  return image;
}
