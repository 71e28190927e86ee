/** Conditions: what chooses, what compares, and what goes on. */
import ts from 'typescript';
import { type Edit, replace, tokenOf } from './edits.ts';

const comparisons = new Set(['<', '<=', '>', '>=', '===', '!==']);
const junctions = new Set(['&&', '||']);

function isNot(node: ts.Node): boolean {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken;
}

function goesOn(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isForStatement(parent)) return parent.condition === node;
  return (ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.expression === node;
}

/** What `...(a && { b })` adds. */
function isAddition(node: ts.Node): boolean {
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);
}

function chooses(node: ts.Node): boolean {
  const { parent } = node;
  if (isAddition(node)) return false;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  return isNot(parent) || (junctions.has(tokenOf(parent)) && ts.isExpression(node));
}

/** A condition becomes true and false; one of a loop only false, since a loop without end says nothing. */
export function conditionEdits(node: ts.Node, source: ts.SourceFile): Edit[] {
  if (goesOn(node)) return replace(node, source, 'false');
  const isCondition = comparisons.has(tokenOf(node)) || junctions.has(tokenOf(node)) || isNot(node) || chooses(node);
  if (!isCondition) return [];
  // Spread, true and false are alike.
  const isSpread = ts.isParenthesizedExpression(node.parent) && ts.isSpreadAssignment(node.parent.parent);
  return replace(node, source, ...(isSpread ? ['false'] : ['true', 'false']));
}
