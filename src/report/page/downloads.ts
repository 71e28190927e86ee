import { gzipSync } from 'node:zlib';
import { mergeTraffic } from '../../evidence/capture/merge.ts';
import type { Download } from './data.ts';
import { logFiles } from './logs.ts';
import { namesIn, type StoredFiles } from './stored-files.ts';

/** Bytes from which on text is packed; browsers show smaller ones. */
const packedFrom = 64 * 1024;

/** Takes a file of the report; `href` is relative to its folder. */
export type PutFile = (href: string, content: Uint8Array) => void;

/** What a test's files are copied from and to. */
export interface DownloadPlan {
  readonly files: StoredFiles;
  /** Folder of the test below the report's. */
  readonly folder: string;
  readonly put: PutFile;
  readonly title: string;
  /** Does a piece of work; undefined where a file cannot be read, which is told elsewhere. */
  readonly tried: <T>(what: string, read: () => T) => T | undefined;
}

/** Copies raw transcripts, logs and captures into the report, all under names that no browser takes for a page. */
export function copyDownloads(plan: DownloadPlan): Download[] {
  const downloads: Download[] = [];
  const put = (name: string, bytes: Uint8Array): void => {
    const packed = bytes.length >= packedFrom && name.endsWith('.txt');
    const file = packed ? `${name}.gz` : name;
    const href = `${plan.folder}/${file}`;
    const content = packed ? gzipSync(bytes) : bytes;
    plan.put(href, content);
    downloads.push({ name: file, href, bytes: content.length });
  };
  const merged = captures(plan);
  if (merged !== undefined) put('links.pcapng', merged);
  for (const [name, file] of texts(plan.files.names)) {
    const bytes = plan.tried(name, () => plan.files.attempt.read(file));
    if (bytes !== undefined && bytes.length > 0) put(name, bytes);
  }
  return downloads;
}

/** All links as one capture, with the commands in its comments. */
function captures({ files, title, tried }: DownloadPlan): Uint8Array | undefined {
  const { attempt, names } = files;
  const captured = namesIn(names, 'links').flatMap((name) => /^(.*)\.pcapng$/s.exec(name)?.[1] ?? []);
  const links = captured.flatMap((name) => {
    const capture = attempt.capture(name);
    return capture === undefined ? [] : [{ name, capture }];
  });
  if (links.length === 0) return undefined;
  const commands = tried('commands', () => attempt.commands) ?? [];
  const notes = commands.map(({ host, line, begin }) => ({ time: begin, text: `${host}# ${line}` }));
  return mergeTraffic({ title, notes, links }).bytes;
}

/** Name in the report, and in the attempt. Names are made of letters, digits, dots, dashes and underscores. */
function texts(names: ReadonlySet<string>): (readonly [string, string])[] {
  const transcripts = namesIn(names, 'derived').filter((name) => /(?:console(?:\.verbose)?|esp_sa)\.txt$/.test(name));
  const logs = logFiles(names);
  const above = sharedFolders(logs);
  const files = [
    ...transcripts.map((name): [string, string] => [name, `derived/${name}`]),
    ...logs.map((name): [string, string] => [name.slice(above), `files/${name}`]),
    ['kernel.log', 'kernel.log'] as const,
  ];
  const taken = new Set<string>();
  return files.map(([name, file]) => {
    const base = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/\.txt$/, '');
    let unique = base;
    for (let count = 2; taken.has(unique); count += 1) unique = `${base}-${count}`;
    taken.add(unique);
    return [`${unique}.txt`, file];
  });
}

/** How many characters of their paths are folders that all files lie in. */
function sharedFolders(paths: readonly string[]): number {
  const [first = ''] = paths;
  let length = 0;
  for (let end = first.indexOf('/') + 1; end > 0; end = first.indexOf('/', end) + 1) {
    if (!paths.every((path) => path.startsWith(first.slice(0, end)))) break;
    length = end;
  }
  return length;
}
