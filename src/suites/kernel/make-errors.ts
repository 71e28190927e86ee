import { basename, dirname } from 'node:path';

/** A program that make could not build. */
export interface HelperFailure {
  /** Folder below the selftests: `net`. */
  readonly folder: string;
  /** File name of the target: `nettest`, `xdp_dummy.bpf.o`. */
  readonly helper: string;
  /** The compiler's line, or make's. */
  readonly why: string;
}

/** Of the outermost make: what a library's own make could not build is the reason why a program's target failed. */
const failed = /^make: \*\*\* \[(?:[^\]]*: )?([^\]]+)\] Error \d+/;
const noRule = /^make: \*\*\* No rule to make target '([^']+)'(?:, needed by '([^']+)')?/;
const complaint =
  /\b(?:fatal )?error:|undefined reference|cannot find -l|: (?:not found|command not found)|No such file or directory/i;

/**
 * What `make -k -O` could not build. Output of one target stands together there, so the first complaint since the target before is its.
 * `root`: folder of the selftests, as make names it.
 */
export function helperFailures(lines: readonly string[], root: string): HelperFailure[] {
  const failures: HelperFailure[] = [];
  let why: string | undefined;
  for (const line of lines) {
    const target = targetOf(line);
    if (target === undefined) {
      if (/^ {2}[A-Z]+ {2,}\S/.test(line)) why = undefined;
      else if (complaint.test(line)) why ??= line.trim();
      continue;
    }
    const path = target.startsWith(`${root}/`) ? target.slice(root.length + 1) : target;
    if (target !== 'all') failures.push({ folder: dirname(path), helper: basename(path), why: why ?? line.trim() });
    why = undefined;
  }
  return failures;
}

function targetOf(line: string): string | undefined {
  const stopped = failed.exec(line)?.[1];
  if (stopped !== undefined) return stopped;
  const [, missing, by] = noRule.exec(line) ?? [];
  return by === undefined || by === 'all' ? missing : by;
}

/** The first helper that a program needs and that was not built: itself, or one that its text calls by a path or names in full. */
export function lackingHelper(
  { file, folder, text }: { readonly file: string; readonly folder: string; readonly text: string },
  failures: readonly HelperFailure[],
): HelperFailure | undefined {
  return failures.find(({ helper, folder: where }) => {
    if (where === folder && helper === file) return true;
    // A bare word is often prose, or a device: only paths count, and names of objects.
    const before = helper.includes('.') ? '(?<![\\w.-])' : '/';
    return new RegExp(`${before}${escaped(helper)}(?![\\w.-])`).test(text);
  });
}

function escaped(text: string): string {
  return text.replace(/[.+*?^$(){}|[\]\\]/g, '\\$&');
}
