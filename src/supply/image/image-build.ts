import type { Progress } from '../../base/progress.ts';
import type { ImageBuilder } from './mode.ts';
import type { Recipe } from './recipe.ts';

/** One image to build. */
export interface ImageBuild {
  readonly name: string;
  readonly recipe: Recipe;
  readonly builder: ImageBuilder;
  /** Tar of what the recipe's build from source installed. */
  readonly installed?: string | undefined;
  /** The image file to write. */
  readonly out: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}
