import type { LabSupply } from '../lab/supply.ts';
import type { KernelFlavour, Suite } from '../model/suite.ts';
import type { Format } from './format.ts';

/** What a suite is opened with. */
export interface OpenOptions {
  /** `--suite`: the user's own tree of it, in place of the one that Espalier obtains. */
  readonly tree?: string | undefined;
  /** `--helpers`: with `upstream` the suite's own helper programs run. */
  readonly helpers: 'ours' | 'upstream';
  /** What its labs boot; key material is made in such labs too. */
  readonly supply: LabSupply;
  /** What was built and lies over the image of a suite (`SuiteEntry.image`), the highest last; absent: nothing, or nothing yet. */
  readonly layers?: readonly string[];
  /** The types of its files were checked where the run was started; what they import for their types alone need not be here. */
  readonly typesChecked?: boolean;
}

/** A format by its name in `scenario.json`. Several suites may share one. */
export interface FormatEntry {
  readonly name: string;
  readonly load: () => Promise<Format>;
}

/** All that the rest of Espalier knows of a suite. What does the work is imported on first use. */
export interface SuiteEntry {
  /** As selectors name it. */
  readonly name: string;
  /** What it tests, in one line. */
  readonly about: string;
  /** How its scenarios are stored and judged. */
  readonly format: FormatEntry;
  /** Recipe of the image whose features decide which of its tests can run; absent: no image does. */
  readonly image?: string;
  /** The kernel flavour that all its labs boot; absent: each test says so itself. */
  readonly flavour?: KernelFlavour;
  readonly open: (options: OpenOptions) => Promise<Suite>;
  /**
   * The user's own folder with a scenario's references, where they lie in the suite's tree (`tree`: `--suite`). Throws `usage`
   * for a tree that Espalier fetched: its references are others' work.
   */
  readonly references?: (scenario: string, tree: string | undefined) => Promise<string>;
}
