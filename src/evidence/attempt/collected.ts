/** A file that was copied out of a host at the end of its lab. */
export interface CollectedFile {
  /** Name below the attempt's folder. */
  readonly file: string;
  readonly host: string;
}

/**
 * The collected files of hosts by name: those in a folder of the host's name, and those that a suite calls by it (`west.log`)
 * in a folder that hosts share.
 */
export function collectedFiles(names: Iterable<string>, hosts: readonly string[]): CollectedFile[] {
  return [...names].flatMap((file): CollectedFile[] => {
    const [top, ...rest] = file.split('/');
    if (top !== 'files') return [];
    const host = hosts.find((one) => rest.includes(one) || rest.at(-1)?.startsWith(`${one}.`));
    return host === undefined ? [] : [{ file, host }];
  });
}
