import { captureFile } from '../../evidence/attempt/link-capture.ts';
import type { FactEvidence, SeenFrame } from '../../evidence/evidence.ts';
import type { Flow } from '../../model/observed.ts';
import type { Issue } from '../../model/verdict.ts';

/** Which link a frame was on, and between whom. */
export type Path = Pick<Flow, 'link' | 'from' | 'to'>;

/** A frame by its place, with its virtual nanoseconds since 1970. */
export interface NamedFrame {
  readonly link: number;
  readonly frame: number;
  readonly time: bigint;
}

/** Where frames were. */
export interface Lab {
  readonly evidence: FactEvidence;
  readonly links: readonly string[];
  readonly nics: readonly { readonly host: string; readonly mac: string }[];
}

/** Hosts and links by their number. */
export class Places {
  readonly hosts: readonly string[];
  readonly links: readonly string[];
  readonly #hosts: ReadonlyMap<string, number>;
  readonly #links: ReadonlyMap<string, number>;
  readonly #owners: ReadonlyMap<string, number>;

  constructor({ evidence, links, nics }: Lab) {
    this.hosts = evidence.timeline.hosts.map(({ host }) => host);
    this.links = links;
    this.#hosts = new Map(this.hosts.map((host, index) => [host, index]));
    this.#links = new Map(links.map((link, index) => [captureFile(link), index]));
    this.#owners = new Map(nics.map(({ mac, host }) => [mac.toLowerCase(), this.hostOf(host)]));
  }

  /** -1: nobody of the lab. */
  hostOf(name: string | undefined): number {
    return this.#hosts.get(name ?? '') ?? -1;
  }

  pathOf({ file, sender, packet }: SeenFrame): Path {
    const to = this.#owners.get(packet.dissected.destinationMac) ?? -1;
    return { link: this.#links.get(file) ?? 0, from: this.hostOf(sender), to };
  }

  /** The frames that issues name, once each. */
  named(frames: readonly SeenFrame[], issues: readonly Issue[]): NamedFrame[] {
    const wanted = new Set(issues.flatMap(({ file, packet }) => (packet === undefined ? [] : [`${file} ${packet}`])));
    if (wanted.size === 0) return [];
    return frames
      .filter(({ file, number }) => wanted.has(`${file} ${number}`))
      .map((frame) => ({ link: this.pathOf(frame).link, frame: frame.number, time: frame.time }));
  }
}
