import { EspalierError } from '../../base/errors.ts';
import { tolerableKinds } from '../../model/issue-kinds.ts';
import type { Tolerance } from '../../model/tolerance.ts';
import type { Definition } from './api/scenario.ts';

/** The faults that a definition declares. Raises `scenario` for what could not apply, or gives no reason. */
export function tolerancesOf({ hosts, tolerates = [] }: Pick<Definition, 'hosts' | 'tolerates'>): Tolerance[] {
  if (!Array.isArray(tolerates)) throw mistaken('is no list');
  return tolerates.map(({ what, why, host, text }) => {
    if (!tolerableKinds.includes(what))
      throw mistaken(`there is no ${JSON.stringify(what)}; there are ${tolerableKinds.join(', ')}`);
    if (typeof why !== 'string' || why.trim() === '') throw mistaken(`${what} has no \`why\`, the reason for people`);
    if (host !== undefined && !Object.hasOwn(hosts, host))
      throw mistaken(`${what} names the host ${JSON.stringify(host)}; the hosts are ${Object.keys(hosts).join(', ')}`);
    if (text !== undefined && (typeof text !== 'string' || text === ''))
      throw mistaken(`the \`text\` of ${what} is no text`);
    return { what, why, ...(host !== undefined && { host }), ...(text !== undefined && { text }) };
  });
}

function mistaken(why: string): EspalierError {
  return new EspalierError('scenario', `\`tolerates\`: ${why}`);
}
