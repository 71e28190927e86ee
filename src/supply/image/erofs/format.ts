/**
 * The parts of EROFS (fs/erofs/erofs_fs.h of Linux) that Espalier writes: no compression, inodes of 64 bytes, regular files
 * on whole blocks, so that a page of a file is a page of the image; directories and links end behind their inodes.
 */
export const blockSize = 4096;
export const superOffset = 1024;
export const superSize = 128;
export const magic = 0xe0f5e1e2;
/** Inodes are counted in these. */
export const slotSize = 32;
export const inodeSize = 64;
export const entrySize = 12;
/** `i_format`: a long inode; the layout of its content is above bit 0. */
export const format = { plain: 1, inline: 1 | (2 << 1) } as const;
/** Prefixes of names of extended attributes by their number. */
export const xattrPrefixes = [
  [1, 'user.'],
  [4, 'trusted.'],
  [6, 'security.'],
] as const;
export const xattrHeader = 12;

/** A device number as the kernel stores it (new_encode_dev in include/linux/kdev_t.h). */
export function encodeDevice({ major, minor }: { readonly major: number; readonly minor: number }): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function decodeDevice(device: number): { major: number; minor: number } {
  return { major: (device >>> 8) & 0xfff, minor: (device & 0xff) | ((device >>> 12) & ~0xff) };
}

export function blocks(bytes: number): number {
  return Math.ceil(bytes / blockSize);
}
