/** What may be changed at one node of a syntax tree. */
import ts from 'typescript';
import { conditionEdits } from './conditions.ts';
import { dispensable, type Edit, operators, oppositeNames, oppositeTexts, replace, tokenOf } from './edits.ts';
import { listEdits, recordEdits, ruleEdits } from './members.ts';
import { regexEdits } from './regex.ts';

type Find<N extends ts.Node> = (node: N, source: ts.SourceFile) => Edit[];

const binary: Find<ts.BinaryExpression> = (node, source) =>
  (operators[tokenOf(node)] ?? []).flatMap((other) => replace(node.operatorToken, source, other));

const sign: Find<ts.PrefixUnaryExpression> = (node, source) => {
  const isStep = node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken;
  return isStep ? [] : [{ start: node.getStart(source), end: node.operand.getStart(source), text: '' }];
};

/** A text becomes empty, an empty one does not stay so, and a known word becomes its opposite. */
const text: Find<ts.StringLiteralLike> = (node, source) => {
  const opposite = oppositeTexts.get(node.text);
  const other = opposite === undefined ? [] : [`'${opposite}'`];
  return replace(node, source, node.text === '' ? "'changed'" : "''", ...other);
};

const number: Find<ts.NumericLiteral | ts.BigIntLiteral> = (node, source) => {
  if (ts.isNumericLiteral(node) && !Number.isInteger(Number(node.text))) return [];
  const value = BigInt(node.text.replace(/n$/, ''));
  const suffix = ts.isBigIntLiteral(node) ? 'n' : '';
  const less = value > 0n ? [`${value - 1n}${suffix}`] : [];
  return replace(node, source, `${value + 1n}${suffix}`, ...less);
};

/** A function or method becomes its opposite; a method that only chooses, cuts or orders is left out. */
const call: Find<ts.CallExpression> = ({ expression, end }, source) => {
  const isMethod = ts.isPropertyAccessExpression(expression);
  const name = isMethod ? expression.name : expression;
  const opposite = oppositeNames.get(name.getText(source));
  const exchanged = opposite === undefined ? [] : replace(name, source, opposite);
  const isDispensable = isMethod && dispensable.has(expression.name.text);
  return isDispensable ? [...exchanged, { start: expression.expression.end, end, text: '' }] : exchanged;
};

/** `?.` becomes `.`, or nothing before brackets. */
const chain: Find<ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression> = (node, source) => {
  const { questionDotToken } = node;
  return questionDotToken ? replace(questionDotToken, source, ts.isPropertyAccessExpression(node) ? '.' : '') : [];
};

const statement: Find<ts.Statement> = (node, source) => replace(node, source, ';');

/** What callers cannot tell from nothing. */
const alreadyNothing = new Set(['undefined', 'false']);

const returned: Find<ts.ReturnStatement> = (node, source) =>
  node.expression && !alreadyNothing.has(node.expression.getText(source)) ? replace(node, source, 'return;') : [];

const arrow: Find<ts.ArrowFunction> = ({ body }, source) =>
  ts.isBlock(body) ? [] : replace(body, source, 'undefined');

const kinds = ts.SyntaxKind;

/** By kind of node. */
const finds: Partial<Record<ts.SyntaxKind, readonly Find<never>[]>> = {
  [kinds.BinaryExpression]: [binary],
  [kinds.PrefixUnaryExpression]: [sign],
  [kinds.StringLiteral]: [text],
  [kinds.NoSubstitutionTemplateLiteral]: [text],
  [kinds.TemplateExpression]: [(node: ts.Node, source: ts.SourceFile) => replace(node, source, "''")],
  [kinds.NumericLiteral]: [number],
  [kinds.BigIntLiteral]: [number],
  [kinds.TrueKeyword]: [(node: ts.Node, source: ts.SourceFile) => replace(node, source, 'false')],
  [kinds.FalseKeyword]: [(node: ts.Node, source: ts.SourceFile) => replace(node, source, 'true')],
  [kinds.RegularExpressionLiteral]: [
    (node: ts.RegularExpressionLiteral, source: ts.SourceFile) => regexEdits(node.text, node.getStart(source)),
  ],
  [kinds.ArrayLiteralExpression]: [listEdits],
  [kinds.ObjectLiteralExpression]: [recordEdits],
  [kinds.PropertyAssignment]: [ruleEdits],
  [kinds.ShorthandPropertyAssignment]: [ruleEdits],
  [kinds.CallExpression]: [call, chain],
  [kinds.PropertyAccessExpression]: [chain],
  [kinds.ElementAccessExpression]: [chain],
  [kinds.ArrowFunction]: [arrow],
  [kinds.ReturnStatement]: [returned],
  [kinds.ExpressionStatement]: [statement],
  [kinds.ThrowStatement]: [statement],
  [kinds.BreakStatement]: [statement],
  [kinds.ContinueStatement]: [statement],
};

/** All changes of one node itself, not of what is in it. */
export function nodeEdits(node: ts.Node, source: ts.SourceFile): Edit[] {
  const own = (finds[node.kind] ?? []).flatMap((find) => (find as Find<ts.Node>)(node, source));
  return [...own, ...conditionEdits(node, source)];
}
