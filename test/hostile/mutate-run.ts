import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Draw } from '../mischief/draw.ts';
import { changedJson } from './mutate-json.ts';
import type { Planted } from './planted.ts';
import type { Templates } from './templates.ts';

/** What a mutation works with. */
export interface Bench {
  readonly draw: Draw;
  readonly planted: Planted;
  readonly templates: Templates;
}

/** One way to spoil what is at a path, which may be a file, a folder, or nothing. */
type Mutation = (path: string, bench: Bench) => void;

const without = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
};

const isFile = (path: string): boolean => existsSync(path) && lstatSync(path).isFile();

const instead =
  (make: Mutation): Mutation =>
  (path, bench) => {
    without(path);
    make(path, bench);
  };

const ofFile =
  (change: Mutation): Mutation =>
  (path, bench) => {
    if (isFile(path)) change(path, bench);
    else instead(links)(path, bench);
  };

const links: Mutation = (path, { draw, planted }) =>
  symlinkSync(draw.of([...planted.targets, '.', '..', path, '/dev/zero']), path);

const flipped: Mutation = (path, { draw }) => {
  const bytes = readFileSync(path);
  for (let count = 0; count < 4 && bytes.length > 0; count += 1)
    bytes[Math.floor(draw.next() * bytes.length)] = draw.next() * 256;
  writeFileSync(path, bytes);
};

const oddNames = ['\x1b[2J', 'a\nb', '..%2f..', ' ', '-rf', 'x'.repeat(255), '長'.repeat(84), '~', '%', '0', '999999'];

/** By name, for messages. Those of a file make a link of anything else. */
export const mutations: Readonly<Record<string, Mutation>> = {
  link: instead(links),
  'hard link': instead((path, { planted }) => linkSync(join(planted.dir, 'second-name'), path)),
  fifo: instead((path, { templates }) => linkSync(templates.fifo, path)),
  socket: instead((path, { templates }) => linkSync(templates.socket, path)),
  folder: instead((path) => mkdirSync(path)),
  'empty file': instead((path) => writeFileSync(path, '')),
  'made content': instead((path, { draw, templates }) => copyFileSync(draw.of(templates.contents), path)),
  sparse: instead((path) => {
    writeFileSync(path, '');
    truncateSync(path, 300 * 1024 * 1024);
  }),
  deep: instead((path) => mkdirSync(join(path, 'd/'.repeat(80)), { recursive: true })),
  many: instead((path) => {
    mkdirSync(path);
    for (let at = 0; at < 300; at += 1) writeFileSync(join(path, String(at)), '');
  }),
  gone: without,
  torn: ofFile((path, { draw }) => truncateSync(path, Math.floor(draw.next() * lstatSync(path).size))),
  longer: ofFile((path, { draw }) =>
    appendFileSync(path, Buffer.alloc(1 + draw.next() * 100_000, draw.of(['\0', '{', 'null\n', '\xff']))),
  ),
  bytes: ofFile(flipped),
  null: ofFile((path) => writeFileSync(path, 'null\n')),
  json: ofFile((path, { draw, planted }) =>
    writeFileSync(path, changedJson(readFileSync(path, 'utf8'), draw, planted)),
  ),
  renamed: (path, { draw }) => {
    if (existsSync(path))
      renameSync(path, join(dirname(path), draw.of(oddNames.filter((name) => !existsSync(join(dirname(path), name))))));
  },
  'no text': (path) => {
    if (existsSync(dirname(path)) && lstatSync(dirname(path)).isDirectory())
      writeFileSync(Buffer.concat([Buffer.from(`${dirname(path)}/`), Buffer.from([0xff, 0xfe])]), '');
  },
  mode: (path, { draw }) => {
    // Of a link this would change what it leads to, which may be a file of this machine.
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder || isFile(path)) chmodSync(path, draw.of([0, 0o111, 0o444, 0o222, 0o4777]));
  },
};
