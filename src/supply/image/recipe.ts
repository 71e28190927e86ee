import { type Document, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { describeIssues, sha256 } from '../../base/files.ts';

const absolute = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');

/** What Debian's policy, 5.6.1, has for names of packages. */
export const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a Debian package');

const suiteName = z.string().regex(/^[a-z]+$/, 'must be the code name of a Debian suite');

const buildSchema = z.strictObject({
  /** Debian source package whose original archive is built. */
  source: packageName,
  /** Debian suite that the source package is of. */
  suite: suiteName,
  /** What the build needs, beyond the essential packages. */
  packages: z.array(packageName).min(1),
  /** Arguments of its `configure`. */
  configure: z.array(z.string().regex(/^--[\w-]+(=\S+)?$/, 'must be an option of configure')).default([]),
  /** Files that get another name once installed: path to path. */
  moves: z.record(absolute, absolute).default({}),
});

const recipeSchema = z.strictObject({
  /** Debian suite: `trixie`. */
  suite: suiteName,
  packages: z.array(packageName).min(1),
  /** A program built from its source, laid over the packages. */
  build: buildSchema.optional(),
  /** Path patterns that dpkg leaves out, except for licences. */
  exclude: z.array(absolute).default([]),
  /** Files deleted after all packages are in place: keys that a package drew for one machine. Links beside them that lead to them go too. */
  remove: z.array(absolute).default([]),
  /** Locales compiled into the image, `en_US.UTF-8`; needs the package `locales`. */
  locales: z.array(z.string().regex(/^[a-z]{2}_[A-Z]{2}\.UTF-8$/, 'must be like en_US.UTF-8')).default([]),
  /** Symbolic links made after all packages are in place: path to target. */
  links: z.record(absolute, z.string().min(1)).default({}),
  /** Files written after all packages are in place. */
  files: z
    .array(z.strictObject({ path: absolute, content: z.string(), mode: z.int().min(0).max(0o7777).default(0o644) }))
    .default([]),
});
export type Recipe = z.infer<typeof recipeSchema>;
export type SourceRecipe = z.infer<typeof buildSchema>;

/** A recipe that adds to another one. */
const additionSchema = recipeSchema
  .omit({ suite: true, build: true })
  .extend({ from: z.string().min(1), packages: z.array(packageName).default([]) });

/** Reads a recipe; errors name the file, the line and the field. `recipeOf` gives what `from` names: without it nothing may be named. */
export function parseRecipe(text: string, file: string, recipeOf?: (name: string) => Recipe): Recipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    throw new EspalierError('usage', `is not YAML: ${problem.message.split('\n')[0]}`, { file, line, cause: problem });
  }
  const value: unknown = document.toJS();
  const isAddition = recipeOf !== undefined && typeof value === 'object' && value !== null && 'from' in value;
  const result = isAddition ? additionSchema.safeParse(value) : recipeSchema.safeParse(value);
  if (!result.success) {
    const line = lineOf(document, lines, result.error.issues[0]?.path ?? []);
    throw new EspalierError('usage', `is not an image recipe: ${describeIssues(result.error)}`, {
      file,
      line,
      remedy: 'docs/lab.md, Images, has what a recipe may hold',
    });
  }
  if (!('from' in result.data)) return result.data;
  try {
    return added(recipeOf?.(result.data.from) as Recipe, result.data);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    throw new EspalierError(error.fault, error.message, {
      ...error.detail,
      file,
      line: lineOf(document, lines, ['from']),
    });
  }
}

/** The line of what a path names, or of the nearest thing around it. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly number[] } | undefined;
    if (node?.range?.[0] !== undefined) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function added(base: Recipe, more: z.infer<typeof additionSchema>): Recipe {
  const union = <T>(one: readonly T[], other: readonly T[]): T[] => [...new Set([...one, ...other])];
  const paths = new Set(more.files.map(({ path }) => path));
  return {
    ...base,
    packages: union(base.packages, more.packages),
    exclude: union(base.exclude, more.exclude),
    remove: union(base.remove, more.remove),
    locales: union(base.locales, more.locales),
    links: { ...base.links, ...more.links },
    files: [...base.files.filter(({ path }) => !paths.has(path)), ...more.files],
  };
}

/** Hash of what a recipe says; comments and the order of packages do not count. */
export function hashOfRecipe(recipe: Recipe): string {
  const said = { ...recipe, packages: [...recipe.packages].sort(), exclude: [...recipe.exclude].sort() };
  return sha256(JSON.stringify(said)).slice(0, 12);
}
