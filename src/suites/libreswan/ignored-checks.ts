/** What the driver writes before the output of a post-mortem. */
const opened = '>>>>>>>>>> post-mortem >>>>>>>>>>';
/** How the suite's post-mortem begins and ends the output of one check. */
const begins = /^: checking /;
const ends = /^(?:PASS|FAIL|IGNORE|SKIP): /;

/**
 * A console with the lines emptied that its post-mortem printed in checks which it ends with `IGNORE`. Suites up to 4.15 print all SAs and
 * policies there, whatever they are, and a post-mortem that found nothing is taken out of the reference: it may have printed the same. What is
 * listed above `FAIL` stays. Lines keep their numbers.
 */
export function withoutIgnoredChecks(console: string): string {
  if (!console.includes(opened)) return console;
  const lines = console.split('\n');
  const first = lines.findIndex((line) => line.includes(opened));
  let check: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (index < first) continue;
    if (begins.test(line)) check = index;
    if (check === undefined || !ends.test(line)) continue;
    if (line.startsWith('IGNORE: ')) lines.fill('', check + 1, index);
    check = undefined;
  }
  return lines.join('\n');
}
