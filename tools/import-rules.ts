/** Checks who imports whom against deps.json: default deny, pure folders, no cycles. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

interface Room {
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
  readonly pure?: boolean;
  /** Modules of Node that a pure room may import nevertheless: deterministic ones. */
  readonly node?: readonly string[];
}

interface Rules {
  readonly rooms: Readonly<Record<string, Room>>;
  /** Importing file → what it may import besides, each with a reason. */
  readonly exceptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Reads deps.json. */
export function readRules(file: string): Rules {
  return JSON.parse(readFileSync(file, 'utf8')) as Rules;
}

/** What pure folders may use of base: it has no clock, no environment and no node:*. */
const pureBase: readonly string[] = ['src/base/errors.ts', 'src/base/bytes.ts'];

function roomOf(path: string, rules: Rules): string | undefined {
  const parts = path.split('/');
  const two = parts.slice(0, 2).join('/');
  if (rules.rooms[two]) return two;
  return rules.rooms[parts[0] ?? ''] ? parts[0] : undefined;
}

/** Files that a file imports (from the root) and packages it imports (by name). */
function importsOf({ path, text }: SourceFile): { files: string[]; packages: string[] } {
  const files: string[] = [];
  const packages: string[] = [];
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (fileName.startsWith('.')) files.push(normalize(join(dirname(path), fileName)));
    else packages.push(fileName);
  }
  return { files, packages };
}

function refusal(rules: Rules, from: string, to: string): string | undefined {
  const here = roomOf(from, rules);
  const there = roomOf(to, rules);
  if (here === undefined) return `${from}: its folder is not in deps.json`;
  if (rules.exceptions[from]?.[to] !== undefined) return undefined;
  if (there === undefined) return `${from}: imports ${to}, whose folder is not in deps.json`;
  const room = rules.rooms[here];
  if (there === here || pureBase.includes(to)) return undefined;
  if (room?.pure && !rules.rooms[there]?.pure) return `${from}: imports ${to}, but ${here} is pure and ${there} is not`;
  const allowed = room?.imports.includes('*') || room?.imports.includes(there);
  return allowed ? undefined : `${from}: imports ${to}, but deps.json does not let ${here} import ${there}`;
}

function packageRefusal(rules: Rules, from: string, name: string): string | undefined {
  const here = roomOf(from, rules);
  const room = here === undefined ? undefined : rules.rooms[here];
  if (isBuiltin(name)) {
    if (!name.startsWith('node:')) return `${from}: write node:${name}`;
    return room?.pure && !room.node?.includes(name) ? `${from}: imports ${name}, but ${here} is pure` : undefined;
  }
  const bare = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name);
  if (room?.packages?.includes(bare)) return undefined;
  return `${from}: imports the package ${bare}, which deps.json does not give to ${here}`;
}

/** One cycle per group of files that import each other in a circle. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push(`import cycle: ${[...trail.slice(at), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Everything that breaks the rules, one line each. */
export function importProblems(files: readonly SourceFile[], rules: Rules): string[] {
  const problems: string[] = [];
  const edges = new Map<string, readonly string[]>();
  for (const file of files) {
    const found = importsOf(file);
    edges.set(file.path, found.files);
    for (const to of found.files) problems.push(refusal(rules, file.path, to) ?? '');
    for (const name of found.packages) problems.push(packageRefusal(rules, file.path, name) ?? '');
  }
  return [...new Set(problems.filter(Boolean)), ...cycles(edges)];
}
