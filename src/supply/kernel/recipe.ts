import { sha256 } from '../../base/files.ts';
import { profiledFolders } from './coverage.ts';
import { type Flavour, foldersOfTree, noOptions, type Purpose, takesPatch, wantedConfig } from './flavours.ts';
import { canonicalKconfig, type Kconfig } from './kconfig.ts';
import { identityOf, type KernelPatch, kernelPatches } from './patches.ts';

/** Which kernel is wanted. */
export interface KernelRequest extends Purpose {
  /** The user's own tree or binary; `undefined`: Debian's newest, from the cache if it is there. */
  readonly selection?: string | undefined;
  readonly flavour?: Flavour;
  /** Debian's source without `kernel/patches`: what they are compared with. */
  readonly plain?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What a kernel of Debian's source is built to be. */
export interface Recipe {
  readonly flavour: Flavour;
  /** Without any of `kernel/patches`. */
  readonly plain: boolean;
  readonly debug: boolean;
  readonly coverage: boolean;
  readonly checkers: boolean;
  readonly options: Kconfig;
}

/** What is asked for, in full. */
export function recipeOf(request: KernelRequest): Recipe {
  const { flavour = 'standard', plain = false, options = noOptions } = request;
  const { debug = false, coverage = false, checkers = false } = request;
  return { flavour, plain, debug, coverage, checkers, options };
}

/** What Debian's source is changed by. */
export function patchesOf({ flavour, plain }: Pick<Recipe, 'flavour' | 'plain'>): KernelPatch[] {
  return plain ? [] : kernelPatches().filter(({ name }) => takesPatch(flavour, name));
}

/** Of the options and patches that are wanted. */
export function hashOfRecipe({ flavour, plain, ...purpose }: Recipe): string {
  const profiled = purpose.coverage ? `\0${profiledFolders.join(' ')}` : '';
  const patches = identityOf(patchesOf({ flavour, plain }));
  const folders = foldersOfTree(flavour);
  const ofTree = folders.length === 0 ? '' : `\0${folders.join(' ')}`;
  return sha256(`${canonicalKconfig(wantedConfig(flavour, purpose))}\0${patches}${ofTree}${profiled}`).slice(0, 12);
}

/** What a kernel is built for, for people: `, with counters`. */
export function purposeText({ debug, coverage, checkers }: Recipe): string {
  const words = [debug && 'for a debugger', coverage && 'with counters', checkers && 'with checkers'];
  return words.map((one) => (one ? `, ${one}` : '')).join('');
}
