import { stripControls } from './plain-lines.ts';

/** What a program says of a part of it. */
export type SubtestWord = 'ok' | 'fail' | 'skip' | 'xfail';

/** One subtest, in the order of the output. */
export interface Subtest {
  readonly name: string;
  readonly word: SubtestWord;
  /** As it was printed, without colours. */
  readonly text: string;
  /** Line of the output, from 1. */
  readonly line: number;
}

/** All that can be counted of a program's output. */
export interface Counted {
  readonly subtests: readonly Subtest[];
  /** Results that a TAP plan (`1..N`) announces and that did not come. */
  readonly missing: number;
  /** Lines that say why something was skipped, and are no subtest. */
  readonly skips: readonly string[];
}

const words: Readonly<Record<string, SubtestWord>> = {
  ok: 'ok',
  pass: 'ok',
  fail: 'fail',
  skip: 'skip',
  xfail: 'xfail',
  todo: 'xfail',
};

/** `ok 3 - name # SKIP why`, as TAP and the kernel's KTAP have it. */
const tap = /^(ok|not ok)(?: (\d+))?(?: -)?(?: (.*?))?(?:\s*# ?(SKIP|XFAIL|TODO)\b.*)?$/i;
/** `TEST: name   [ OK ]`: net/lib.sh, fib_tests.sh, mptcp_lib.sh. What follows explains. */
const bracket = /^(.*?)\s*\[\s*(OK|PASS|FAIL|SKIP|XFAIL|ok|pass|fail|skip|xfail)\s*\](.*)$/;
/** `PASS: name`: rtnetlink.sh, xfrm_policy.sh, netfilter; `FAIL (what): why` and `FAIL - why` of other scripts. */
const prefix = /^\s*(PASS|FAIL|SKIP|XFAIL)(?::| -| (?=\([^()]*\):))\s*(.*)$/;
/** A line that is nothing but the word. */
const alone = /^\s*(FAIL)(?:ED)?[.!]?\s*$/;
const plan = /^1\.\.(\d{1,6})(?:\s*# ?SKIP\s*(.*))?$/i;
/** net/forwarding: scripts that only test what hardware does end with 0 where the devices have none. */
const skipped = /\bSKIP(?:PED)?\b|^INFO: Could not test /i;

/** Reads what a program printed. A line of TAP inside of another one's comment (`# ok 1`) counts as well. */
export function countSubtests(output: string): Counted {
  const subtests: Subtest[] = [];
  const skips: string[] = [];
  let planned = 0;
  let numbered = 0;
  stripControls(output).forEach((raw, index) => {
    const text = raw.replace(/^(?:# )+/, '').trimEnd();
    const isOuter = raw === text || raw.trimEnd() === text;
    const announced = plan.exec(text);
    if (announced !== null) {
      if (isOuter) planned += Number(announced[1]);
      if (announced[2]) skips.push(announced[2]);
      return;
    }
    const found = subtestIn(text);
    if (found === undefined) {
      if (skipped.test(text)) skips.push(text.trim());
      return;
    }
    if (isOuter && found.numbered) numbered += 1;
    subtests.push({ name: found.name, word: found.word, text: text.trim(), line: index + 1 });
  });
  return { subtests, missing: Math.max(0, planned - numbered), skips };
}

interface Found extends Pick<Subtest, 'name' | 'word'> {
  readonly numbered?: boolean;
}

function subtestIn(text: string): Found | undefined {
  const ofTap = tap.exec(text);
  if (ofTap !== null) {
    const [, said = '', number, name = '', directive] = ofTap;
    const isOk = said.toLowerCase() === 'ok';
    // Prose that begins with “ok” has no number; a failure counts without one too.
    if (number === undefined && isOk) return undefined;
    return {
      name: name || `subtest ${number ?? 'without a name'}`,
      word: wordOf(directive ?? (isOk ? 'ok' : 'fail')),
      numbered: true,
    };
  }
  const ofBracket = bracket.exec(text);
  if (ofBracket !== null) {
    const [, name = '', said = '', more = ''] = ofBracket;
    return { name: name.replace(/^\s*TEST:\s*/, '').trim() || more.trim() || 'unnamed', word: wordOf(said) };
  }
  const ofPrefix = prefix.exec(text);
  if (ofPrefix !== null) return { name: ofPrefix[2]?.trim() || 'unnamed', word: wordOf(ofPrefix[1] ?? '') };
  return alone.test(text) ? { name: text.trim(), word: 'fail' } : undefined;
}

function wordOf(said: string): SubtestWord {
  return words[said.toLowerCase()] ?? 'fail';
}
