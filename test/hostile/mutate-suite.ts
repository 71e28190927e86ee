import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A number from 0 to below the limit. */
export type Pick = (limit: number) => number;

interface Place {
  readonly path: string;
  readonly pick: Pick;
  /** A folder outside of the suite that nothing may touch. */
  readonly outside: string;
}

/** Texts that readers stumble over: their words, repeated and doubled. */
const texts: readonly string[] = [
  '[',
  '\\{',
  '\\(',
  '[[:a',
  '{,',
  '<!--',
  '<p>',
  ' ',
  '\t',
  '\0',
  '\xff',
  '$A',
  '${A',
  '"',
  "'",
  '`id`',
  'A="$A$A"\n',
  '::',
  '\n',
  'ip -ip ',
  'load = ',
  '@include "/etc/passwd"\n',
  'r /etc/passwd\n',
  'w /tmp/espalier-fuzz-written\n',
  ':a\nba\n',
  '{ while (1) print }\n',
  'BEGIN { ARGV[1] = "/etc/passwd"; ARGC = 2 }\n',
  's/a*\\(b*\\)*\\1/&&&&/g\n',
  '. /etc/passwd\n',
  'moon::echo x::y::YES\n',
  '测',
  '../',
  'swan-prep ',
];

function repeated(pick: Pick): string {
  const text = texts[pick(texts.length)] ?? '';
  const most = [1, 10, 1000, 60_000, 1_000_000][pick(5)] ?? 1;
  return text.repeat(Math.max(1, Math.floor(most / text.length)));
}

/** Where links lead: to what is outside, back into the suite, round, nowhere. */
function target({ path, pick, outside }: Place): string {
  const targets = [
    outside,
    join(outside, 'secret'),
    '/etc/passwd',
    '/etc',
    '/dev/zero',
    '/proc/self/environ',
    '/proc/self/root/etc/passwd',
    '/',
    path,
    '.',
    '..',
    '../..',
    '../../..',
    'nothing',
    '../a-sound',
    '../a-sound/description.txt',
    'x'.repeat(300),
  ];
  return targets[pick(targets.length)] ?? '.';
}

type Mutation = (place: Place) => void;

/** Puts something in the place of a file or a folder. */
const instead =
  (put: Mutation): Mutation =>
  (place) => {
    rmSync(place.path, { recursive: true, force: true });
    put(place);
  };

/** What is done to one file or folder of a test. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'a link': instead((place) => symlinkSync(target(place), place.path)),
  'a hard link': instead(({ path, outside }) => {
    writeFileSync(`${outside}-linked`, 'true\n');
    linkSync(`${outside}-linked`, path);
  }),
  'a FIFO': instead(({ path }) => void spawnSync('mkfifo', [path])),
  'a folder': instead(({ path }) => mkdirSync(join(path, 'in'), { recursive: true })),
  nothing: instead(() => {}),
  'no bytes': instead(({ path }) => writeFileSync(path, '')),
  'a sparse file': instead(({ path, pick }) => {
    writeFileSync(path, '');
    truncateSync(path, [1_000_000, 20_000_000, 2 ** 40][pick(3)]);
  }),
  'a text': instead(({ path, pick }) => writeFileSync(path, repeated(pick), 'latin1')),
  'more text': ({ path, pick }) => onFile(path, () => appendFileSync(path, repeated(pick), 'latin1')),
  'text in the middle': ({ path, pick }) =>
    onFile(path, () => {
      const before = readFileSync(path, 'latin1');
      const at = pick(before.length + 1);
      writeFileSync(path, before.slice(0, at) + repeated(pick) + before.slice(at), 'latin1');
    }),
  'other bytes': ({ path, pick }) =>
    onFile(path, () => {
      const bytes = readFileSync(path);
      for (let times = 1 + pick(8); times > 0 && bytes.length > 0; times -= 1) bytes[pick(bytes.length)] = pick(256);
      writeFileSync(path, bytes);
    }),
  'another name': ({ path, pick }) => {
    const names = [
      '测'.repeat(84),
      'x'.repeat(255),
      '-rf',
      'a\nb',
      '\x1b[2J',
      ' ',
      '%',
      '~',
      'east.console.txt',
      'all.sh',
      'final.sh',
      '.sh',
    ];
    renameSync(path, join(dirname(path), names[pick(names.length)] ?? 'x'));
  },
  'a name that is no text': ({ path }) =>
    renameSync(path, Buffer.concat([Buffer.from(`${dirname(path)}/`), Buffer.from([0xff, 0xfe])])),
  'no permissions': ({ path }) => onFile(path, () => chmodSync(path, 0)),
  'deep folders': instead(({ path }) =>
    mkdirSync(join(path, ...Array.from({ length: 60 }, () => 'd')), { recursive: true }),
  ),
  'many files': instead(({ path, pick }) => {
    mkdirSync(path);
    for (let count = [10, 500][pick(2)] ?? 0; count > 0; count -= 1) writeFileSync(join(path, `${count}.sh`), 'true\n');
  }),
};

function onFile(path: string, change: () => void): void {
  if (lstatSync(path).isFile()) change();
}

/** Changes a test in up to three places; says where and how. */
export function mutateTest(test: string, pick: Pick, outside: string): string[] {
  const done: string[] = [];
  const kinds = Object.keys(mutations);
  for (let times = 1 + pick(3); times > 0; times -= 1) {
    const paths = pick(12) === 0 ? [test] : [test, ...placesIn(test)].slice(-1000);
    const path = paths[pick(paths.length)] ?? test;
    const kind = kinds[pick(kinds.length)] ?? 'nothing';
    done.push(`${kind} for ${JSON.stringify(path.slice(test.length - 5, test.length + 200))}`);
    try {
      mutations[kind]?.({ path, pick, outside });
    } catch (error) {
      // What an earlier change left may not take this one.
      done.push(`not possible: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  return done;
}

/** Everything in a folder, itself left out. What a link leads to is not in it, and a link holds nothing. */
function placesIn(dir: string): string[] {
  try {
    if (!lstatSync(dir).isDirectory()) return [];
    return readdirSync(dir, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const path = join(dir, entry.name);
        return entry.isDirectory() ? [path, ...placesIn(path)] : [path];
      });
  } catch {
    return [];
  }
}
