import type { Count } from '../api/count.ts';

/** True for a number that is one of those meant. */
export function isCount(number: number | bigint, count: Count): boolean {
  const { atLeast = 0, atMost = Number.POSITIVE_INFINITY } =
    typeof count === 'number' ? { atLeast: count, atMost: count } : count;
  return number >= atLeast && number <= atMost;
}

/** `2`, `at least 1 and at most 4`. */
export function countText(count: Count): string {
  if (typeof count === 'number') return String(count);
  const { atLeast, atMost } = count;
  const bounds = [atLeast !== undefined && `at least ${atLeast}`, atMost !== undefined && `at most ${atMost}`];
  return bounds.filter(Boolean).join(' and ') || 'any number of';
}

/** `2 IKE SAs`, `at most 4 IKE SAs`. */
export function wanted(count: Count, what: string): string {
  return typeof count === 'number' ? counted(count, what) : `${countText(count)} ${what}s`;
}

/** `1 IKE SA`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
