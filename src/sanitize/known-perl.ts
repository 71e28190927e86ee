/** What is known of a script in Perl, read off its text by a person. */
export interface KnownPerl {
  /** It changes a line only if it has one of these … */
  readonly triggers: readonly string[];
  /** … and only behind a line with one of these. All else it prints as it came. */
  readonly after: readonly string[];
}

/**
 * Scripts in Perl by SHA-256. Unlike sed and gawk, Perl has no sandbox, so no script is run on this machine: one that would
 * certainly change nothing is left out of the pipeline, and a text that one may change is a problem.
 */
export const knownPerl: ReadonlyMap<string, KnownPerl> = new Map([
  [
    // `ipsec-look-esp-sanitize.pl` of libreswan 3.32 to 4.15. What it rewrites are eroutes and devices of KLIPS, which was
    // removed in 4.0; `ipsec look` prints XFRM's tables since, without such lines.
    '8ea183a3f3a02460ecaafae5e2cbea674bbf8672f89c1880d8e32d95713e1bfd',
    { triggers: ['=> ', '->eth'], after: [' ipsec look', 'ipsec-look.sh'] },
  ],
]);
