import type { Rules } from '../../../tools/gate/rules.ts';
import type { SourceFile } from '../../../tools/gate/source-files.ts';

/** Files of a small made-up tree: path → text. */
export function tree(files: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

/** Rules of a small made-up tree, with what a test adds. */
export function rulesWith(more: Partial<Rules> = {}): Rules {
  return { rooms: {}, common: [], slices: [], names: {}, exceptions: {}, budgets: {}, ...more };
}
