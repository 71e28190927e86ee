/**
 * Recipes by name. `debian-trixie-libreswan` is a file in `images/`; `mine@0123abcd` one of somebody's own, with a hash, so that two
 * folders may have a `mine` each; `debian-trixie-libreswan,frr` has packages beside those of its recipe. A name says all that
 * an image follows from, so plans, farms and the cache need nothing else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { projectDir } from '../../base/folders.ts';
import { hashOfRecipe, packageName, parseRecipe, type Recipe } from './recipe.ts';

const recipeDir = join(projectDir, 'images');
const ending = '.yaml';

/** Recipes from outside of `images/`, by the names that they have here. */
const own = new Map<string, { readonly file: string; readonly recipe: Recipe }>();

/** Names of the recipes in `images/`. */
export function recipeNames(): string[] {
  const names = readdirSync(recipeDir).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).sort();
}

/** Takes in somebody's own recipe, which may add to a bundled one (`from`). Returns its name. Raises `usage` with the line that is wrong. */
export function declareRecipe(file: string): string {
  const stem = basename(file, ending);
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(stem)) {
    const remedy = 'use small letters, digits, dots and hyphens';
    throw new EspalierError('usage', `${JSON.stringify(stem)} cannot be the name of a recipe`, {
      file,
      line: 1,
      remedy,
    });
  }
  if (recipeNames().includes(stem)) {
    const remedy = `give it another name; \`from: ${stem}\` adds to the other one`;
    throw new EspalierError('usage', 'has the name of a recipe that came with Espalier', { file, line: 1, remedy });
  }
  const recipe = parseRecipe(readFileSync(file, 'utf8'), file, readRecipe);
  const name = `${stem}@${hashOfRecipe(recipe).slice(0, 8)}`;
  own.set(name, { file, recipe });
  return name;
}

/** The name of a recipe with packages beside its own; the name itself where it has them all. Raises `usage` for what cannot be a package. */
export function withPackages(name: string, packages: readonly string[]): string {
  const wrong = packages.find((one) => !packageName.safeParse(one).success);
  if (wrong !== undefined) {
    throw new EspalierError('usage', `${JSON.stringify(wrong)} cannot be the name of a Debian package`);
  }
  const there = readRecipe(name).packages;
  return [name, ...[...new Set(packages)].filter((one) => !there.includes(one)).sort()].join(',');
}

/** The recipe of a name. */
export function readRecipe(name: string): Recipe {
  const [base = '', ...packages] = name.split(',');
  const recipe = own.get(base)?.recipe ?? bundled(base);
  return { ...recipe, packages: [...recipe.packages, ...packages] };
}

function bundled(name: string): Recipe {
  if (!recipeNames().includes(name)) {
    throw new EspalierError('usage', `there is no image recipe ${name}`, {
      file: recipeDir,
      remedy: `known: ${recipeNames().join(', ')}`,
    });
  }
  const file = join(recipeDir, `${name}${ending}`);
  return parseRecipe(readFileSync(file, 'utf8'), file);
}

/** Where somebody wrote a package into a recipe; `undefined` where it stands in a scenario. */
export function placeOfPackage(
  name: string,
  wanted: string,
): { readonly file: string; readonly line: number } | undefined {
  const [base = ''] = name.split(',');
  const file = own.get(base)?.file;
  if (file === undefined) return undefined;
  const words = (line: string): string[] => line.replace(/#.*/, '').split(/[\s,"'[\]]+/);
  const at = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => words(line).includes(wanted));
  return at === -1 ? undefined : { file, line: at + 1 };
}

/** What the ids of its images begin with: a name of bounded length, since the agent keeps paths in tables. */
export function shortName(name: string): string {
  if (name.length <= 90) return name;
  const [base = '', ...packages] = name.split(',');
  return `${base},and-${packages.length}-packages`;
}
