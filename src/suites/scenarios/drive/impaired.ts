import { EspalierError } from '../../../base/errors.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { Nic } from '../../../model/topology.ts';
import { type Duration, nanoseconds } from '../api/duration.ts';
import type { Direction, Rate } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import { type Impairments, netemCommand } from './impairments.ts';
import type { Stepper } from './stepper.ts';

/** An interface on a link, and what it does to what its host sends. */
export interface PluggedNic extends Nic {
  readonly host: string;
  state: Impairments;
}

/** What some interfaces of a link do to what their hosts send. */
export class ImpairedNics implements Direction {
  protected readonly nics: readonly PluggedNic[];
  protected readonly stepper: Stepper;

  constructor(nics: readonly PluggedNic[], stepper: Stepper) {
    this.nics = nics;
    this.stepper = stepper;
  }

  loss(share: number): Promise<void> {
    return this.#change({ loss: shareOf(share) }, callerOrigin());
  }

  duplicate(share: number): Promise<void> {
    return this.#change({ duplicate: shareOf(share) }, callerOrigin());
  }

  reorder(share: number, after?: Duration): Promise<void> {
    const delay = after === undefined ? {} : { delay: nanoseconds(after) };
    return this.#change({ reorder: shareOf(share), ...delay }, callerOrigin());
  }

  delay(time: Duration, jitter: Duration = 0): Promise<void> {
    return this.#change({ delay: nanoseconds(time), jitter: nanoseconds(jitter) }, callerOrigin());
  }

  rate(rate: Rate): Promise<void> {
    return this.#change({ rate: bitsOf(rate) }, callerOrigin());
  }

  cut(): Promise<void> {
    return this.#change({ cut: true }, callerOrigin());
  }

  heal(): Promise<void> {
    return this.#change(undefined, callerOrigin());
  }

  #change(change: Impairments | undefined, origin: Origin): Promise<void> {
    const lines = this.nics.map((nic) => {
      // A rate is what the link is, and no damage.
      const { rate } = nic.state;
      nic.state = change === undefined ? (rate === undefined ? {} : { rate }) : { ...nic.state, ...change };
      return { host: nic.host, line: netemCommand(nic.name, nic.state), origin };
    });
    return this.stepper.called(origin, async () => {
      await Promise.all(lines.map((line) => this.stepper.must(line)));
    });
  }
}

function shareOf(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new EspalierError('scenario', `${share} is not a share of packets: give a number from 0 to 1`, callerOrigin());
}

const multiples = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 } as const;

/** Bits a second; 0: as many as there are. */
function bitsOf(rate: Rate): number {
  if (rate === 'unlimited') return 0;
  const [, number = '', unit = ''] = /^(\d{1,6}(?:\.\d{1,3})?)([a-z]+)$/.exec(rate) ?? [];
  const bits = Object.hasOwn(multiples, unit) ? Number(number) * multiples[unit as keyof typeof multiples] : 0;
  if (bits >= 1) return Math.round(bits);
  const remedy = `write a number and a unit (${Object.keys(multiples).join(', ')}), or unlimited`;
  throw new EspalierError('scenario', `${JSON.stringify(rate)} is no rate`, { ...callerOrigin(), remedy });
}
