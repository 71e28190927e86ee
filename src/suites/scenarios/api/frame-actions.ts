import { hex } from '../../../base/bytes.ts';
import { EspalierError } from '../../../base/errors.ts';
import type { FaultAction, FaultEdit } from '../../../model/faults.ts';
import { type Duration, nanoseconds } from './duration.ts';
import { callerOrigin } from './origin.ts';

/** What becomes of a frame. */
export type FrameAction = FaultAction;

/** Loses it. */
export function drop(): FrameAction {
  return { kind: 'drop' };
}

/** Keeps it until the rule's `release` is called. */
export function hold(): FrameAction {
  return { kind: 'hold' };
}

/** Passes it on later. */
export function delay(by: Duration): FrameAction {
  return { kind: 'delay', by: String(nanoseconds(by)) };
}

/** Passes it on, and so many copies of it, each of them `after` later than the one before. */
export function duplicate({
  copies = 1,
  after = 0,
}: {
  readonly copies?: number;
  readonly after?: Duration;
} = {}): FrameAction {
  if (!Number.isInteger(copies) || copies < 1 || copies > 10_000)
    throw wrong(`copies is ${copies}`, 'give a whole number from 1 to 10000');
  return { kind: 'duplicate', copies, after: String(nanoseconds(after)) };
}

/** Passes it on behind the next frame of its kind (IKE, ESP, IP) from the same host; alone where none comes `within` 60 s. */
export function reorder({ within = '60s' }: { readonly within?: Duration } = {}): FrameAction {
  return { kind: 'reorder', within: String(nanoseconds(within)) };
}

/** How headers are after a change. */
export interface ChangeOptions {
  /** IP and UDP keep their lengths and checksums, so most receivers drop the packet. Default: they are right. */
  readonly keepChecksums?: boolean;
}

/** Inverts bits: octets of `mask` over the message from octet `at` on; a negative `at` counts from the message's end. */
export function flip(at: number, mask: number | Uint8Array, options: ChangeOptions = {}): FrameAction {
  return changed({ kind: 'flip', at: offset(at), mask: hex(octets(mask)) }, options);
}

/** Writes octets over the message from octet `at` on. */
export function overwrite(at: number, value: number | Uint8Array, options: ChangeOptions = {}): FrameAction {
  return changed({ kind: 'set', at: offset(at), octets: hex(octets(value)) }, options);
}

/** Inverts bits of the message, drawn by a seed. */
export function corrupt({
  bits = 1,
  seed = 1,
  ...options
}: ChangeOptions & { readonly bits?: number; readonly seed?: number } = {}): FrameAction {
  return changed({ kind: 'draw', bits: offset(bits), seed: offset(seed) }, options);
}

/** Leaves so many octets of the message. */
export function truncate(length: number, options: ChangeOptions = {}): FrameAction {
  return changed({ kind: 'cut', length: offset(length) }, options);
}

/** Another message in its place, with the addresses and ports of the old one. */
export function replace(message: Uint8Array, options: ChangeOptions = {}): FrameAction {
  return changed({ kind: 'replace', octets: hex(message) }, options);
}

function changed(edit: FaultEdit, { keepChecksums }: ChangeOptions): FrameAction {
  return { kind: 'change', edits: [edit], ...(keepChecksums && { keepChecksums }) };
}

function octets(value: number | Uint8Array): Uint8Array {
  if (typeof value !== 'number') return value;
  if (Number.isInteger(value) && value >= 0 && value <= 255) return Uint8Array.of(value);
  throw wrong(`${value} is no octet`, 'give a number from 0 to 255, or a Uint8Array');
}

function offset(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw wrong(`${value} is no whole number`, 'give one');
}

function wrong(message: string, remedy: string): EspalierError {
  return new EspalierError('scenario', message, { ...callerOrigin(), remedy });
}
