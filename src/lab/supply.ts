import { sha256 } from '../base/files.ts';
import type { KernelFlavour, LabImage } from '../model/suite.ts';
import type { Image } from '../supply/image/image.ts';
import type { Kconfig } from '../supply/kernel/kconfig.ts';
import type { KernelChoice, Substrate, Supply } from './substrate/substrate.ts';

/** Stands for kernel and image where labs boot nothing. */
export const nothing: KernelChoice & LabImage = { id: 'none', path: '', sha256: sha256(''), versions: {} };

export interface LabSupplyOptions {
  /** The user's own tree or binary. */
  readonly kernel?: string | undefined;
  /** Kernels are for a debugger. */
  readonly debug?: boolean;
  /** Kernels count which of their code runs. */
  readonly coverage?: boolean;
  /** Kernels have their own checkers. */
  readonly checkers?: boolean;
  /** Options of the user's own for kernels that are built. */
  readonly kconfig?: Kconfig;
  /** Debian packages that all images have beside their own. */
  readonly packages?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What the labs of one run boot, made on first need and then the same for all of them. */
export class LabSupply {
  readonly substrate: Substrate;
  readonly signal: AbortSignal;
  readonly #selection: string | undefined;
  readonly #debug: boolean;
  readonly #coverage: boolean;
  readonly #checkers: boolean;
  readonly #options: Kconfig;
  readonly #packages: readonly string[];
  readonly #supply: Supply | undefined;
  readonly #kernels = new Map<KernelFlavour, Promise<KernelChoice>>();
  readonly #images = new Map<string, Promise<Image>>();
  readonly #given = new AbortController();

  constructor(
    substrate: Substrate,
    { kernel, debug = false, coverage = false, checkers = false, ...more }: LabSupplyOptions,
  ) {
    const { kconfig = new Map(), packages = [], signal } = more;
    this.substrate = substrate;
    this.signal = signal === undefined ? this.#given.signal : AbortSignal.any([signal, this.#given.signal]);
    this.#selection = kernel;
    this.#debug = debug;
    this.#coverage = coverage;
    this.#checkers = checkers;
    this.#options = kconfig;
    this.#packages = packages;
    this.#supply = substrate.supply();
  }

  /** False where labs boot nothing: nothing that only they would read has to be made either. */
  get needed(): boolean {
    return this.#supply !== undefined;
  }

  /** The user's own tree or binary, where labs boot that. */
  get selection(): string | undefined {
    return this.#selection;
  }

  /** The kernel under test in one of its flavours. */
  kernel(flavour: KernelFlavour = 'standard'): Promise<KernelChoice> {
    const [supply, selection, signal] = [this.#supply, this.#selection, this.signal];
    const built = { debug: this.#debug, coverage: this.#coverage, checkers: this.#checkers };
    const purpose = { ...built, options: this.#options };
    if (supply === undefined) return Promise.resolve(nothing);
    return once(this.#kernels, flavour, () => supply.kernel({ selection, flavour, ...purpose, signal }));
  }

  /** Ends what is still being made: the run will not begin. */
  cancel(): void {
    this.#given.abort();
  }

  /** The image of a recipe. */
  image(recipe: string): Promise<Image> {
    const supply = this.#supply;
    if (supply === undefined) return Promise.resolve(nothing);
    return once(this.#images, recipe, async () => supply.image(await this.#whole(recipe), this.signal));
  }

  async #whole(recipe: string): Promise<string> {
    if (this.#packages.length === 0) return recipe;
    // A list makes no image, and is there before the reader of recipes would be loaded.
    const { withPackages } = await import('../supply/image/known-recipes.ts');
    return withPackages(recipe, this.#packages);
  }
}

/** Makes a thing once. What could not be made is tried again by the next who needs it. */
function once<K, T>(made: Map<K, Promise<T>>, key: K, make: () => Promise<T>): Promise<T> {
  const known = made.get(key);
  if (known !== undefined) return known;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}
