import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { EspalierError } from '../../base/errors.ts';
import { describeIssues, sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';

const absolute = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path');

const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be the name of a Debian package');

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
  /** Files deleted after all packages are in place: keys that a package drew for one machine. */
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

const recipeDir = join(projectDir, 'images');

/** Reads a recipe; errors name the file and the field. */
export function parseRecipe(text: string, file: string): Recipe {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new EspalierError('usage', `is not YAML: ${(cause as Error).message}`, { file, cause });
  }
  const result = recipeSchema.safeParse(value);
  if (!result.success) {
    throw new EspalierError('usage', `is not an image recipe: ${describeIssues(result.error)}`, { file });
  }
  return result.data;
}

/** Names of the recipes in `images/`. */
export function recipeNames(): string[] {
  const names = readdirSync(recipeDir).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => name.slice(0, -'.yaml'.length)).sort();
}

/** The recipe of a name. */
export function readRecipe(name: string): Recipe {
  if (!recipeNames().includes(name)) {
    throw new EspalierError('usage', `there is no image recipe ${name}`, {
      file: recipeDir,
      remedy: `known: ${recipeNames().join(', ')}`,
    });
  }
  const file = join(recipeDir, `${name}.yaml`);
  return parseRecipe(readFileSync(file, 'utf8'), file);
}

/** Hash of what a recipe says; comments and the order of packages do not count. */
export function hashOfRecipe(recipe: Recipe): string {
  const said = { ...recipe, packages: [...recipe.packages].sort(), exclude: [...recipe.exclude].sort() };
  return sha256(JSON.stringify(said)).slice(0, 12);
}
