import { decode } from '../records/decode.ts';
import { hostOf, type RecordFile } from '../records/reader.ts';
import { recordType } from '../records/record.ts';

/** Evidence that the lab itself says is gone. */
export type Loss = Lost & {
  /** When it was noticed: virtual nanoseconds since 1970. */
  readonly time: bigint;
  /** Whose evidence it is; `undefined`: the lab's. */
  readonly host?: string;
  /** In the lab's own words. */
  readonly text: string;
};

/** A file of which a part is there, or nothing. */
export interface LostFile {
  readonly what: 'file';
  /** On the host, or below `/out`, which is the attempt's folder. */
  readonly path: string;
}

type Lost =
  /** `count`: how many; `undefined`: not known. */
  { readonly what: 'frames'; readonly count?: number } | { readonly what: 'xfrm-events' | 'other' } | LostFile;

/** How losses are worded, the first form that fits. Labs of earlier versions wrote notes, of which others cost nothing. */
const forms: readonly (readonly [form: RegExp, what: Lost['what']])[] = [
  [/^(?:lost frames|note capture lost) (?<count>\d+)/, 'frames'],
  [/^(?:lost frames\b|note capture of \S+:)/, 'frames'],
  [/^(?:lost xfrm-events\b|note XFRM events were lost)/, 'xfrm-events'],
  [/^lost file (?:\/proc\/\d+\/root)?(?<path>\/.*?)(?:: .*)?$/, 'file'],
  [/^note (?:\/proc\/\d+\/root)?(?<path>\/.*) is cut short: \d+ bytes$/, 'file'],
  [/^note copy (?:\/proc\/\d+\/root)?(?<path>\/.*): [^:]*$/, 'file'],
  // Worded by a later version, but lost.
  [/^lost\b/, 'other'],
];

/** All losses that a lab has recorded, in order. */
export function lossesIn(file: RecordFile): Loss[] {
  return file.records.flatMap((record): Loss[] => {
    if (record.type !== recordType.trouble) return [];
    const said = decode(record);
    const lost = said.type === 'trouble' ? lostBy(said.text) : undefined;
    if (said.type !== 'trouble' || lost === undefined) return [];
    const host = hostOf(file, record);
    return [{ ...lost, time: record.time, ...(host !== undefined && { host }), text: said.text }];
  });
}

function lostBy(text: string): Lost | undefined {
  for (const [form, what] of forms) {
    const match = form.exec(text);
    if (match === null) continue;
    const { count, path = '' } = match.groups ?? {};
    if (what === 'file') return { what, path };
    return what === 'frames' && count !== undefined ? { what, count: Number(count) } : { what };
  }
  return undefined;
}

/** Names below the attempt's folder that a lost file would have. Hosts share some trees; earlier versions did not say whose file it was. */
export function namesOfLost({ path, host }: LostFile & Pick<Loss, 'host'>, hosts: readonly string[]): string[] {
  if (path.startsWith('/out/')) return [path.slice('/out/'.length)];
  const owners = host === undefined ? hosts : [host];
  return [`files${path}`, ...owners.map((owner) => `files/${owner}${path}`)];
}
