import { z } from 'zod';

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

/** SHA-256 in hex. */
export const hash = text.regex(/^[0-9a-f]{64}$/);
