import type { Fault } from '../../evidence/text/faults.ts';

/**
 * What may stand before the message: a date, syslog's or whack's words, the mark of debug lines, whom it is about. Not more:
 * a peer's identity is text of its own choice, and stands in many lines.
 */
const before =
  '^(?:[A-Z][a-z]{2} {1,2}\\d{1,2} [\\d:.]{8,20}:? )?(?:(?:\\S{1,63} )?pluto\\[\\d+\\]: )?(?:\\d{3} )?(?:\\| )?' +
  '(?:"[^"]{1,200}"(?:\\[\\d{1,9}\\])*(?: \\S{1,100})?(?: #\\d{1,9})?: |packet from \\S{1,100}: )?';

/** A failed passert() ends pluto (include/passert.h); 4.x calls it `ABORT`, 5.x `FATAL`. */
const assertion: Fault = {
  kind: 'assertion-failed',
  message: 'an assertion of libreswan failed',
  holds: 'ASSERTION FAILED',
  line: new RegExp(`${before}(?:(?:ABORT|FATAL): )?ASSERTION FAILED\\b`),
};

/** A failed pexpect() (include/pexpect.h): pluto goes on. In brackets it is about the logger itself. */
const expectation: Fault = {
  kind: 'expectation-failed',
  message: 'an expectation of libreswan failed',
  holds: 'EXPECTATION FAILED',
  line: new RegExp(`${before}\\[?EXPECTATION FAILED\\b`),
};

/** What was not freed when a program of libreswan ended (lib/libswan/alloc.c, `--leak-detective`). */
const leaks: Fault = {
  kind: 'memory-leak',
  message: "pluto's leak detective found leaks",
  holds: 'leak detective found ',
  line: /leak detective found \d+ leaks/,
};

export const faults: readonly Fault[] = [assertion, expectation, leaks];

export const processes: readonly string[] = ['pluto'];
