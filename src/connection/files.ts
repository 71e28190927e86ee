import type { Connection } from './connection.ts';

/** A file of a daemon's configuration. */
export interface ConfigFile {
  /** Absolute path on the host. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: string;
}

/** What a daemon of one host is configured with: connections in the common model, files written by hand, or both. */
export interface Configuration {
  readonly connections?: readonly Connection[];
  /** Replace rendered files of the same path. */
  readonly files?: readonly ConfigFile[];
}

/** A daemon and its version, as words of capabilities and of files depend on it. */
export interface DaemonVersion {
  readonly implementation: Implementation;
  /** `5.2`, `6.1.0`. */
  readonly version: string;
}

/** The IKE daemons that connections can be written for. */
export const implementations = ['libreswan', 'strongswan', 'openiked'] as const;
export type Implementation = (typeof implementations)[number];

/** True where `version` is `least` or a later one; both are numbers with dots. */
export function isAtLeast(version: string, least: string): boolean {
  const [has, wants] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (wants ?? []).entries()) {
    const number = has?.[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}
