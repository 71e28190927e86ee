/** How many: exactly so many, or so many at least, at most, or both. */
export type Count = number | { readonly atLeast?: number; readonly atMost?: number };
