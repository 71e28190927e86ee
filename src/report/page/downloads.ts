import { gzipSync } from 'node:zlib';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { espTable } from '../../evidence/capture/esp-table.ts';
import { mergeTraffic } from '../../evidence/capture/merge.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import { attemptFileNames, capturedLinks } from '../../store/attempt-files.ts';
import type { Download } from './data.ts';
import { logFiles } from './logs.ts';

/** Bytes from which on text is packed; browsers show smaller ones. */
const packedFrom = 64 * 1024;

/** Takes a file of the report; `href` is relative to its folder. */
export type PutFile = (href: string, content: Uint8Array) => void;

/** What a test's files are copied from and to. */
export interface DownloadPlan {
  readonly attemptDir: string;
  readonly attempt: Attempt;
  /** Folder of the test below the report's. */
  readonly folder: string;
  readonly put: PutFile;
  readonly title: string;
  readonly evidence?: FactEvidence | undefined;
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
  const keys = plan.evidence === undefined ? undefined : espTable(plan.evidence.timeline);
  if (keys !== undefined && keys.count > 0) put('wireshark-esp_sa.txt', Buffer.from(keys.text));
  for (const [name, file] of texts(plan.attemptDir)) {
    const bytes = plan.tried(name, () => plan.attempt.read(file));
    if (bytes !== undefined && bytes.length > 0) put(name, bytes);
  }
  return downloads;
}

/** All links as one capture, with the commands in its comments. */
function captures({ attemptDir, attempt, title, evidence }: DownloadPlan): Uint8Array | undefined {
  const links = capturedLinks(attemptDir).flatMap((name) => {
    const capture = attempt.capture(name);
    return capture === undefined ? [] : [{ name, capture }];
  });
  if (links.length === 0) return undefined;
  const notes = (evidence?.commands ?? []).map(({ host, line, begin }) => ({ time: begin, text: `${host}# ${line}` }));
  return mergeTraffic({ title, notes, links }).bytes;
}

/** Name in the report, and in the attempt. Names are made of letters, digits, dots and dashes. */
function texts(attemptDir: string): (readonly [string, string])[] {
  const derived = [...attemptFileNames(attemptDir, 'derived')];
  const transcripts = derived.filter((name) => /console(?:\.verbose)?\.txt$/.test(name));
  const files = [
    ...transcripts.map((name): [string, string] => [name, `derived/${name}`]),
    ...logFiles(attemptDir).map((name): [string, string] => [name, `files/${name}`]),
    ['kernel.log', 'kernel.log'] as const,
  ];
  const taken = new Set<string>();
  return files.map(([name, file]) => {
    const flat = name.replace(/^testing\/pluto\/[^/]*\/OUTPUT\//, '').replace(/[^A-Za-z0-9.-]+/g, '-');
    const base = flat.replace(/\.txt$/, '');
    let unique = base;
    for (let count = 2; taken.has(unique); count += 1) unique = `${base}-${count}`;
    taken.add(unique);
    return [`${unique}.txt`, file];
  });
}
