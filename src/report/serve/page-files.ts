import { readFileSync } from 'node:fs';
import type { Context } from 'hono';
import { dataFile, type PageData, pageFiles, startPage } from '../page/write-report.ts';

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A file of the page itself, from the package; undefined: it has none of this name. */
export function sendPageFile(context: Context, name: string): Response | undefined {
  const path = pageFiles.get(name);
  const type = types[name.split('.').at(-1) ?? ''];
  if (path === undefined || type === undefined) return undefined;
  return context.body(readFileSync(path), 200, { 'content-type': type });
}

/** The page, which begins with a run or with all of them. */
export function sendStart(context: Context, start: 'run' | 'runs'): Response {
  return context.html(startPage(start));
}

/** A data file, made now. */
export function sendData(context: Context, name: string, data: PageData | undefined): Response | Promise<Response> {
  if (data === undefined) return context.notFound();
  return context.body(dataFile(name, data), 200, { 'content-type': types.js ?? '' });
}
