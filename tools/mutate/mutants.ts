/** All mutants of a file: each is the file with one small change, as somebody might slip. */
import ts from 'typescript';
import type { Edit } from './edits.ts';
import { isReason } from './members.ts';
import { nodeEdits } from './node-edits.ts';

export interface Mutant extends Edit {
  readonly file: string;
  readonly line: number;
  /** The expression or statement that is changed: tests that run any of it may notice. */
  readonly place: { readonly file: string; readonly start: number; readonly end: number };
  /** Name of the innermost function or table around it, by which it is known again when lines move. */
  readonly within: string;
  /** The lines that are changed, and what they become, as one line. */
  readonly original: string;
  readonly mutant: string;
}

function isType(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node);
}

function isDeclarationOfOthers(node: ts.Node): boolean {
  return ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
}

/** Tables from numbers to names, as IANA has them: they are what packets are described with, and no verdict reads them. */
function isNameTable(node: ts.Node, source: ts.SourceFile): boolean {
  return ts.isVariableDeclaration(node) && /^NumberNames$/.test(node.type?.getText(source) ?? '');
}

function isPropertyName(node: ts.Node): boolean {
  if (!ts.isStringLiteralLike(node) && !ts.isNumericLiteral(node)) return false;
  const { name, propertyName } = node.parent as { name?: ts.Node; propertyName?: ts.Node };
  return name === node || propertyName === node;
}

function nameOf(node: ts.Node, source: ts.SourceFile): string | undefined {
  const named = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isVariableDeclaration(node);
  return named ? node.name?.getText(source) : undefined;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** The lines of a change, before and after it. */
function shown({ start, end, text: change }: Edit, text: string): Pick<Mutant, 'original' | 'mutant'> {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const after = `${text}\n`.slice(end).split('\n', 1)[0] ?? '';
  return { original: oneLine(before + text.slice(start, end) + after), mutant: oneLine(before + change + after) };
}

/** The mutants of a file, in the order of its text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = new Map<string, Mutant>();
  const visit = (node: ts.Node, outer: string): void => {
    if (isType(node) || isDeclarationOfOthers(node) || isPropertyName(node)) return;
    if (isNameTable(node, source) || isReason(node, source)) return;
    const within = nameOf(node, source) ?? outer;
    const place = { file, start: node.getStart(source), end: node.end };
    for (const edit of nodeEdits(node, source)) {
      if (text.slice(edit.start, edit.end) === edit.text) continue;
      const line = source.getLineAndCharacterOfPosition(edit.start).line + 1;
      const key = `${edit.start} ${edit.end} ${edit.text}`;
      if (!found.has(key)) found.set(key, { ...edit, file, line, place, within, ...shown(edit, text) });
    }
    node.forEachChild((child) => visit(child, within));
  };
  source.forEachChild((statement) => visit(statement, ''));
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** A file as a mutant has it. */
export function mutated(text: string, { start, end, text: change }: Edit): string {
  return text.slice(0, start) + change + text.slice(end);
}
