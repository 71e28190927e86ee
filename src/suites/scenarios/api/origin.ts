import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeDir } from '../../../base/form.ts';
import type { Origin } from '../../../model/scenario.ts';
import { originalName } from '../../copies.ts';
import { isOwnModule } from '../own-modules.ts';

const library = `${pathToFileURL(codeDir).href}/`;

/** Paths of the files of origins, which may be copies of what the origins name. */
const files = new WeakMap<Origin, string>();

/** The file that an origin of `callerOrigin` stands in, to read what lies beside it. */
export function fileOf(origin: Origin): string {
  return files.get(origin) ?? resolve(origin.file);
}

/**
 * Where the scenario's own code called: the first place of the call stack that lies outside of Espalier's sources. Types are
 * stripped to blanks, so lines are those of the file.
 */
export function callerOrigin(): Origin {
  return originIn(stackHere());
}

/** The same of an error that was thrown; `undefined` where no line of the scenario's code is in its stack. */
export function errorOrigin(error: unknown): Origin | undefined {
  const stack = (error as { stack?: unknown } | undefined)?.stack;
  const origin = typeof stack === 'string' ? originIn(stack) : undefined;
  return origin?.line === 0 ? undefined : origin;
}

function stackHere(): string {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  Error.captureStackTrace(holder, callerOrigin);
  Error.stackTraceLimit = limit;
  return holder.stack ?? '';
}

function originIn(stack: string): Origin {
  for (const line of stack.split('\n')) {
    const [, url, number] = /^ +at .*?(file:\/\/.+?):(\d+):\d+\)?$/.exec(line) ?? [];
    if (url === undefined || url.startsWith(library)) continue;
    if (url.includes('/node_modules/') && !isOwnModule(url)) continue;
    const path = fileURLToPath(url);
    const origin = { file: originalName(path), line: Number(number) };
    files.set(origin, path);
    return origin;
  }
  return { file: '', line: 0 };
}
