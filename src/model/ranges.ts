/** Numbers with equal distances: `first`, `first + step`, … `last`. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** The shape of `rangesText`, for schemas. */
export const rangesPattern = /^\d+(?:-\d+(?:\/\d+)?)?(?:,\d+(?:-\d+(?:\/\d+)?)?)*$/;

/**
 * Ranges as text: `3`, `5-9` (each), `12-20/2` (every second), parts separated by commas. Packets of a
 * flow that alternates with another one have every second number, so this stays short.
 */
export function rangesText(ranges: readonly Range[]): string {
  return ranges.map(partText).join(',');
}

/** Numbers in their order as ranges; one takes at least three numbers, or two that follow each other. */
export function rangesOf(numbers: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (let at = 0; at < numbers.length; ) {
    const first = numbers[at] as number;
    const step = (numbers[at + 1] ?? first) - first;
    let end = at;
    while (step > 0 && numbers[end + 1] === (numbers[end] as number) + step) end += 1;
    if (end - at === 1 && step > 1) end = at;
    ranges.push({ first, last: numbers[end] as number, step: end === at ? 1 : step });
    at = end + 1;
  }
  return ranges;
}

function partText({ first, last, step }: Range): string {
  if (first === last) return String(first);
  return step === 1 ? `${first}-${last}` : `${first}-${last}/${step}`;
}

/** Reads `rangesText` back. Never lists the numbers, since a text that is not ours may name any. */
export function parseRanges(text: string): Range[] {
  return text.split(',').map((part) => {
    const [ends = '', step = '1'] = part.split('/');
    const [first = '', last = first] = ends.split('-');
    return { first: Number(first), last: Math.max(Number(first), Number(last)), step: Math.max(1, Number(step)) };
  });
}

/** How many numbers ranges hold. */
export function countIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { first, last, step }) => sum + Math.floor((last - first) / step) + 1, 0);
}

/** The first numbers of ranges, at most so many. */
export function firstOf(ranges: readonly Range[], most: number): number[] {
  const numbers: number[] = [];
  for (const { first, last, step } of ranges) {
    for (let number = first; number <= last && numbers.length < most; number += step) numbers.push(number);
  }
  return numbers;
}

/** Whether ranges hold a number. */
export function contains(ranges: readonly Range[], number: number): boolean {
  return ranges.some(({ first, last, step }) => number >= first && number <= last && (number - first) % step === 0);
}
