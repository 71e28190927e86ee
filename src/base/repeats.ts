/** A list in parts of neighbours that are alike; each is compared with the one before it. */
export function repeatsIn<T>(all: readonly T[], isAlike: (one: T, next: T) => boolean): T[][] {
  const parts: T[][] = [];
  for (const one of all) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    if (part !== undefined && last !== undefined && isAlike(last, one)) part.push(one);
    else parts.push([one]);
  }
  return parts;
}
