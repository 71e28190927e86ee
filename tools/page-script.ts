/** Builds the report's page script from ui/: `npm run build:ui`. The gate checks that what is committed is what is built. */
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { projectDir } from '../src/base/folders.ts';

/** Where the built script lies; it is committed, so that nobody who runs Espalier builds anything. */
export const pageScript = join(projectDir, 'ui', 'dist', 'report.js');

/**
 * The script's text: one classic script, since pages from disk may load no modules. The same sources give the same text.
 * Whatever is no part of ui/ or preact (node:*, for one) is refused.
 */
export async function buildPageScript(): Promise<string> {
  const build = await rolldown({
    input: join(projectDir, 'ui', 'src', 'main.tsx'),
    cwd: projectDir,
    platform: 'browser',
    tsconfig: join(projectDir, 'ui', 'tsconfig.json'),
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
