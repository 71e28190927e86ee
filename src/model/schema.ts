import { z } from 'zod';
import { isFileName } from '../base/text.ts';

/**
 * The type of what a schema accepts. Every noun that is stored is declared once, as a schema; nobody changes what was
 * read, so all of it is read-only. `interface Noun extends Of<typeof schema> {}` keeps the noun's name in messages of the
 * compiler, which else spell the whole type out.
 */
export type Of<Schema extends z.ZodType> = ReadOnly<z.infer<Schema>>;

type ReadOnly<T> = { readonly [Key in keyof T]: ReadOnly<T[Key]> };

export const text = z.string();
/** A field that older versions did not write, or that only some have. */
export const optionalText = text.exactOptional();
export const count = z.number().int().nonnegative();

/** A name that becomes one part of a path: of a host, a link, a console, an image. */
export const fileName = text.refine(isFileName, 'is not the name of a file');

/** An absolute path of a lab, without `.` and `..`; collected files lie below it. */
export const labPath = text.refine(isLabPath, 'is not an absolute path without `.` and `..`');

function isLabPath(path: string): boolean {
  return path === '/' || (path.startsWith('/') && path.slice(1).replace(/\/$/, '').split('/').every(isFileName));
}

/** Nanoseconds or a seed: a whole number in decimal. SQLite and the lab take 64 bits. */
export const decimal = text.regex(/^-?\d{1,20}$/);

/** SHA-256 in hex. */
export const hash = text.regex(/^[0-9a-f]{64}$/);
