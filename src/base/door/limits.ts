/** How many bytes are read of one file of a stranger, by its kind. The largest real ones have a tenth or less. */
export const limits = {
  /** Marks and locks: a line or two. */
  mark: 64 * 1024,
  /** JSON: parsed, it takes up to 20 times as much memory. */
  document: 16 * 1024 * 1024,
  /** What labs record, archives, and what they hold. */
  evidence: 256 * 1024 * 1024,
} as const;

/** Entries of one tree that are listed. */
export const mostEntries = 100_000;

/** Folders within folders. */
export const deepest = 64;
