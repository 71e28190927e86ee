import { EspalierError } from '../../../base/errors.ts';
import { withoutPrefix } from '../../../model/addresses.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { Nic, Topology } from '../../../model/topology.ts';
import { type Duration, nanoseconds } from '../api/duration.ts';
import type { FrameAction } from '../api/frame-actions.ts';
import type { FrameMatch } from '../api/frame-matches.ts';
import { frameOf, type PacketSketch } from '../api/frames.ts';
import type { FrameRule, Link, Net } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { FaultRules } from './faults.ts';
import { type Impairments, netemCommand } from './impairments.ts';
import type { Stepper } from './stepper.ts';

/** The links of a lab, for its scenario. */
export function netOf(topology: Topology, stepper: Stepper, rules: FaultRules): Net {
  const links = new Map(topology.links.map(({ name }) => [name, new DrivenLink(name, { topology, stepper, rules })]));
  return {
    link: (name) => {
      const found = links.get(name);
      if (found !== undefined) return found;
      const known = [...links.keys()].join(', ');
      throw new EspalierError('scenario', `no link is named ${name}; there are ${known}`, callerOrigin());
    },
  };
}

interface LinkInputs {
  readonly topology: Topology;
  readonly stepper: Stepper;
  readonly rules: FaultRules;
}

class DrivenLink implements Link {
  readonly #name: string;
  readonly #nics: readonly (Nic & { readonly host: string })[];
  readonly #stepper: Stepper;
  readonly #rules: FaultRules;
  #state: Impairments = {};

  constructor(name: string, { topology, stepper, rules }: LinkInputs) {
    this.#name = name;
    this.#stepper = stepper;
    this.#rules = rules;
    this.#nics = topology.hosts.flatMap(({ name: host, nics }) =>
      nics.filter(({ link }) => link === name).map((nic) => ({ ...nic, host })),
    );
  }

  on(frames: FrameMatch, action: FrameAction): Promise<FrameRule> {
    const origin = callerOrigin();
    if (frames.from !== undefined) this.#nicOf(frames.from, origin);
    return this.#stepper.called(origin, () => this.#rules.add({ ...frames, link: this.#name, action }, origin));
  }

  inject(what: PacketSketch | Uint8Array | readonly Uint8Array[]): Promise<void> {
    const origin = callerOrigin();
    const frames = what instanceof Uint8Array ? [what] : 'octets' in what ? [this.#frame(what, origin)] : what;
    return this.#stepper.called(origin, async () => {
      for (const frame of frames) await this.#stepper.order({ kind: 'inject', link: this.#name, frame });
    });
  }

  #frame(packet: PacketSketch, origin: Origin): Uint8Array {
    const [from, to] = [this.#nicOf(packet.from, origin), this.#nicOf(packet.to, origin)];
    const source = packet.source ?? withoutPrefix(from.addresses[0] ?? '');
    const same = to.addresses.map(withoutPrefix).find((address) => address.includes(':') === source.includes(':'));
    const { destination = same } = packet;
    if (source !== '' && destination !== undefined && destination.includes(':') === source.includes(':'))
      return frameOf({ sourceMac: from.mac, destinationMac: to.mac, source, destination }, packet);
    const remedy = 'give `source` and `destination`, both IPv4 or both IPv6';
    throw new EspalierError('scenario', `the packet has no two addresses of one family on link ${this.#name}`, {
      ...origin,
      remedy,
    });
  }

  #nicOf(host: string | { readonly name: string }, origin: Origin): Nic {
    const name = typeof host === 'string' ? host : host.name;
    const found = this.#nics.find((nic) => nic.host === name);
    if (found !== undefined) return found;
    const known = this.#nics.map((nic) => nic.host).join(', ');
    throw new EspalierError('scenario', `host ${name} is not on link ${this.#name}; there are ${known}`, origin);
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
        this.#nics.map(({ host, name }) => this.#stepper.must({ host, line: netemCommand(name, state), origin })),
      );
    });
  }
}

function shareOf(share: number): number {
  if (share >= 0 && share <= 1) return share;
  throw new EspalierError('scenario', `${share} is not a share of packets: give a number from 0 to 1`, callerOrigin());
}
