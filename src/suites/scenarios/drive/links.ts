import { EspalierError } from '../../../base/errors.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { Topology } from '../../../model/topology.ts';
import { type Duration, nanoseconds } from '../api/duration.ts';
import type { Link, Net } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import { type Impairments, netemCommand } from './impairments.ts';
import type { Stepper } from './stepper.ts';

/** The links of a lab, for its scenario. */
export function netOf(topology: Topology, stepper: Stepper): Net {
  const links = new Map(topology.links.map(({ name }) => [name, new DrivenLink(name, { topology, stepper })]));
  return {
    link: (name) => {
      const found = links.get(name);
      if (found !== undefined) return found;
      const known = [...links.keys()].join(', ');
      throw new EspalierError('scenario', `no link is named ${name}; there are ${known}`, callerOrigin());
    },
  };
}

class DrivenLink implements Link {
  readonly #nics: readonly { readonly host: string; readonly nic: string }[];
  readonly #stepper: Stepper;
  #state: Impairments = {};

  constructor(name: string, { topology, stepper }: { readonly topology: Topology; readonly stepper: Stepper }) {
    this.#stepper = stepper;
    this.#nics = topology.hosts.flatMap(({ name: host, nics }) =>
      nics.filter(({ link }) => link === name).map((nic) => ({ host, nic: nic.name })),
    );
  }

  loss(share: number): Promise<void> {
    return this.#change({ loss: shareOf(share) }, callerOrigin());
  }

  duplicate(share: number): Promise<void> {
    return this.#change({ duplicate: shareOf(share) }, callerOrigin());
  }

  delay(time: Duration, jitter: Duration = 0): Promise<void> {
    return this.#change({ delay: nanoseconds(time), jitter: nanoseconds(jitter) }, callerOrigin());
  }

  cut(): Promise<void> {
    return this.#change({ cut: true }, callerOrigin());
  }

  heal(): Promise<void> {
    return this.#change(undefined, callerOrigin());
  }

  #change(change: Impairments | undefined, origin: Origin): Promise<void> {
    this.#state = change === undefined ? {} : { ...this.#state, ...change };
    const state = this.#state;
    return this.#stepper.called(origin, async () => {
      await Promise.all(
        this.#nics.map(({ host, nic }) => this.#stepper.must({ host, line: netemCommand(nic, state), origin })),
      );
    });
  }
}

function shareOf(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new EspalierError('scenario', `${share} is not a share of packets: give a number from 0 to 1`, callerOrigin());
}
