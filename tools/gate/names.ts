/**
 * A suite's, daemon's or substrate's name stands in its own slice, in the tables (`all.ts`) and in the command line's texts;
 * code that says it elsewhere is code that the next suite or daemon has to touch.
 */
import ts from 'typescript';
import { Exceptions, isBelow, type Rules, sliceOf } from './rules.ts';
import { placeOf, type SourceFile, treeOf, walk } from './source-files.ts';

interface Name {
  readonly slice: string;
  /** Whether a piece of code says it. */
  readonly isIn: (text: string) => boolean;
}

/** The names of all slices that have files. */
function namesOf(files: readonly SourceFile[], rules: Rules): Name[] {
  const slices = new Set(files.map(({ path }) => sliceOf(path, rules)?.name).filter((name) => name !== undefined));
  return [...slices].map((slice) => {
    const words = rules.names[slice] ?? [slice];
    const isIn = (text: string): boolean =>
      words.some((word) => (word.startsWith('=') ? text === word.slice(1) : text.toLowerCase().includes(word)));
    return { slice, isIn };
  });
}

/** The text of an identifier or of (a piece of) a string; imports are the import rules' business. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)) return undefined;
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text;
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
    return node.text;
  return ts.isRegularExpressionLiteral(node) || ts.isJsxText(node) ? node.text : undefined;
}

function mayName(path: string, slice: string, rules: Rules): boolean {
  return rules.slices.some((parent) => path === `${parent}/all.ts` || isBelow(path, `${parent}/${slice}`));
}

/** Every place where a slice's name stands and should not, one line each. */
export function nameProblems(files: readonly SourceFile[], rules: Rules): string[] {
  const exceptions = new Exceptions(rules);
  const names = namesOf(files, rules);
  const problems: string[] = [];
  for (const file of files.filter(({ path }) => path.startsWith('src/') || path.startsWith('ui/'))) {
    const foreign = names.filter(({ slice }) => !mayName(file.path, slice, rules));
    const visit = (node: ts.Node): undefined => {
      const text = node.parent && textOf(node);
      if (text === undefined || (isBelow(file.path, 'src/cli') && !ts.isIdentifier(node))) return;
      for (const { slice, isIn } of foreign) {
        if (!isIn(text) || exceptions.allow(file.path, `name:${slice}`)) continue;
        problems.push(`${placeOf(file.path, node)}: ${node.getText()}: ${slice} is named outside its slice`);
      }
    };
    walk(treeOf(file), visit);
  }
  return [...problems, ...exceptions.stale((what) => what.startsWith('name:'))];
}
