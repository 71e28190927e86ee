/** Builds the report's script and style from ui/: `npm run build:ui`. The gate checks that what is committed is what is built. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectDir } from '../src/base/folders.ts';

const ui = join(projectDir, 'ui');

/** Parts of the style, in the order in which they stand in it: later ones refine earlier ones. */
const styleParts = [
  ...['base', 'bar', 'parts', 'totals', 'controls', 'window', 'tests', 'clusters', 'live', 'verdict', 'issues', 'diff'],
  ...['checks', 'facts', 'lab', 'strip', 'ladder', 'consoles', 'sa-table', 'matrix', 'table', 'history', 'compare'],
];

/** Built files by their paths. They are committed, so that nobody who runs Espalier builds anything. */
export async function buildPageFiles(): Promise<ReadonlyMap<string, string>> {
  const style = styleParts.map((name) => readFileSync(join(ui, 'style', `${name}.css`), 'utf8')).join('\n');
  return new Map([
    [join(ui, 'dist', 'report.js'), await buildScript()],
    [join(ui, 'dist', 'report.css'), style],
  ]);
}

/**
 * The script's text: one classic script, since pages from disk may load no modules. The same sources give the same text.
 * Whatever is no part of ui/ or preact (node:*, for one) is refused.
 */
async function buildScript(): Promise<string> {
  const build = await rolldown({
    input: join(ui, 'src', 'main.tsx'),
    cwd: projectDir,
    platform: 'browser',
    tsconfig: join(ui, 'tsconfig.json'),
    transform: { target: 'es2024' },
    onLog: (level, log, report) => report(level === 'warn' ? 'error' : level, log),
  });
  try {
    const { output } = await build.generate({ format: 'iife', minify: true, comments: { legal: false } });
    return `"use strict";${output[0].code}`;
  } finally {
    await build.close();
  }
}
