import { excerptOf } from '../base/text.ts';

/** What is wrong with one field: `ends[0].selectors[1]: …`. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

/** A check's outcome: nothing, or one or more problems. */
export type Found = Problem | readonly Found[] | undefined | false;

/** A field and what is wrong with it. */
export function problem(field: string, message: string): Problem {
  return { field, message };
}

/** All problems of some checks. */
export function flat(found: readonly Found[]): Problem[] {
  return found.flatMap((one) => {
    if (one === undefined || one === false) return [];
    return 'field' in one ? [one] : flat(one);
  });
}

/** True for a whole number of the range. */
export function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** A problem where a name is not one that stands in every daemon's files. */
export function problemsOfName(name: string, at: string): Found {
  return (
    !/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(name) &&
    problem(at, `${excerptOf(name)} must be a letter, then at most 31 letters, digits, - and _`)
  );
}

/** A problem where a text, which a person chose as secret or name, cannot stand in quotes in every daemon's files. */
export function problemsOfWord(text: string, at: string): Found {
  return (
    !/^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(text) &&
    problem(at, 'must be 1 to 128 printable ASCII characters without " and \\')
  );
}
