/** Whether a stack can do something, by what a command printed. `unknown`: nobody asked, or the answer says neither. */
export type CellWord = 'yes' | 'no' | 'unknown';

/** One answer, with what it follows from. */
export interface StackCell {
  readonly word: CellWord;
  /** The line that was typed; absent: none was. */
  readonly command?: string;
  /** The line of output that decides, the last one where none does, or why nobody asked. */
  readonly evidence: string;
}

/** An operation of a stack as a row of the table. */
export interface StackRow {
  /** One of the groups of libreswan's discussion of `kernel_ops`: `5 SAs and policies`. */
  readonly group: string;
  readonly operation: string;
  /** By the name of a column. */
  readonly cells: Readonly<Record<string, StackCell>>;
}

/** What was found out about all stacks that are there. */
export interface StackTable {
  readonly version: 1;
  readonly columns: readonly { readonly name: string; readonly about: string }[];
  readonly rows: readonly StackRow[];
  /** Stacks that are not there, with the reason. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}
