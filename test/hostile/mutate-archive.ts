import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArtifactStore } from '../../src/base/artifacts.ts';
import type { Pick } from './mutate-suite.ts';

/** An artifact in the cache, and the archive that it was exported to. */
export interface Original {
  readonly id: string;
  readonly content: string;
  readonly archive: string;
}

/** Makes a small artifact, and exports it. */
export async function originalArchive(store: ArtifactStore<unknown>, dir: string): Promise<Original> {
  const [id, content, archive] = ['1.0-abc', 'no kernel, for it must not run', join(dir, 'original.tar')];
  const facts = { version: '1', flavour: 'standard', configHash: '', compiler: '', objects: 1, buildMs: 1 };
  const artifact = await store.ensure(id, async (file) => {
    writeFileSync(file, content);
    return facts;
  });
  await store.exportTo(artifact, archive);
  return { id, content, archive };
}

interface ArchiveWork {
  readonly archive: string;
  readonly dir: string;
  readonly outside: string;
  readonly pick: Pick;
}

/** Fields of a tar header: where they begin, and how long they are. */
const fields = [
  [0, 100],
  [100, 8],
  [124, 12],
  [148, 8],
  [156, 1],
  [157, 100],
  [257, 8],
  [345, 155],
] as const;
const words = [
  '.',
  '..',
  '../../x',
  '/etc/passwd',
  '1.0-abc/linux',
  '1.0-abc/artifact.json',
  'a/linux',
  '77777777777',
  '00000000000',
  '1',
  '2',
  '5',
  '6',
  'x',
  'L',
  '\0',
];

/** Bytes of the archive changed, mostly in a header whose checksum is put right again. */
function changedBytes({ archive, pick, dir }: ArchiveWork): string {
  const bytes = readFileSync(archive);
  for (let times = 1 + pick(3); times > 0; times -= 1) {
    const block = 512 * pick(Math.max(1, bytes.length / 512 - 1));
    const [start, length] = fields[pick(fields.length)] ?? [0, 1];
    if (pick(4) === 0) bytes[pick(bytes.length)] = pick(256);
    else
      bytes
        .fill(0, block + start, block + start + length)
        .write(words[pick(words.length)] ?? '', block + start, length, 'latin1');
    if (pick(4) > 0) putChecksum(bytes.subarray(block, block + 512));
  }
  const file = join(dir, 'changed.tar');
  writeFileSync(file, pick(6) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes);
  return file;
}

function putChecksum(head: Uint8Array): void {
  head.fill(0x20, 148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

/** A folder packed by tar, with what may not be in an archive. */
function packedTree({ archive, pick, dir, outside }: ArchiveWork): string {
  const tree = join(dir, 'tree');
  mkdirSync(join(tree, '1.0-abc'), { recursive: true });
  spawnSync('tar', ['-xf', archive, '-C', tree]);
  const additions = [
    () => symlinkSync(join(outside, 'secret'), join(tree, '1.0-abc/more')),
    () => symlinkSync(outside, join(tree, 'link')),
    () => void spawnSync('mkfifo', [join(tree, '1.0-abc/fifo')]),
    () => cpSync(join(tree, '1.0-abc'), join(tree, 'two'), { recursive: true }),
    () => writeFileSync(join(tree, '1.0-abc/linux'), 'others'),
  ];
  additions[pick(additions.length)]?.();
  const file = join(dir, pick(2) === 0 ? 'host:packed.tar' : 'packed.tar');
  const what = [
    ['1.0-abc'],
    ['.'],
    ['./1.0-abc/artifact.json', './1.0-abc/linux'],
    ['1.0-abc/artifact.json', '1.0-abc/linux', 'link'],
  ];
  const format = ['gnu', 'pax', 'ustar', 'v7'][pick(4)];
  spawnSync('tar', [
    '--force-local',
    `--format=${format}`,
    '-cf',
    file,
    '-C',
    tree,
    ...(what[pick(what.length)] ?? []),
  ]);
  return file;
}

/** What is no archive at all. */
function otherFile({ pick, dir, outside }: ArchiveWork): string {
  const file = join(dir, 'other');
  const kinds = [
    () => mkdirSync(file),
    () => void spawnSync('mkfifo', [file]),
    () => symlinkSync(join(outside, 'nothing'), file),
    () => symlinkSync('/dev/zero', file),
    () => writeFileSync(file, ''),
    () => writeFileSync(file, Buffer.alloc(1024)),
  ];
  kinds[pick(kinds.length)]?.();
  return file;
}

/** Another archive, or something in its place; says what it is. */
export function mutateArchive(work: ArchiveWork): { readonly file: string; readonly change: string } {
  const ways = { changedBytes, packedTree, otherFile };
  const names = ['changedBytes', 'changedBytes', 'packedTree', 'packedTree', 'otherFile'] as const;
  const change = names[work.pick(names.length)] ?? 'changedBytes';
  const file = ways[change](work);
  return { file, change: `${change}${existsSync(file) ? '' : ' (not there)'}` };
}
