/** Size budgets of files and functions. */
import ts from 'typescript';
import type { Rules } from './rules.ts';
import { type SourceFile, treeOf, walk } from './source-files.ts';

const fileLines = 350;
const usualFileLines = 200;
const functionLines = 80;
const parameters = 3;

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node)
  );
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : 'anonymous';
}

const linesOf = (text: string): number => text.split('\n').length - 1;

/** How large files of the product are: median and 95th percentile in lines. */
export function fileSizes(files: readonly SourceFile[]): { readonly median: number; readonly p95: number } {
  const product = files.filter(({ path }) => path.startsWith('src/') || path.startsWith('ui/'));
  const sizes = product.map(({ text }) => linesOf(text)).sort((a, b) => a - b);
  const at = (share: number): number => sizes[Math.max(0, Math.ceil(share * sizes.length) - 1)] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

/** A place (`file`, `file:function`, `p95`) and what is too large there. */
type Excess = readonly [place: string, problem: string];

function excessOf(node: ts.FunctionLikeDeclaration, path: string): Excess[] {
  const found: Excess[] = [];
  const place = `${path}:${nameOf(node)}`;
  const lines = linesOf(node.getText()) + 1;
  if (lines > functionLines) found.push([place, `${lines} lines; a function has at most ${functionLines}`]);
  const positional = node.parameters.length;
  if (positional > parameters) {
    found.push([place, `${positional} parameters; at most ${parameters} positional ones`]);
  }
  return found;
}

/** Everything that is too large and has no budget, and budgets that nothing needs, one line each. */
export function sizeProblems(files: readonly SourceFile[], rules: Rules): string[] {
  const found: Excess[] = [];
  for (const file of files) {
    const lines = linesOf(file.text);
    if (lines > fileLines) found.push([file.path, `${lines} lines; a file has at most ${fileLines}`]);
    if (file.path.startsWith('test/')) continue;
    walk(treeOf(file), (node) => {
      if (isFunction(node)) found.push(...excessOf(node, file.path));
      return undefined;
    });
  }
  const { p95 } = fileSizes(files);
  if (p95 > usualFileLines) found.push(['p95', `one file in 20 has ${p95} lines or more; at most ${usualFileLines}`]);
  const places = new Set(found.map(([place]) => place));
  const stale = Object.keys(rules.budgets).filter((place) => !places.has(place));
  return [
    ...found.filter(([place]) => rules.budgets[place] === undefined).map(([place, problem]) => `${place}: ${problem}`),
    ...stale.map((place) => `deps.json: the budget of ${place} is not needed`),
  ];
}
