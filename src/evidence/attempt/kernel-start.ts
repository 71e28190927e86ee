import { decode } from '../records/decode.ts';
import type { RecordFile } from '../records/reader.ts';
import { recordType } from '../records/record.ts';

/**
 * When the kernel booted, from where its log counts: virtual nanoseconds since 1970. Undefined in attempts of versions that did
 * not record it.
 */
export function kernelStart({ records }: Pick<RecordFile, 'records'>): bigint | undefined {
  for (const record of records) {
    if (record.type !== recordType.uptime) continue;
    const said = decode(record);
    if (said.type === 'uptime') return record.time - said.uptime;
  }
  return undefined;
}
