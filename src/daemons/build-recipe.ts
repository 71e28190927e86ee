/** How a source tree of a daemon is built and laid over the image that its tests boot from. Data: `libreswan/build.ts`. */
export interface BuildRecipe {
  /** A file that every tree of it has. */
  readonly proof: string;
  /** Recipe of the image (`images/`) that the result is laid over; its packages are there while the tree is built. */
  readonly image: string;
  /** Recipes of other images whose hosts may have the result as well: the layer brings the libraries that any of them lacks. */
  readonly besides?: readonly string[];
  /** Debian packages that a build needs beside those of the image. */
  readonly packages: readonly string[];
  readonly newer?: NewerPackages;
  /** Package of the image whose program this is: files of it that the build does not install are hidden. */
  readonly replaces?: string;
  /** Suites whose hosts boot from the image; the first one is meant where none is named. */
  readonly suites: readonly [string, ...string[]];
  /** A file that every tree has in which the first suite is. Absent: trees have no suite that runs here. */
  readonly tests?: string;
  /** What of a tree no build reads, as patterns of paths: thousands of tests. */
  readonly leftOut: readonly string[];
  /**
   * Shell, run in `$SOURCE`, a copy of the tree that is kept from build to build: `$OBJECTS` is the folder for objects,
   * `$INSTALLED` what `DESTDIR` is to be, `$JOBS` how many programs may run at once, `$CONFIGURE` the options that the image's
   * own build was configured with. A line that fails ends the build.
   */
  readonly script: string;
  /** Environment of the script by flavour; `default` is what is built where none is asked for. */
  readonly flavours: Readonly<{ default: Environment; [flavour: string]: Environment }>;
}

/** Packages of a newer Debian than the image's, which take the place of the image's own for trees that need them. */
export interface NewerPackages {
  /** A file of the tree, and what it holds where they are needed. */
  readonly where: { readonly file: string; readonly holds: string };
  /** Code name of the Debian suite that they are of; the image's C library must do for them. */
  readonly suite: string;
  /** These go into the layer too. */
  readonly packages: readonly string[];
  /** These are there only while the tree is built. */
  readonly toBuild: readonly string[];
}

type Environment = Readonly<Record<string, string>>;
