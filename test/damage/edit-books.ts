import { captureFile } from '../../src/evidence/attempt/link-capture.ts';
import { readCapture } from '../../src/evidence/capture/reader.ts';
import { readRecords } from '../../src/evidence/records/reader.ts';
import { recordType } from '../../src/evidence/records/record.ts';
import type { Damaged } from './damage.ts';
import { editRecords } from './edit-records.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** The same files, and books of the lab that have as many frames as the captures; attempts of earlier versions have no books. */
export function withBooks(
  { scenario, records, recordBytes }: StoredAttempt,
  files: Damaged['files'],
): Damaged['files'] {
  const counts = new Map(
    scenario.links.flatMap((link): [string, number][] => {
      const bytes = files.get(captureFile(link));
      return bytes === undefined ? [] : [[link, readCapture(bytes).packets.length]];
    }),
  );
  const written = files.get('records') ?? recordBytes;
  const isWhole = readRecords(written).complete;
  const hasBooks = records.some(({ type }) => type === recordType.books);
  if (counts.size === 0 || !hasBooks || !isWhole) return files;
  const edited = editRecords(readRecords(written).records, ({ type, payload }) => [
    type === recordType.books ? recounted(payload, counts) : payload,
  ]);
  return new Map([...files, ...edited]);
}

function recounted(payload: Uint8Array, counts: ReadonlyMap<string, number>): Uint8Array {
  const lines = Buffer.from(payload).toString('utf8').split('\n');
  const edited = lines.map((line) => {
    const [what, name = ''] = line.split(' ');
    const count = what === 'link' ? counts.get(name) : undefined;
    return count === undefined ? line : line.replace(/\b(captured|received)=\d+/g, `$1=${count}`);
  });
  return Buffer.from(edited.join('\n'));
}
