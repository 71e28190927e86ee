import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EspalierError } from '../../base/errors.ts';

/** A tree of somebody's to be built: `[HOST:]NAME=DIR[@COMMIT]`. */
export interface SourceRequest {
  /** The one host that gets it; absent: all that boot from its image. */
  readonly host?: string;
  /** `libreswan` */
  readonly name: string;
  /** Absolute path. */
  readonly dir: string;
  /** As git understands it; absent: the tree as it lies there. */
  readonly commit?: string;
}

/** Reads the value of `--source`. Throws `usage` where it is none, or names no folder. */
export function parseSource(text: string): SourceRequest {
  const [, host, name, place] = /^(?:([a-z][a-z0-9-]*):)?([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || place === undefined) {
    throw new EspalierError('usage', `--source ${text}: [HOST:]NAME=DIR or NAME=DIR@COMMIT is expected`, {
      remedy: 'NAME is a daemon, DIR its source tree',
    });
  }
  const at = existsSync(place) ? -1 : place.lastIndexOf('@');
  const dir = resolve(at < 0 ? place : place.slice(0, at));
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new EspalierError('usage', `--source ${text}: is not a folder`, { file: dir });
  }
  return { name, dir, ...(host !== undefined && { host }), ...(at >= 0 && { commit: place.slice(at + 1) }) };
}
