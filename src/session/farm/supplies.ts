import { EspalierError } from '../../base/errors.ts';
import type { Substrate } from '../../lab/substrate/substrate.ts';
import { LabSupply } from '../../lab/supply.ts';
import type { Image } from '../../supply/image/image.ts';

/** A driver's supply, which remembers the images that scenarios asked for. */
export class RememberingSupply extends LabSupply {
  readonly #images = new Map<string, Image>();

  override async image(recipe: string): Promise<Image> {
    const image = await super.image(recipe);
    this.#images.set(recipe, image);
    return image;
  }

  /** Those so far, by recipe. */
  get images(): ReadonlyMap<string, Image> {
    return this.#images;
  }
}

/** A worker's supply: what came with the order, ready made. Nothing is built. */
export class ReadySupply extends LabSupply {
  readonly #images: ReadonlyMap<string, Image>;

  constructor(substrate: Substrate, images: ReadonlyMap<string, Image>) {
    super(substrate, {});
    this.#images = images;
  }

  override async image(recipe: string): Promise<Image> {
    const image = this.#images.get(recipe);
    if (image !== undefined) return image;
    throw new EspalierError('scenario', `it wants the image ${recipe}, which its order does not bring`);
  }
}
