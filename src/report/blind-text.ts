import type { Blindness } from '../model/verdict.ts';

/** When no leak could be claimed, for people. */
export function blindText({ ns, events }: Blindness): string {
  const changes = events === 1 ? '1 change of policies' : `${events} changes of policies`;
  return `${(ns / 1e6).toFixed(1)} virtual ms around ${changes}`;
}
