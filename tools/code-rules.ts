/** Size budgets, and rules that need the syntax tree: who may make timers, errors and clocks. */
import ts from 'typescript';
import type { SourceFile } from './source-files.ts';

export interface CodeRules {
  /** `file` or `file:function` → the reason why a budget does not hold there. May only shrink. */
  readonly budgets: Readonly<Record<string, string>>;
  readonly rooms: Readonly<Record<string, { readonly pure?: boolean | undefined }>>;
}

const fileLines = 500;
const functionLines = 80;
const parameters = 3;
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const impure = new Set(['process', 'performance', 'Date']);

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

/** True where an identifier is a value in use, not a name of a property or a type. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return ts.isCallExpression(parent) || ts.isNewExpression(parent);
}

interface Place {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly pure: boolean;
}

function problemsOfNode(node: ts.Node, { path, source, pure }: Place): string[] {
  const line = (): number => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
  const product = path.startsWith('src/');
  if (product && ts.isIdentifier(node) && isUse(node)) {
    if (timers.has(node.text) && path !== 'src/base/deadline.ts') {
      return [`${path}:${line()}: ${node.text}: timers live in src/base/deadline.ts`];
    }
    if (pure && impure.has(node.text) && !isFixedDate(node)) {
      return [`${path}:${line()}: ${node.text}: this folder is pure`];
    }
    if (node.text === 'Error' && ts.isNewExpression(node.parent) && path !== 'src/base/errors.ts') {
      return [`${path}:${line()}: new Error: raise an EspalierError, which says whose fault it is`];
    }
  }
  return isFunction(node) ? sizeProblems(node, { path, source, pure }) : [];
}

/** `new Date(value)` and `Date.UTC` read no clock. */
function isFixedDate(node: ts.Identifier): boolean {
  const { parent } = node;
  if (node.text !== 'Date') return false;
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) > 0;
  return ts.isPropertyAccessExpression(parent) && parent.name.text !== 'now';
}

function sizeProblems(node: ts.FunctionLikeDeclaration, { path, source }: Place): string[] {
  if (path.startsWith('test/')) return [];
  const problems: string[] = [];
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
  const lines = source.getLineAndCharacterOfPosition(node.end).line - first + 1;
  const place = `${path}:${nameOf(node)}`;
  if (lines > functionLines) problems.push(`${place}: ${lines} lines; a function has at most ${functionLines}`);
  const positional = node.parameters.length;
  if (positional > parameters)
    problems.push(`${place}: ${positional} parameters; at most ${parameters} positional ones`);
  return problems;
}

/** Titles that occur twice in one test file: a failure must name one test. */
function repeatedTitles(source: ts.SourceFile, path: string): string[] {
  const seen = new Set<string>();
  const problems: string[] = [];
  source.forEachChild((node) => {
    if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return;
    const [title] = node.expression.arguments;
    if (node.expression.expression.getText(source) !== 'test' || !title || !ts.isStringLiteralLike(title)) return;
    if (seen.has(title.text)) problems.push(`${path}: two tests are called "${title.text}"`);
    seen.add(title.text);
  });
  return problems;
}

/** Everything in a set of files that breaks a rule, one line each. */
export function codeProblems(files: readonly SourceFile[], rules: CodeRules): string[] {
  const problems: string[] = [];
  for (const { path, text } of files) {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const room = path.split('/').slice(0, 2).join('/');
    const place: Place = { path, source, pure: rules.rooms[room]?.pure === true };
    const lines = text.split('\n').length - 1;
    if (lines > fileLines) problems.push(`${path}: ${lines} lines; a file has at most ${fileLines} (better 300)`);
    const visit = (node: ts.Node): void => {
      problems.push(...problemsOfNode(node, place));
      node.forEachChild(visit);
    };
    visit(source);
    if (path.endsWith('.test.ts')) problems.push(...repeatedTitles(source, path));
  }
  return problems.filter((problem) => rules.budgets[problem.split(': ')[0] ?? ''] === undefined);
}
