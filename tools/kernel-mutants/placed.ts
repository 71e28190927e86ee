/** Hand-written bugs at their places. */
import { EspalierError } from '../../src/base/errors.ts';
import type { HandWritten } from './bug.ts';
import { codeOf, functionsOf, lineOf } from './c-source.ts';
import type { KernelMutant } from './operators.ts';

/** The one place of its function that a bug names. Throws `bug` where there is no such function, or more places or none. */
export function placed({ what, file, within, find, put }: HandWritten, text: string): KernelMutant {
  const code = codeOf(text);
  const bodies = functionsOf(code).filter(({ name }) => name === within);
  const places = bodies.flatMap((body) => {
    // The pattern sees no other function, and may look at what is before it in its own.
    const pattern = new RegExp(find.source, 'gm');
    return [...code.slice(body.start, body.end).matchAll(pattern)].map((match) => {
      const start = body.start + match.index;
      return { start, end: start + match[0].length };
    });
  });
  const [place] = places;
  if (place === undefined || places.length > 1) {
    const message = `the bug «${what}» fits ${places.length} places of ${within} (${bodies.length} functions), not one`;
    throw new EspalierError('bug', message, { file });
  }
  return { id: what, file, within, line: lineOf(text, place.start), text: put, ...place };
}
