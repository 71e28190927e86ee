import { type LineSign, shownLine, signedLines } from './line-signs.ts';

/** Something that the kernel reports about itself. */
export interface KernelFault {
  /** Line of the log, from 1. */
  readonly line: number;
  /** Without the time. */
  readonly text: string;
  /** Nanoseconds since the kernel's boot; undefined: the line has no time. */
  readonly stamp?: bigint;
  /** The lines behind it, as the log has them. */
  readonly following: readonly string[];
}

/** The time of a line, and who wrote it where the kernel says so (CONFIG_PRINTK_TIME, CONFIG_PRINTK_CALLER). */
const time = '^(?:\\[ *(?<seconds>\\d{1,10})\\.(?<micro>\\d{6})\\](?:\\[ *[TC]\\d+\\])? )?';

const stamped = new RegExp(time);

/**
 * A packet that a filter logs is no report, whatever prefix the rule gives it (net/netfilter/nf_log_syslog.c), nor is a message
 * about a process, whose name can be any 15 bytes (arch/um/kernel/trap.c: show_segv_info; fs/drop_caches.c).
 */
const notQuoted = '(?!.*\\bIN=\\S* OUT=\\S*|.{1,15}\\[\\d+\\]: segfault at |.{1,15} \\(\\d+\\): drop_caches: )';

function sign(holds: string, text: string): LineSign {
  return { holds, line: new RegExp(`${time}${notQuoted}(?<text>${text}.*)`) };
}

/** Reports of their own: each begins a block of lines. */
const heads: readonly LineSign[] = [
  // asm-generic/bug.h, panic.c (__warn), lockdep.c
  sign('WARNING: ', 'WARNING: '),
  // KASAN, KCSAN, KFENCE, KMSAN, page faults, lockups, bad pages and locks
  sign('BUG: ', '(?:watchdog: )?BUG: '),
  // mm/slub.c: slab_bug
  sign('BUG ', 'BUG [^ :]{1,80} \\((?:Not tainted|Tainted: [^)]*)\\): '),
  sign('kernel BUG at ', 'kernel BUG at \\S+:\\d+!'),
  sign('UBSAN: ', 'UBSAN: \\S'),
  sign('kmemleak: ', 'kmemleak: [1-9]\\d* new suspected memory leaks'),
  // hung_task.c, tree_stall.h of RCU; lockdep before it said WARNING
  sign(
    'INFO: ',
    '(?:rcu: )?INFO: (?:task \\S+ blocked |rcu_\\w+ (?:self-)?detected |possible |suspicious |inconsistent |trying to register non-static key)',
  ),
  // net/core/dev.c: a reference to a device was never given back
  sign('unregister_netdevice: ', 'unregister_netdevice: waiting for \\S+ to become free'),
  sign('nable to handle kernel ', '[Uu]nable to handle kernel '),
];

/** What follows upon a report, and is one where none came before. */
const parts: readonly LineSign[] = [
  sign('general protection fault', '(?:Oops: )?general protection fault\\b'),
  sign('Oops', 'Oops\\b'),
  // arch/*: die()
  sign('[#', '[^\\[]{1,60}: [0-9a-f]{4,16} \\[#\\d+\\]'),
  sign('Call Trace:', 'Call Trace:'),
];

/** So many lines may lie between a report and its parts. */
const blockLines = 100;
/** So many lines are shown behind the first. */
const followingShown = 12;
/** Nanoseconds in which a report is written. */
const blockTime = 100_000_000n;
/** What ends a block (kernel/panic.c: print_oops_end_marker). */
const blockEnd = /---\[ end (?:trace|Kernel)/;

/** What a kernel log reports, in order. Reads any bytes; one of megabytes is searched, not decoded. */
export function kernelFaults(log: Uint8Array): KernelFault[] {
  const found = (signs: readonly LineSign[]): Report[] =>
    signs.flatMap((one) => [...signedLines(log, one)].map(({ line, at }) => ({ line, at, sign: one })));
  const reports = found(heads);
  for (const part of found(parts).sort((a, b) => a.line - b.line)) {
    const isPart = reports.some(({ line }) => line <= part.line && part.line - line < blockLines);
    if (!isPart) reports.push(part);
  }
  return reports.sort((a, b) => a.line - b.line).map((report) => faultOf(log, report));
}

interface Report {
  readonly line: number;
  readonly at: number;
  readonly sign: LineSign;
}

function faultOf(log: Uint8Array, { line, at, sign: { line: form } }: Report): KernelFault {
  const [first = '', ...rest] = linesFrom(log, at);
  const { text = '' } = form.exec(first)?.groups ?? {};
  const stamp = stampOf(first);
  const end = rest.findIndex((one) => blockEnd.test(one) || (stampOf(one) ?? 0n) > (stamp ?? 0n) + blockTime);
  return {
    line,
    text: shownLine(text),
    ...(stamp !== undefined && { stamp }),
    following: rest.slice(0, end < 0 ? undefined : end).map(shownLine),
  };
}

/** Nanoseconds since boot; undefined: the line has no time. */
function stampOf(line: string): bigint | undefined {
  const { seconds, micro } = stamped.exec(line)?.groups ?? {};
  return seconds === undefined ? undefined : BigInt(seconds) * 1_000_000_000n + BigInt(micro ?? 0) * 1000n;
}

/** A few lines, one character per byte. */
function linesFrom(log: Uint8Array, at: number): string[] {
  const bytes = log.subarray(at, at + 8192);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.split('\n', followingShown + 1).map((one) => one.trimEnd());
}
