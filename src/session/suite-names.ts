import { resolve, sep } from 'node:path';
import { scenarioEnding } from '../suites/all.ts';
import { parseSelector } from './select.ts';

/** Where the suites of a run are read that are not known by name: name in the run → absolute path. */
export type SuitePaths = Readonly<Record<string, string>>;

/** Names that are taken: those of the known suites, and those that an earlier run gave to paths. */
export interface TakenNames {
  readonly known: readonly string[];
  readonly earlier?: SuitePaths | undefined;
}

/** The suites that selectors mean, as a run names them. */
export interface NamedSuites {
  readonly names: readonly string[];
  readonly paths: SuitePaths;
  /** The selectors, with names in place of paths. */
  readonly selectors: readonly string[];
}

/**
 * Names suites. A known suite has its own name; a path is called by its last part, or by as many as tell it from every known
 * suite and from the other paths: a name stands in every line, address and file name of a run.
 */
export function nameSuites(selectors: readonly string[], { known, earlier = {} }: TakenNames): NamedSuites {
  const words = [...new Set(selectors.map((selector) => parseSelector(selector).suite))];
  const pathOf = (word: string): string => earlier[word] ?? resolve(word);
  const paths = [...new Set(words.filter((word) => !known.includes(word)).map(pathOf))];
  const given = new Map(Object.entries(earlier).map(([name, path]) => [path, name]));
  const taken = [...known, ...Object.keys(earlier)];
  const named = new Map(paths.map((path) => [path, given.get(path) ?? shortest(path, [...taken, ...paths])]));
  const nameOf = (word: string): string => (known.includes(word) ? word : (named.get(pathOf(word)) ?? word));
  return {
    names: [...new Set(words.map(nameOf))],
    paths: Object.fromEntries([...named].map(([path, name]) => [name, path])),
    selectors: selectors.map((selector) => {
      const { suite, name } = parseSelector(selector);
      return selector.includes(':') ? `${nameOf(suite)}:${name}` : nameOf(suite);
    }),
  };
}

/** The shortest tail of a path that no other one ends in. */
function shortest(path: string, others: readonly string[]): string {
  const parts = stem(path).split(sep).filter(Boolean);
  const rivals = others.filter((other) => other !== path).map((other) => `/${stem(other)}`);
  for (let count = 1; count <= parts.length; count += 1) {
    const tail = parts.slice(-count).join('/');
    if (!rivals.some((rival) => rival.endsWith(`/${tail}`))) return tail;
  }
  return path;
}

function stem(path: string): string {
  return path.endsWith(scenarioEnding) ? path.slice(0, -scenarioEnding.length) : path;
}
