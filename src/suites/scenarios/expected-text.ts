/** What a check expected, for people. `checks.json` has `not packets in clear` for what reads as `no packets in clear`. */
export function expectedText(expected: string): string {
  return expected.replace(/^not (?:a )?(?=packets |log line )/, 'no ');
}
