import type { Substrate } from '../substrate.ts';

/** A substrate without kernel or processes: a plan's lines are interpreted in this process. */
export const fake: Substrate = {
  name: 'fake',
  traits: { virtualTime: true, seeds: true, captures: true },
  check: async () => {},
  supply: () => undefined,
  start: async (request) => new (await import('./fake-lab.ts')).FakeLab(request),
};
