import { join } from 'node:path';
import { realRoot } from '../../base/door/handle.ts';
import { readPlainJson } from '../../base/door/read.ts';
import { writePlain } from '../../base/door/write.ts';
import { describeError, EspalierError } from '../../base/errors.ts';

import { shortPath } from '../../base/folders.ts';
import { say, warn } from '../../base/log.ts';
import { shellWord } from '../../base/text.ts';
import { visible } from '../../base/visible.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { type EspTable, espTable } from '../../evidence/capture/esp-table.ts';
import { type AttemptTraffic, mergeTraffic } from '../../evidence/capture/merge.ts';
import { attemptSchema } from '../../model/attempt.ts';
import { keyOf } from '../../model/scenario.ts';
import { capturedLinks } from '../../store/attempt-files.ts';
import { openAttempt } from '../../store/open-attempt.ts';
import { type AttemptChoice, findAttempt, refusePruned, type StoredAttempt } from '../stored-attempt.ts';

export interface PcapOptions extends AttemptChoice {
  /** The file to write. */
  readonly o?: string;
}

/** What a configuration folder of Wireshark needs beside `esp_sa`. Without keys nothing would be tried. */
const preferences = 'esp.enable_encryption_decode: TRUE\n';

/** `espalier pcap`: writes the capture and Wireshark's configuration, prints the command that uses both. */
export function pcapCommand(run: string, test: string, options: PcapOptions): void {
  const stored = findAttempt(run, test, options);
  refusePruned(stored, 'its verdict and results are all that is left; run it again for captures');
  const read = openAttempt(stored.dir);
  const { records } = read;
  if (records.damage !== undefined) warn(`records: ${records.damage.message}`);
  const file = options.o === undefined ? join(stored.dir, 'derived', 'links.pcapng') : realRoot(options.o);
  const configuration = `${file.replace(/\.pcapng$/, '')}.wireshark`;
  const links = linksOf(stored, read);
  const { entry, attempt, folder } = stored;
  const title = `${keyOf(entry)}, attempt ${attempt} of run ${folder.run.id}`;
  const merged = mergeTraffic({ title, notes: commandNotes(read), links });
  for (const damage of merged.damages) warn(`links/${damage}`);
  const table = tableOf(read);
  for (const one of table.unable) warn(`Wireshark cannot decrypt ${one}`);
  writePlain(file, merged.bytes);
  writePlain(join(configuration, 'esp_sa'), table.text);
  writePlain(join(configuration, 'preferences'), preferences);
  say(`${shortPath(file)}: packets: ${merged.packets}, links: ${links.length}, ESP SAs with keys: ${table.count}`);
  const place = [configuration, file].map((path) => shellWord(shortPath(path)));
  process.stdout.write(visible(`WIRESHARK_CONFIG_DIR=${place[0]} tshark -r ${place[1]}\n`));
}

/** `west# ping -c 1 192.0.2.254`, when it was typed. */
function commandNotes({ consoles }: Attempt): AttemptTraffic['notes'] {
  return consoles.flatMap(({ host, commands }) =>
    commands.map(({ begin, line }) => ({ time: begin, text: `${host}# ${line}` })),
  );
}

function linksOf({ dir, entry }: StoredAttempt, read: Attempt): AttemptTraffic['links'] {
  const links = capturedLinks(dir).flatMap((name) => {
    const capture = read.capture(name);
    return capture === undefined ? [] : [{ name, capture }];
  });
  if (links.length === 0) {
    const { lacks } = readPlainJson(join(dir, 'attempt.json'), attemptSchema);
    const why = lacks?.includes('captures') ? ': its substrate takes none' : '';
    throw new EspalierError('infrastructure', `${keyOf(entry)} has no captures${why}`, { file: join(dir, 'links') });
  }
  return links;
}

/** What a host recorded may be anything; the packets are worth showing without keys as well. */
function tableOf(read: Attempt): EspTable {
  try {
    return espTable(read.timeline);
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    warn(`no keys: ${describeError(error)}`);
    return { text: '', count: 0, unable: [] };
  }
}
