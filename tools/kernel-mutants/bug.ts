/** A bug of one line, by what finds its place in the kernel's text. */
export interface HandWritten {
  /** What the bug is, for people. */
  readonly what: string;
  readonly file: string;
  /** The function. */
  readonly within: string;
  /** Matches once in the function's code. */
  readonly find: RegExp;
  /** What stands there instead. */
  readonly put: string;
  /** Rows that are about it, tried first. */
  readonly rows: readonly string[];
}
