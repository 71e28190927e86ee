import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Untestable } from '../../base/errors.ts';
import type { Commit } from '../../model/attempt.ts';
import { commitOf } from '../commit.ts';
import { obtainSource } from '../source-package.ts';

/** A `testing/` folder of strongSwan on this machine. */
export interface StrongswanTree {
  readonly dir: string;
  /** Version of strongSwan that the folder belongs to, where it says so. */
  readonly version: string;
  /** Code name of the Debian suite whose strongSwan is of that version. */
  readonly debian: string;
  /** Of a checkout. */
  readonly commit?: Commit;
}

const proof = 'testing/scripts/build-certs-chroot';

/** Takes the suite from Debian's source package of strongSwan. */
export async function obtainStrongswan(debian: string): Promise<StrongswanTree> {
  const source = await obtainSource({ name: 'strongswan', debian, wanted: ['*/testing'], proof });
  return { dir: join(source.dir, 'testing'), version: source.version, debian };
}

/** A checkout of the user's: its root, or its `testing/`. Throws `usage`. */
export async function openStrongswanCheckout(path: string, debian: string): Promise<StrongswanTree> {
  const given = resolve(path);
  const root = [given, join(given, '..')].find((candidate) => existsSync(join(candidate, proof)));
  if (root === undefined) {
    throw new Untestable('is not a source tree of strongSwan with its test suite', {
      file: given,
      remedy: `give a folder that holds ${proof}`,
    });
  }
  const commit = await commitOf(root);
  return { dir: join(root, 'testing'), version: basename(root), debian, ...(commit && { commit }) };
}
