import {
  encryptions,
  integrities,
  keyExchanges,
  prfs,
  type TransformTable,
  type Use,
  wordOf,
} from '../connection/algorithms.ts';
import type { View } from '../connection/connection.ts';
import type { DaemonVersion, Implementation } from '../connection/files.ts';
import { libreswanLimits } from './libreswan/limits.ts';
import type { Limit } from './limit.ts';
import { openikedLimits } from './openiked/limits.ts';
import { strongswanLimits } from './strongswan/limits.ts';

const limits: Readonly<Record<Implementation, readonly Limit[]>> = {
  libreswan: libreswanLimits,
  strongswan: strongswanLimits,
  openiked: openikedLimits,
};

/** All that keeps this daemon from being the local end of the connection; empty: nothing does. */
export function limitsOf(view: View, daemon: DaemonVersion): Limit[] {
  const own = limits[daemon.implementation].filter(({ hits }) => hits(view, daemon));
  return [...missingWords(view, daemon), ...own];
}

type Mention = readonly [names: readonly string[] | undefined, table: TransformTable, use: Use];

/** Algorithms that the daemon has no word for. */
function missingWords({ connection }: View, { implementation }: DaemonVersion): Limit[] {
  const mentions: Mention[] = [
    ...(connection.ike?.proposals ?? []).flatMap((one): Mention[] => [
      [one.encryption, encryptions, 'ike'],
      [one.integrity, integrities, 'ike'],
      [one.prf, prfs, 'ike'],
      [one.keyExchange, keyExchanges, 'ike'],
      [one.additionalKeyExchange, keyExchanges, 'ike'],
    ]),
    ...(connection.child?.proposals ?? []).flatMap((one): Mention[] => [
      [one.encryption, encryptions, 'esp'],
      [one.integrity, integrities, 'esp'],
      [one.keyExchange, keyExchanges, 'esp'],
    ]),
  ];
  const missing = mentions.flatMap(([names = [], table, use]) =>
    names
      .filter((name) => wordOf(table, name, [implementation, use]) === undefined)
      .map((name) => `${name} for ${use === 'ike' ? 'IKE' : 'ESP'}`),
  );
  return [...new Set(missing)].map((what) => ({
    id: 'algorithm',
    reason: `${implementation} has no word for ${what}`,
    source: 'src/connection/algorithms.ts',
    hits: () => true,
  }));
}
