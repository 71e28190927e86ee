import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectDir } from '../../src/base/folders.ts';

/** One TypeScript file of the repository. */
export interface SourceFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files that the rules apply to. */
export function sourceFiles(): SourceFile[] {
  const folders = ['src/**/*.ts', 'tools/**/*.ts', 'test/**/*.ts', 'scenarios/**/*.ts', 'ui/src/**/*.{ts,tsx}'];
  const paths = globSync(folders, { cwd: projectDir }).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(projectDir, path), 'utf8') }));
}

const trees = new WeakMap<SourceFile, ts.SourceFile>();

/** The syntax tree of a file, parsed once. */
export function treeOf(file: SourceFile): ts.SourceFile {
  const known = trees.get(file);
  if (known !== undefined) return known;
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  return tree;
}

/** Every node of a tree, parents first. `visit` returns false to leave out what is below a node. */
export function walk(node: ts.Node, visit: (node: ts.Node) => boolean | undefined): void {
  if (visit(node) === false) return;
  node.forEachChild((child) => walk(child, visit));
}

/** `path:line` of a node. */
export function placeOf(path: string, node: ts.Node): string {
  const tree = node.getSourceFile();
  return `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
}
