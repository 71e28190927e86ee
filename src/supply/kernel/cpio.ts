/** A file of an initramfs. */
export interface InitFile {
  /** Without a leading slash. */
  readonly path: string;
  /** Type and permissions as in stat(2). */
  readonly mode: number;
  readonly content: Uint8Array;
}

const headerFields = 13;

/** An entry of cpio's format `newc` (Documentation/driver-api/early-userspace/buffer-format.rst of Linux). */
function entry({ path, mode, content }: InitFile, inode: number): Buffer {
  const fields = Array.from({ length: headerFields }, () => 0);
  fields[0] = inode;
  fields[1] = mode;
  fields[4] = 1; // links
  fields[6] = content.length;
  fields[11] = path.length + 1;
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${path}\0`;
  return Buffer.concat([padded(Buffer.from(head)), padded(content)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** An initramfs of these files, folders before what is in them. */
export function encodeCpio(files: readonly InitFile[]): Buffer {
  const trailer = { path: 'TRAILER!!!', mode: 0, content: new Uint8Array() };
  return Buffer.concat([...files, trailer].map((file, index) => entry(file, index + 1)));
}
