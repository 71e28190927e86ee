import type { SeenFrame } from '../../evidence/evidence.ts';
import { type LeakedFrames, type LeakKind, leakKinds } from '../../model/observed.ts';
import { rangesOf, rangesText } from '../../model/ranges.ts';
import type { Leak } from '../oracles/leaks.ts';
import type { Places } from './places.ts';

/** Each leaked frame with the first of its kinds, in the order of `leakKinds`. */
export function weightiest(leaks: readonly Leak[]): Map<SeenFrame, LeakKind> {
  const kinds = new Map<SeenFrame, LeakKind>();
  for (const kind of leakKinds) {
    for (const leak of leaks) if (leak.kind === kind && !kinds.has(leak.frame)) kinds.set(leak.frame, kind);
  }
  return kinds;
}

/** All leaked frames by kind, link and sender. */
export function leakedFrames(leaks: readonly Leak[], places: Places): LeakedFrames[] {
  const groups = new Map<string, Omit<LeakedFrames, 'frames'> & { readonly numbers: Set<number> }>();
  for (const { kind, frame } of leaks) {
    const { link, from: host } = places.pathOf(frame);
    const name = `${kind} ${link} ${host}`;
    const group = groups.get(name) ?? { kind, link, host, numbers: new Set() };
    groups.set(name, group);
    group.numbers.add(frame.number);
  }
  return [...groups.values()].map(({ numbers, ...group }) => {
    const frames = rangesText(rangesOf([...numbers].sort((a, b) => a - b)));
    return { ...group, frames };
  });
}
