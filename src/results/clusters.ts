import { compare } from '../base/text.ts';
import type { Cluster } from '../model/results.ts';

/** What differs in one test: the text of its unified diffs. */
export interface Difference {
  /** `suite:name`. */
  readonly test: string;
  readonly hosts: readonly string[];
  readonly diffs: readonly string[];
}

/** Characters beyond this of one difference are not looked at. */
const longest = 256 * 1024;
/** Changed lines beyond this of one test are not looked at. */
const linesPerTest = 300;
/** Lines are compared by so many characters of them. */
const lineLength = 240;
/** Changed lines that a cluster keeps to be shown. */
const linesKept = 12;

/** What differs from test to test without meaning, in order of replacement. */
const neutral: readonly (readonly [RegExp, string])[] = [
  [/"[\w.@%/-]+"(?:\[\d+\])?/g, '"NAME"'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, 'ADDRESS'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, 'ADDRESS'],
  [/\b0x[0-9a-f]+\b/gi, 'HEX'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, 'HEX'],
  [/\d+/g, 'N'],
];

/**
 * Groups changes that several tests share, largest group first. A change is a run of changed lines; names of
 * hosts and connections, addresses, SPIs and numbers in it do not count. Changes that the very same tests show are one cluster.
 */
export function clusterDifferences(differences: readonly Difference[]): Cluster[] {
  const changes = new Map<string, { readonly lines: readonly string[]; readonly tests: Set<string> }>();
  for (const difference of differences.toSorted((a, b) => compare(a.test, b.test))) {
    const neutralise = neutraliser(difference.hosts);
    for (const lines of changesOf(difference.diffs)) {
      const key = lines.map(neutralise).join('\n');
      const change = changes.get(key) ?? { lines, tests: new Set() };
      change.tests.add(difference.test);
      changes.set(key, change);
    }
  }
  const shared = [...changes.values()].filter(({ tests }) => tests.size > 1);
  const clusters = [...Map.groupBy(shared, ({ tests }) => [...tests].join('\n')).values()].map((members) => ({
    lines: cut(members.flatMap(({ lines }) => lines)),
    tests: [...(members[0]?.tests ?? [])],
  }));
  return clusters.sort((a, b) => b.tests.length - a.tests.length || compare(a.tests.join('\n'), b.tests.join('\n')));
}

function cut(lines: readonly string[]): string[] {
  if (lines.length <= linesKept) return [...lines];
  return [...lines.slice(0, linesKept), `… ${lines.length - linesKept} more lines`];
}

/** Runs of changed lines. */
function changesOf(diffs: readonly string[]): string[][] {
  const changes: string[][] = [];
  let left = linesPerTest;
  for (const diff of diffs) {
    let open: string[] | undefined;
    let inHunk = false;
    for (const line of linesUpTo(diff.slice(0, longest), 20 * linesPerTest)) {
      if (line.startsWith('@@')) inHunk = true;
      if (!inHunk || !/^[-+]/.test(line)) {
        open = undefined;
        continue;
      }
      if (left === 0) return changes;
      left -= 1;
      if (open === undefined) {
        open = [];
        changes.push(open);
      }
      open.push(line.slice(0, lineLength));
    }
  }
  return changes;
}

function* linesUpTo(text: string, most: number): Generator<string> {
  let at = 0;
  for (let count = 0; at < text.length && count < most; count += 1) {
    const end = text.indexOf('\n', at);
    yield text.slice(at, end < 0 ? undefined : end);
    if (end < 0) return;
    at = end + 1;
  }
}

function neutraliser(hosts: readonly string[]): (line: string) => string {
  const words = hosts.filter((host) => /^\w+$/.test(host)).map((host) => `\\b${host}(?![a-z])`);
  const named = words.length === 0 ? undefined : new RegExp(words.join('|'), 'g');
  return (line) => {
    let text = line.slice(1);
    for (const [pattern, word] of neutral) text = text.replace(pattern, word);
    if (named !== undefined) text = text.replace(named, 'HOST');
    return `${line[0]}${text}`;
  };
}
