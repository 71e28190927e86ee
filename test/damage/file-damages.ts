import { recordMagic } from '../../src/evidence/records/record.ts';
import type { Damage } from './damage.ts';
import { editCapture } from './edit-captures.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** The capture with the most packets. */
function busiest({ captures }: StoredAttempt): string | undefined {
  return [...captures].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** Files that are gone, cut short, or of another version. */
export const fileDamages: readonly Damage[] = [
  {
    id: 'truncate-capture',
    why: 'what the missing packets were is not known',
    apply: (attempt: StoredAttempt) => {
      const file = busiest(attempt);
      if (file === undefined) return undefined;
      const whole = editCapture(attempt, file, (packets) => packets).get(file) as Uint8Array;
      return { files: new Map([[file, whole.subarray(0, whole.length - 6)]]), where: file };
    },
  },
  {
    id: 'lose-capture',
    why: 'what was in it is not known',
    apply: (attempt: StoredAttempt) => {
      const file = busiest(attempt);
      return file === undefined ? undefined : { files: new Map([[file, undefined]]), where: file };
    },
  },
  {
    id: 'truncate-records',
    why: 'what the guest saw after that is not known',
    apply: ({ recordBytes }: StoredAttempt) => {
      const half = Math.floor(recordBytes.length / 2) | 1;
      return { files: new Map([['records', recordBytes.subarray(0, half)]]), where: `at byte ${half}` };
    },
  },
  {
    id: 'cut-last-frame',
    why: 'the lab did not say that it ended',
    apply: ({ recordBytes }: StoredAttempt) => {
      const files = new Map([['records', recordBytes.subarray(0, recordBytes.length - 20)]]);
      return { files, where: 'the frame labEnd' };
    },
  },
  {
    id: 'newer-records',
    why: 'this Espalier cannot know what a newer version says',
    apply: ({ recordBytes }: StoredAttempt) => {
      const bytes = Uint8Array.from(recordBytes);
      bytes[recordMagic.length] = 2;
      return { files: new Map([['records', bytes]]), where: 'schema version 2' };
    },
  },
  {
    id: 'newer-scenario',
    why: 'this Espalier cannot know what a newer version says',
    apply: ({ scenario }: StoredAttempt) => {
      return { files: new Map([['scenario.json', json({ ...scenario, version: 99 })]]), where: 'version 99' };
    },
  },
  ...['records', 'scenario.json', 'attempt.json'].map((file) => ({
    id: `lose-${file}`,
    why: 'nothing can be judged without it',
    apply: () => ({ files: new Map([[file, undefined]]), where: file }),
  })),
].map((one) => ({ ...one, expected: 'unresolved' }));
