import { EspalierError } from '../../base/errors.ts';
import { run, tail } from '../../base/processes.ts';
import { isPresentProgram } from '../debian/machine-tools.ts';

/** How an image is built: as root, in user namespaces with subordinate ids, or inside a User Mode Linux lab. */
export type ImageMode = 'root' | 'unshare' | 'uml';

/** A way to build and what it takes. A lab's kernel is asked for when the lab is to start: it may be under way meanwhile. */
export type ImageBuilder =
  | { readonly mode: 'root' | 'unshare' }
  | { readonly mode: 'uml'; readonly kernel: () => Promise<string> };

export interface ModeChoice {
  readonly mode: ImageMode;
  /** For people: what decided it. */
  readonly reason: string;
}

const modes: readonly ImageMode[] = ['root', 'unshare', 'uml'];

/** The way that is open to this user, fastest first; ESPALIER_IMAGE_MODE names another one. */
export async function imageMode(): Promise<ModeChoice> {
  const forced = process.env.ESPALIER_IMAGE_MODE;
  if (forced) {
    const mode = modes.find((one) => one === forced);
    if (mode) return { mode, reason: 'ESPALIER_IMAGE_MODE says so' };
    throw new EspalierError('usage', `ESPALIER_IMAGE_MODE is ${forced}; it may be ${modes.join(', ')}`);
  }
  if (process.getuid?.() === 0) return { mode: 'root', reason: 'this user is root' };
  const refusal = await refusedNamespaces();
  return refusal === undefined
    ? { mode: 'unshare', reason: 'this user may map the owners of files' }
    : { mode: 'uml', reason: refusal };
}

/** How images are built for this user, and why, for people. */
export async function imageModeText(): Promise<string> {
  const { mode, reason } = await imageMode();
  const how = mode === 'uml' ? 'inside a lab (uml mode), which takes a minute' : `in ${mode} mode`;
  return `${how}: ${reason}`;
}

/** Why this user cannot have a user namespace with a range of ids; `undefined`: it can. */
async function refusedNamespaces(): Promise<string | undefined> {
  if (!isPresentProgram('newuidmap')) return 'newuidmap is not installed (package uidmap)';
  const asked = await run('unshare', ['--map-root-user', '--map-auto', 'true'], { timeoutMs: 10_000 });
  if (asked.status === 0) return undefined;
  return `user namespaces are refused: ${tail(asked.stderr.toString(), 1).replace(/^unshare: |: Success$/g, '')}`;
}

/** Whether this user, root, may have a mount namespace. */
export async function mayHaveMounts(): Promise<boolean> {
  const asked = await run('unshare', ['--mount', '--propagation', 'private', 'true'], { timeoutMs: 10_000 });
  return asked.status === 0;
}
