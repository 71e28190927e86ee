import type { DaemonSa } from '../../evidence/text/daemon-facts.ts';
import { defined } from '../../evidence/text/shown.ts';

/** A line of libreswan's log, or of its tools, about one connection. */
export interface PlutoLine extends DaemonSa {
  /** What the line says, without who. */
  readonly says: string;
}

/** What may stand before the name: words of a script, a file that grep names, a date, a whack code, `ERROR:`. */
const before =
  /^(?:output: )?(?:[\w./-]{1,200}:(?="))?(?:\w{3} {1,2}\d{1,2} [\d:.]{8,20}: )?(?:\d{3} )?(?:ERROR: )?(?=")/;
const instances = /^(?:\[\d{1,9}\]){1,4}/;
const number = /^#\d{1,9}(?=:)/;

/**
 * Reads `"NAME"[1] 192.1.2.45 #3: TEXT`, where all but the name may be missing (programs/pluto: jam_connection,
 * jam_so). A peer behind NAT is written `...192.1.2.254`, one with a
 * client `10.0.0.1/32=== ...192.1.2.254`.
 */
export function readPlutoLine(line: string): PlutoLine | undefined {
  const start = before.exec(line)?.[0].length;
  if (start === undefined) return undefined;
  const end = line.indexOf('"', start + 1);
  if (end < 0) return undefined;
  const connection = line.slice(start + 1, end);
  let rest = line.slice(end + 1);
  const instance = instances.exec(rest)?.[0];
  rest = rest.slice(instance?.length ?? 0);
  if (rest.startsWith(':')) return { connection, ...defined({ instance }), says: rest.slice(1).trimStart() };
  const peer = /^ ([^"#]{1,100}?)(?=: | #\d)/.exec(rest)?.[1];
  rest = rest.slice(peer === undefined ? 0 : peer.length + 1).trimStart();
  const sa = number.exec(rest)?.[0];
  rest = rest.slice(sa?.length ?? 0);
  if (!rest.startsWith(':') || (sa === undefined && peer === undefined)) return undefined;
  return { connection, ...defined({ instance, peer, sa }), says: rest.slice(1).trimStart() };
}
