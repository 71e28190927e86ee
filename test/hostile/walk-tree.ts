import { readdirSync } from 'node:fs';

/** Names of all that lies below a folder, without entering links, at most eight folders deep; what cannot be listed holds nothing. */
export function walkTree(dir: string, prefix = '', depth = 0): string[] {
  if (depth > 8) return [];
  try {
    return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
      const name = `${prefix}${entry.name}`;
      return entry.isDirectory() ? [name, ...walkTree(`${dir}/${entry.name}`, `${name}/`, depth + 1)] : [name];
    });
  } catch {
    return [];
  }
}
