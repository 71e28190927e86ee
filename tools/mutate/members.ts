/** Members of lists and records, and rules that a table takes by name. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { projectDir } from '../../src/base/folders.ts';
import { type Edit, oppositeNames, replace } from './edits.ts';

/** What a list or record is with one member less. */
function withoutMembers(members: ts.NodeArray<ts.Node>, source: ts.SourceFile): Edit[] {
  return members.flatMap((member, index) => {
    if (isReason(member, source)) return [];
    const next = members[index + 1];
    return [{ start: member.getStart(source), end: next ? next.getStart(source) : members.end, text: '' }];
  });
}

/** Why an entry of a table is as it is, for people; the test of each table asks that there is one. */
export function isReason(node: ts.Node, source: ts.SourceFile): boolean {
  return ts.isPropertyAssignment(node) && node.name.getText(source) === 'reason';
}

export function recordEdits({ properties }: ts.ObjectLiteralExpression, source: ts.SourceFile): Edit[] {
  return withoutMembers(properties, source);
}

/** Texts in all lists that stand below one property name in a file. */
function textsBelow(name: string, source: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText(source) === name &&
      ts.isArrayLiteralExpression(node.initializer)
    ) {
      for (const one of node.initializer.elements) if (ts.isStringLiteral(one)) found.add(one.getText(source));
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** A list with a member less; one of a table also with each member that lists beside it have and it has not. */
export function listEdits(list: ts.ArrayLiteralExpression, source: ts.SourceFile): Edit[] {
  const narrower = withoutMembers(list.elements, source);
  const { parent } = list;
  if (!ts.isPropertyAssignment(parent)) return narrower;
  const own = new Set(list.elements.map((one) => one.getText(source)));
  const others = [...textsBelow(parent.name.getText(source), source)].filter((one) => !own.has(one));
  const start = list.getStart(source) + 1;
  return [...narrower, ...others.map((one) => ({ start, end: start, text: `${one}, ` }))];
}

function declarationOf(name: string, source: ts.SourceFile): ts.Expression | undefined {
  const lists = source.statements.filter(ts.isVariableStatement).map(({ declarationList }) => declarationList);
  return lists.flatMap(({ declarations }) => declarations).find((one) => one.name.getText(source) === name)
    ?.initializer;
}

/** The file of the repository from which a file has a name. */
function importedFrom(name: string, source: ts.SourceFile): string | undefined {
  for (const { moduleSpecifier, importClause } of source.statements.filter(ts.isImportDeclaration)) {
    const { namedBindings } = importClause ?? {};
    const names = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
    const from = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
    if (from.startsWith('.') && names.some((one) => one.name.text === name))
      return join(dirname(source.fileName), from);
  }
  return undefined;
}

/** The function by which a name of the file, or of one that it imports, is made: `a` of `const b = a(…)`. */
function makerOf(name: string, source: ts.SourceFile): string {
  const from = importedFrom(name, source);
  if (from !== undefined) {
    const text = readFileSync(join(projectDir, from), 'utf8');
    return makerOf(name, ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true));
  }
  const made = declarationOf(name, source);
  return made && ts.isCallExpression(made) ? made.expression.getText(source) : '';
}

/** A named rule where a table uses it, made by the opposite function: `spis: random` becomes `spis: major('changed')`. */
export function ruleEdits(node: ts.PropertyAssignment | ts.ShorthandPropertyAssignment, source: ts.SourceFile): Edit[] {
  const value = ts.isPropertyAssignment(node) ? node.initializer : node.name;
  if (!ts.isIdentifier(value)) return [];
  const opposite = oppositeNames.get(makerOf(value.text, source));
  return opposite === undefined ? [] : replace(node, source, `${node.name.getText(source)}: ${opposite}('changed')`);
}
