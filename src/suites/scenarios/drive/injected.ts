import { EspalierError } from '../../../base/errors.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { InjectOptions } from '../api/handles.ts';
import type { CheckBook } from './check-book.ts';
import type { Stepper } from './stepper.ts';

/** What of a host tells whether packets were accepted. */
interface Counts {
  /** Packets that SAs of the host took in. */
  readonly taken: bigint;
  /** Lines of /proc/net/xfrm_stat: each counts packets that were lost for one reason. */
  readonly lost: ReadonlyMap<string, number>;
}

/** Time in which what was put on a link arrives, virtual ns. */
const arrival = 10_000_000n;

interface Injection extends InjectOptions {
  readonly frames: number;
  readonly origin: Origin;
}

/** Puts frames on a link and checks what the receiver's IPsec made of them: all were accepted, or each was refused and counted. */
export async function checkInjected(
  { stepper, book }: { readonly stepper: Stepper; readonly book: CheckBook },
  { frames, origin, expect, at, counter }: Injection,
  put: () => Promise<void>,
): Promise<void> {
  const before = await countsOf(stepper, at, origin);
  if (counter !== undefined && !before.lost.has(counter)) {
    const remedy = `it has ${[...before.lost.keys()].join(', ') || 'nothing'}`;
    throw new EspalierError('scenario', `/proc/net/xfrm_stat has no ${counter}`, { ...origin, host: at.name, remedy });
  }
  await put();
  await stepper.advance(arrival);
  const packets = frames === 1 ? 'a packet' : `${frames} packets`;
  const expected = `${packets} to be ${expect}${counter === undefined ? '' : ` (${counter})`}`;
  const request = {
    matcher: 'toHaveXfrmCounter',
    host: at.name,
    negated: false,
    soft: false,
    origin,
    within: 0n,
  } as const;
  await book.check({ ...request, expected }, async () => {
    const after = await countsOf(stepper, at, origin);
    const taken = Number(after.taken - before.taken);
    const lost = [...after.lost].flatMap(([name, count]) => {
      const more = count - (before.lost.get(name) ?? 0);
      return more === 0 ? [] : [[name, more] as const];
    });
    const total = lost.reduce((sum, [, more]) => sum + more, 0);
    const isCounted = counter === undefined || (lost.length === 1 && lost[0]?.[0] === counter);
    const holds = expect === 'accepted' ? taken === frames && total === 0 : total === frames && isCounted;
    const reasons = lost.map(([name, more]) => `${name} +${more}`).join(', ') || 'no counter of lost packets';
    return { holds, received: `${taken} taken by SAs, ${reasons}` };
  });
}

async function countsOf(stepper: Stepper, { name, addresses }: InjectOptions['at'], origin: Origin): Promise<Counts> {
  const { stdout } = await stepper.must({ host: name, line: 'cat /proc/net/xfrm_stat', origin, by: 'look' });
  const lost = stdout.split('\n').flatMap((text): [string, number][] => {
    const [counter = '', count] = text.trim().split(/\s+/);
    return count === undefined ? [] : [[counter, Number(count)]];
  });
  const inward = stepper
    .tables(name)
    .sas.filter(({ direction, destination }) => direction === 'in' || (!direction && addresses.includes(destination)));
  return { taken: inward.reduce((sum, { use }) => sum + use.packets, 0n), lost: new Map(lost) };
}
