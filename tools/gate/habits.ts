/** Rules of the house that need the syntax tree: who makes timers and errors, who knows where the code lies, and titles of tests. */
import ts from 'typescript';
import { placeOf, type SourceFile, treeOf, walk } from './source-files.ts';

/** The package has the code in another folder and with other endings. */
const knowsItsPlace = ['src/base/form.ts', 'src/cli/quick-modules.ts'];

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** True where an identifier is a value in use, not a name of a property or a type. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) || ts.isNewExpression(parent);
}

function problemOf(node: ts.Node, path: string): string | undefined {
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword && !knowsItsPlace.includes(path)) {
    return 'import.meta: src/base/form.ts finds files of the code, in the repository and in the package';
  }
  if (namesSource(node))
    return 'src below projectDir: the package has none; codeFile of src/base/form.ts finds files of the code';
  if (!ts.isIdentifier(node) || !isUse(node)) return undefined;
  if (timers.has(node.text) && path !== 'src/base/deadline.ts')
    return `${node.text}: timers live in src/base/deadline.ts`;
  if (node.text === 'Error' && ts.isNewExpression(node.parent) && path !== 'src/base/errors.ts') {
    return 'new Error: raise an EspalierError, which says whose fault it is';
  }
  return undefined;
}

/** True for `join(projectDir, 'src', …)` and the like. */
function namesSource(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false;
  const [first, second] = node.arguments;
  if (first === undefined || !ts.isIdentifier(first) || first.text !== 'projectDir') return false;
  return second !== undefined && ts.isStringLiteralLike(second) && /^src(\/|$)/.test(second.text);
}

/** Titles that occur twice in one test file: a failure must name one test. */
function repeatedTitles(file: SourceFile): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  for (const node of treeOf(file).statements) {
    if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) continue;
    const [title] = node.expression.arguments;
    if (node.expression.expression.getText() !== 'test' || !title || !ts.isStringLiteralLike(title)) continue;
    if (seen.has(title.text)) problems.push(`${file.path}: two tests are called "${title.text}"`);
    seen.add(title.text);
  }
  return problems;
}

/** Everything in a set of files that breaks a habit, one line each. */
export function habitProblems(files: readonly SourceFile[]): string[] {
  const problems: string[] = [];
  for (const file of files) {
    if (file.path.endsWith('.test.ts')) problems.push(...repeatedTitles(file));
    if (!file.path.startsWith('src/')) continue;
    walk(treeOf(file), (node) => {
      const problem = problemOf(node, file.path);
      if (problem !== undefined) problems.push(`${placeOf(file.path, node)}: ${problem}`);
      return undefined;
    });
  }
  return problems;
}
