import { EspalierError } from '../../../base/errors.ts';
import { withoutPrefix } from '../../../model/addresses.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { Topology } from '../../../model/topology.ts';
import type { FrameAction } from '../api/frame-actions.ts';
import type { FrameMatch } from '../api/frame-matches.ts';
import { frameOf, type PacketSketch } from '../api/frames.ts';
import type { Direction, FrameRule, InjectOptions, Link, Net } from '../api/handles.ts';
import { callerOrigin } from '../api/origin.ts';
import type { CheckBook } from './check-book.ts';
import type { FaultRules } from './faults.ts';
import { ImpairedNics, type PluggedNic } from './impaired.ts';
import { checkInjected } from './injected.ts';
import type { Stepper } from './stepper.ts';

/** The links of a lab, for its scenario. */
export function netOf(topology: Topology, driving: Omit<LinkInputs, 'topology'>): Net {
  const links = new Map(topology.links.map(({ name }) => [name, new DrivenLink(name, { topology, ...driving })]));
  return {
    link: (name) => {
      const found = links.get(name);
      if (found !== undefined) return found;
      const known = [...links.keys()].join(', ');
      throw new EspalierError('scenario', `no link is named ${name}; there are ${known}`, callerOrigin());
    },
  };
}

/** IPv4's least (RFC 791), and what a link of the lab takes. */
const [leastMtu, mostMtu] = [68, 65_535];

interface LinkInputs {
  readonly topology: Topology;
  readonly stepper: Stepper;
  readonly book: CheckBook;
  readonly rules: FaultRules;
}

class DrivenLink extends ImpairedNics implements Link {
  readonly #name: string;
  readonly #book: CheckBook;
  readonly #rules: FaultRules;

  constructor(name: string, { topology, stepper, book, rules }: LinkInputs) {
    const nics = topology.hosts.flatMap(({ name: host, nics: own }) =>
      own.filter(({ link }) => link === name).map((nic): PluggedNic => ({ ...nic, host, state: {} })),
    );
    super(nics, stepper);
    this.#name = name;
    this.#book = book;
    this.#rules = rules;
  }

  from(host: string | { readonly name: string }): Direction {
    return new ImpairedNics([this.#nicOf(host, callerOrigin())], this.stepper);
  }

  mtu(octets: number): Promise<void> {
    const origin = callerOrigin();
    if (!Number.isInteger(octets) || octets < leastMtu || octets > mostMtu) {
      const remedy = `give a whole number from ${leastMtu} to ${mostMtu}`;
      throw new EspalierError('scenario', `an MTU of ${octets} octets is not possible`, { ...origin, remedy });
    }
    return this.stepper.called(origin, async () => {
      const lines = this.nics.map(({ host, name }) => ({ host, line: `ip link set ${name} mtu ${octets}`, origin }));
      await Promise.all(lines.map((line) => this.stepper.must(line)));
    });
  }

  unplug(host: string | { readonly name: string }): Promise<void> {
    return this.#plug(host, false);
  }

  plug(host: string | { readonly name: string }): Promise<void> {
    return this.#plug(host, true);
  }

  #plug(end: string | { readonly name: string }, on: boolean): Promise<void> {
    const origin = callerOrigin();
    const { host, name: nic } = this.#nicOf(end, origin);
    return this.stepper.called(origin, () => this.stepper.order({ kind: 'carrier', host, nic, on }));
  }

  on(frames: FrameMatch, action: FrameAction): Promise<FrameRule> {
    const origin = callerOrigin();
    if (frames.from !== undefined) this.#nicOf(frames.from, origin);
    return this.stepper.called(origin, () => this.#rules.add({ ...frames, link: this.#name, action }, origin));
  }

  inject(
    what: PacketSketch | Uint8Array | readonly (PacketSketch | Uint8Array)[],
    options?: InjectOptions,
  ): Promise<void> {
    const origin = callerOrigin();
    const all = what instanceof Uint8Array || 'octets' in what ? [what] : what;
    const frames = all.map((one) => (one instanceof Uint8Array ? one : this.#frame(one, origin)));
    const orders = frames.map((frame) => ({ kind: 'inject', link: this.#name, frame }) as const);
    const put = (): Promise<void> => this.stepper.order(...orders);
    return this.stepper.called(origin, () => {
      if (options === undefined) return put();
      const { stepper } = this;
      return checkInjected({ stepper, book: this.#book }, { ...options, frames: frames.length, origin }, put);
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

  #nicOf(host: string | { readonly name: string }, origin: Origin): PluggedNic {
    const name = typeof host === 'string' ? host : host.name;
    const found = this.nics.find((nic) => nic.host === name);
    if (found !== undefined) return found;
    const known = this.nics.map((nic) => nic.host).join(', ');
    throw new EspalierError('scenario', `host ${name} is not on link ${this.#name}; there are ${known}`, origin);
  }
}
