import { z } from 'zod';
import { count, type Of, text } from '../../model/schema.ts';

/** A search in the output of a command, as a line of `evaltest.dat` asks for it and as `scenario.json` holds it. */
export const checkSchema = z.object({
  /** Index into the plan's steps. */
  step: count,
  /** Basic regular expression for grep. */
  pattern: text,
  /** What must be true of the lines that it finds. `never`: the suite looks at them, and no result of it fails the test. */
  hit: z.union([z.enum(['YES', 'NO', 'never']), count]),
  /** The word that a failure has. */
  weight: z.enum(['major', 'minor']),
});
export type Check = Of<typeof checkSchema>;
export type Hit = Check['hit'];

/** Commands whose output lists SAs, policies, tunnels or packets. */
const tellsOfTunnels =
  /\b(?:swanctl\s.*--list-(?:sas?|pols?)\b|ipsec (?:status|statusall)\b|ip (?:-\S+ )*xfrm\b|ping6?\b|tcpdump\b|ssh\b)/;

/** A check that fails is `major` if its command lists SAs, tunnels or packets, and `minor` if it reads a log or another list. */
export function weightOf(remote: string): Check['weight'] {
  return tellsOfTunnels.test(remote) ? 'major' : 'minor';
}
