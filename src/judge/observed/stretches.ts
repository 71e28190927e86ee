import type { SeenFrame } from '../../evidence/evidence.ts';
import type { Flow, PacketFlag, Traffic } from '../../model/observed.ts';
import { countIn, rangesOf, rangesText } from '../../model/ranges.ts';

/** One packet of a flow. */
export interface Sighting {
  readonly frame: SeenFrame;
  /** Tells flows apart. */
  readonly name: string;
  readonly flow: Flow;
  readonly sequence?: number | undefined;
  /** Index of its IKE message. */
  readonly message?: number;
  readonly flag?: PacketFlag | undefined;
}

/** How much is kept. */
interface StretchLimits {
  /** Entries. */
  readonly traffic: number;
  /** Ranges of frames of an entry. */
  readonly ranges: number;
}

/** Packets of one flow while a stretch goes on. */
interface Bundle extends Pick<Sighting, 'name' | 'flow' | 'message'> {
  readonly from: bigint;
  until: bigint;
  readonly frames: number[];
  readonly sequence: number[];
  readonly flags: Set<PacketFlag>;
}

/** Bundles packets of one flow from one end of a stretch to the next. Leaks are never left out, other packets may be. */
export class Stretches {
  readonly flows: Flow[] = [];
  readonly traffic: Traffic[] = [];
  /** Packets that are in no entry. */
  left = 0;
  readonly #at: (time: bigint) => number;
  readonly #limits: StretchLimits;
  readonly #indices = new Map<string, number>();
  #open = new Map<string, Bundle>();
  /** Leaks beyond the limit, by what little they have in common. */
  readonly #rest = new Map<string, Bundle>();

  constructor(at: (time: bigint) => number, limits: StretchLimits) {
    this.#at = at;
    this.#limits = limits;
  }

  add({ frame, sequence, flag, ...shared }: Sighting): void {
    const bundle = bundleOf(this.#open, shared, frame.time);
    bundle.until = frame.time;
    bundle.frames.push(frame.number);
    if (sequence !== undefined) bundle.sequence.push(sequence);
    if (flag !== undefined) bundle.flags.add(flag);
  }

  /** Something else happened. */
  endStretch(): void {
    for (const bundle of this.#open.values()) {
      if (this.traffic.length < this.#limits.traffic) this.#keep(bundle);
      else if (bundle.flow.leak !== undefined) this.#lump(bundle);
      else this.left += bundle.frames.length;
    }
    if (this.#open.size > 0) this.#open = new Map();
  }

  /** All is over. */
  end(): void {
    this.endStretch();
    for (const bundle of this.#rest.values()) this.#keep(bundle);
  }

  #lump({ flow: { link, from, to, kind, leak }, frames, from: first, until }: Bundle): void {
    const flow: Flow = { link, from, to, kind, text: 'packets of more flows', ...(leak && { leak }) };
    const bundle = bundleOf(this.#rest, { name: JSON.stringify(flow), flow }, first);
    bundle.until = until;
    for (const frame of frames) bundle.frames.push(frame);
  }

  #keep({ name, flow, message, from, until, frames, sequence, flags }: Bundle): void {
    const [t, last] = [this.#at(from), this.#at(until)];
    this.traffic.push({
      flow: this.#index(name, flow),
      t,
      ...(last > t && { until: last }),
      frames: this.#framesText(frames, flow.leak !== undefined),
      ...(sequence.length > 0 && { sequence: rangesText(rangesOf(sequence).slice(0, this.#limits.ranges)) }),
      ...(message !== undefined && { message }),
      ...(flags.size > 0 && { flags: [...flags] }),
    });
  }

  #framesText(frames: readonly number[], all: boolean): string {
    const ranges = rangesOf(frames);
    if (all || ranges.length <= this.#limits.ranges) return rangesText(ranges);
    const kept = ranges.slice(0, this.#limits.ranges);
    this.left += frames.length - countIn(kept);
    return rangesText(kept);
  }

  #index(name: string, flow: Flow): number {
    const index = this.#indices.get(name) ?? this.flows.push(flow) - 1;
    this.#indices.set(name, index);
    return index;
  }
}

function bundleOf(
  bundles: Map<string, Bundle>,
  shared: Pick<Sighting, 'name' | 'flow' | 'message'>,
  time: bigint,
): Bundle {
  const known = bundles.get(shared.name);
  if (known !== undefined) return known;
  const bundle = { ...shared, from: time, until: time, frames: [], sequence: [], flags: new Set<PacketFlag>() };
  bundles.set(shared.name, bundle);
  return bundle;
}
