import { parseJson } from '../../base/files.ts';
import type { AttemptFiles } from '../../evidence/attempt/attempt.ts';
import { type Observed, observedSchema } from '../../model/observed.ts';

const file = 'derived/observed.json';

/** What judging saw of links and SAs; undefined where it left nothing. Raises `infrastructure` for a file that is not ours. */
export function readObserved(attempt: AttemptFiles): Observed | undefined {
  const bytes = attempt.read(file);
  return bytes && parseJson(Buffer.from(bytes).toString('utf8'), observedSchema, file);
}

/** What a page says where the file is missing. */
export function missingText(run: string): string {
  return `packets, SAs and checks are not shown: there is no ${file}, which espalier judge ${run} makes`;
}

/** What is not known, or not shown. */
export function observedNotes({ damage, left }: Observed): string[] {
  const parts = [
    [left.packets, 'packets'],
    [left.messages, 'IKE messages'],
    [left.sas, 'SAs'],
    [left.incidents ?? 0, 'deaths and reports of faults'],
  ] as const;
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [
    ...damage.map(({ file: name, message }) => `${name}: ${message}`),
    ...(counts.length > 0 ? [`not shown, since there are too many: ${counts.join(', ')}`] : []),
  ];
}
