import { randomBytes } from 'node:crypto';
import { EspalierError } from '../base/errors.ts';
import type { MachineSize } from '../model/scenario.ts';
import type { Shard } from './select.ts';

/** What is wrong with the value of an option. */
export function usage(option: string, value: string, wanted: string): EspalierError {
  return new EspalierError('usage', `${option} ${value}: ${wanted} is expected`);
}

/** A whole number in a range, or a usage error that names the option. */
export function wholeNumber(option: string, value: string, least: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least)) throw usage(option, value, `a whole number from ${least}`);
  return number;
}

/** `i/n`. */
export function parseShard(value: string): Shard {
  const [, index = '', count = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index < 1 || shard.index > shard.count) throw usage('--shard', value, 'i/n with i from 1 to n');
  return shard;
}

/** A regular expression. */
export function parsePattern(option: string, value: string): RegExp {
  try {
    return new RegExp(value, 'u');
  } catch (error) {
    throw new EspalierError('usage', `${option}: ${(error as Error).message}`);
  }
}

/** Decimal seed; `random` draws one, which is recorded like any other; `none` leaves the lab unseeded. */
export function parseSeed(value: string): string | undefined {
  if (value === 'none') return undefined;
  if (value === 'random') return String(randomBytes(6).readUIntBE(0, 6));
  const seed = /^\d{1,20}$/.test(value) ? BigInt(value) : undefined;
  if (seed === undefined || seed >= 1n << 64n) throw usage('--seed', value, 'a number below 2^64, `random` or `none`');
  return String(seed);
}

/** Seconds. */
export function parseTimeout(value: string): number {
  const seconds = /^\d{1,9}(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds <= 0) throw usage('--timeout', value, 'a number of seconds');
  return seconds;
}

/** Least of each: Debian's kernels do not boot with less memory, MiB. */
const machineParts = { cpus: 1, memory: 128 } as const;

/** `cpus=2,memory=1024`, one of the two or both. */
export function parseMachines(value: string): MachineSize {
  const size: { cpus?: number; memory?: number } = {};
  for (const part of value.split(',')) {
    const [, name, number = ''] = /^(cpus|memory)=(\d+)$/.exec(part) ?? [];
    if (name !== 'cpus' && name !== 'memory') throw usage('--machines', value, '`cpus=N`, `memory=MIB` or both');
    size[name] = wholeNumber(`--machines ${name}`, number, machineParts[name]);
  }
  return size;
}
