import type { Place } from './bootstrap.ts';
import type { ImageBuilder } from './mode.ts';

/** One run of mmdebstrap, in whatever way this user can have it. */
export interface BootstrapJob {
  /** For messages: `the image debian-sid-strongswan`. */
  readonly what: string;
  /** The one folder it reads from and writes to, apart from the archive. */
  readonly folder: string;
  readonly suite: string;
  /** What it installs beyond the essential packages: fetched before, where there is no network. */
  readonly packages: readonly string[];
  readonly arguments: (place: Place) => string[];
  /** What to do where it fails and not for want of root or memory; left out: see to the network. */
  readonly remedy?: string;
  readonly builder: ImageBuilder;
  /** MiB of the lab, if it is one: the root, its packages and what is done in it. The file of it is sparse. */
  readonly memory: number;
  /** Receives what mmdebstrap and its hooks say, without colours. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}
