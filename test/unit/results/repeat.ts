import assert from 'node:assert/strict';
import { Attempt } from '../../../src/evidence/attempt/attempt.ts';
import type { Repeat } from '../../../src/results/repeats.ts';

/** An attempt that left these files. */
export function repeat(files: Readonly<Record<string, Uint8Array>>): Repeat {
  const attempt = new Attempt({ read: (name) => files[name], names: () => Object.keys(files) }, () =>
    assert.fail('repeats have one scenario'),
  );
  const links = Object.keys(files).flatMap((name) => /^links\/(.*)\.pcapng$/.exec(name)?.[1] ?? []);
  return { attempt, links: () => links };
}
