/**
 * Pure rooms reach nothing but their arguments: every name that a file does not declare itself must be on a list of
 * globals that hold no clock, environment, randomness or setting of the machine.
 */
import ts from 'typescript';
import { isPure, type Rules } from './rules.ts';
import { placeOf, type SourceFile, treeOf, walk } from './source-files.ts';

/** Globals that give the same on every machine at every time. `Buffer` only for what `members` allows. */
const globals = new Set(
  `undefined NaN Infinity Object Array String Number Boolean BigInt Symbol Map Set WeakMap WeakSet RegExp JSON Promise Proxy Reflect
   Error TypeError RangeError SyntaxError ArrayBuffer DataView Uint8Array Uint16Array Uint32Array Int8Array Int16Array Int32Array Float64Array
   BigUint64Array BigInt64Array TextDecoder TextEncoder parseInt parseFloat isNaN isFinite
   encodeURIComponent decodeURIComponent encodeURI decodeURI structuredClone arguments`.split(/\s+/),
);

/** Globals of which only these members are: the others read a clock, chance, or memory that was used before. */
const members: Readonly<Record<string, ReadonlySet<string>>> = {
  Math: new Set(Object.getOwnPropertyNames(Math).filter((name) => name !== 'random')),
  Date: new Set(['UTC', 'parse']),
  Buffer: new Set(['from', 'concat', 'compare', 'alloc', 'byteLength', 'isBuffer']),
};

/** Methods that answer by the machine's language or time zone. */
const localMethod =
  /^(toLocale\w*|localeCompare|(get|set)(Hours|Minutes|Date|Day|Month|FullYear|Year)|getTimezoneOffset|to(Date|Time)String)$/;

/** Knows which names the given files declare: a program without libraries and without files that they import. */
function checkerOf(files: readonly SourceFile[]): ts.TypeChecker {
  const trees = new Map(files.map((file) => [file.path, treeOf(file)]));
  const host: ts.CompilerHost = {
    getSourceFile: (path) => trees.get(path),
    getDefaultLibFileName: () => '',
    writeFile: () => undefined,
    getCurrentDirectory: () => '',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (path) => trees.has(path),
    readFile: () => undefined,
  };
  const options = { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.Latest };
  return ts.createProgram([...trees.keys()], options, host).getTypeChecker();
}

/** True for a name that its file declares: a variable, a parameter, an import. */
function isBound(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const { parent } = node;
  const symbol = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)
    : checker.getSymbolAtLocation(node);
  return (symbol?.declarations?.length ?? 0) > 0;
}

/** True for an identifier that stands for a value, not for a property, a label or what is being declared. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent)) return parent.initializer === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isLabeledStatement(parent)) return false;
  if (ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent)) return false;
  return !('name' in parent && parent.name === node);
}

/** What is wrong with this use of a global whose members are chosen one by one. */
function memberProblem(node: ts.Identifier): string | undefined {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && members[node.text]?.has(parent.name.text)) return undefined;
  if (node.text === 'Date' && ts.isNewExpression(parent) && parent.arguments?.length === 1) return undefined;
  return ts.isPropertyAccessExpression(parent) ? parent.getText() : `${node.text} as a whole`;
}

function useProblem(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  if (ts.isMetaProperty(node)) return node.keywordToken === ts.SyntaxKind.ImportKeyword ? 'import.meta' : undefined;
  if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) return 'import()';
  if (ts.isPropertyAccessExpression(node) && localMethod.test(node.name.text)) return node.name.text;
  if (!ts.isIdentifier(node) || !isValue(node) || globals.has(node.text)) return undefined;
  if (isBound(node, checker)) return undefined;
  return members[node.text] === undefined ? node.text : memberProblem(node);
}

/** A type reaches nothing; of a class's heritage only what it extends is a value. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExpressionWithTypeArguments(node)) {
    return !ts.isHeritageClause(node.parent) || node.parent.token === ts.SyntaxKind.ImplementsKeyword;
  }
  return ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** Every use of a global that a pure room may not reach, one line each. */
export function purityProblems(files: readonly SourceFile[], rules: Rules): string[] {
  const pure = files.filter(({ path }) => isPure(path, rules));
  const checker = checkerOf(pure);
  const problems: string[] = [];
  for (const file of pure) {
    walk(treeOf(file), (node) => {
      if (isTypeOnly(node)) return false;
      const problem = useProblem(node, checker);
      if (problem !== undefined) problems.push(`${placeOf(file.path, node)}: ${problem}: this folder is pure`);
      return undefined;
    });
  }
  return problems;
}
