import { basename, dirname } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import type { LabPlan } from '../../model/scenario.ts';
import type { Host, Route } from '../../model/topology.ts';
import { encodePlannedFaults } from './faults.ts';

/** The agent's plan and the image files it must be able to reach. */
export interface EncodedPlan {
  readonly bytes: Buffer;
  /** Name by which the agent opens it → file on this machine. */
  readonly images: ReadonlyMap<string, string>;
}

/** Output of one command beyond this ends the lab with `flood`. */
const outputCap = 8 * 1024 * 1024;

/** How the agent knows image files. */
type NameImage = (path: string) => string;

class Encoder {
  readonly #parts: Buffer[] = [];
  readonly #nameImage: NameImage | undefined;
  readonly folders = new Map<string, string>();
  readonly images = new Map<string, string>();

  constructor(nameImage: NameImage | undefined) {
    this.#nameImage = nameImage;
  }

  line(...words: readonly (string | number | bigint)[]): void {
    const text = words.join(' ');
    if (text.includes('\n') || text.includes('\0')) {
      throw new EspalierError(
        'scenario',
        `a line for the lab holds a newline or a zero byte: ${JSON.stringify(text.slice(0, 80))}`,
      );
    }
    this.#parts.push(Buffer.from(`${text}\n`));
  }

  raw(content: Uint8Array): void {
    this.#parts.push(Buffer.from(content), Buffer.from('\n'));
  }

  /** Name under which the agent finds an image file: where nobody gives it one, its folder gets a short alias. */
  image(path: string): string {
    if (this.#nameImage !== undefined) return this.#nameImage(path);
    const folder = dirname(path);
    let alias = [...this.folders].find(([, known]) => known === folder)?.[0];
    if (alias === undefined) {
      alias = `d${this.folders.size}`;
      this.folders.set(alias, folder);
    }
    const name = `${alias}/${basename(path)}`;
    this.images.set(name, path);
    return name;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function routeWords(route: Route): readonly [string, string] {
  const any = route.via.includes(':') ? '::/0' : '0.0.0.0/0';
  return [route.to === 'default' ? any : route.to, route.via];
}

function encodeHost(out: Encoder, host: Host, images: readonly number[]): void {
  out.line('host', host.name, images.join(','));
  for (const nic of host.nics) out.line('nic', nic.name, nic.link, nic.mac, ...(nic.altNames ?? []));
  for (const [path, value] of host.sysctls) out.line('sysctl', path, value);
  for (const nic of host.nics) {
    for (const address of nic.addresses) out.line('addr', nic.name, address);
  }
  for (const route of host.routes) out.line('route', ...routeWords(route));
}

function encodeHosts(out: Encoder, plan: LabPlan): void {
  const layers = new Map(plan.topology.hosts.map((host) => [host.name, layersOf(host.name, plan)]));
  const images = [...new Set([...layers.values()].flat())];
  for (const image of images) out.line('image', out.image(image));
  for (const tree of plan.sharedTrees) out.line('tree', tree.path, ...tree.layers.map((layer) => out.image(layer)));
  for (const [alias] of out.folders) out.line('folder', alias);
  for (const link of plan.topology.links) out.line('link', link.name);
  for (const host of plan.topology.hosts) {
    encodeHost(out, host, layers.get(host.name)?.map((layer) => images.indexOf(layer)) ?? []);
  }
}

/** What a host's root is stacked from, uppermost first. */
function layersOf(host: string, { images, overlays = {} }: LabPlan): string[] {
  const image = images[host];
  if (image === undefined) throw new EspalierError('bug', `host ${host} has no image`);
  return [...(overlays[host] ?? []), ...(overlays['*'] ?? []), image];
}

/** Writes a lab plan in the agent's language (guest/agent/plan.c reads it). */
export function encodePlan(
  plan: LabPlan,
  options: { readonly hold: boolean; readonly nonce: string; readonly nameImage?: NameImage },
): EncodedPlan {
  const out = new Encoder(options.nameImage);
  const { warmup, gap, deadline } = plan.timing;
  for (const [word, value] of Object.entries({ warmup, gap, deadline, cap: outputCap, nonce: options.nonce })) {
    out.line(word, value);
  }
  out.line('cwd', plan.cwd);
  encodeHosts(out, plan);
  for (const file of plan.files) {
    out.line('put', file.host, file.mode.toString(8), file.content.length, file.path);
    out.raw(file.content);
  }
  for (const line of plan.shellSetup) out.line('setup', line);
  plan.steps.forEach((step, index) => {
    if (step.kind === 'command') out.line('step', index, step.host, step.line);
  });
  if (plan.faults !== undefined)
    for (const order of encodePlannedFaults(plan.faults, plan.topology)) out.line('fault', order);
  if (plan.postMortem !== undefined) out.line('postmortem', plan.postMortem);
  for (const path of plan.collect) out.line('collect', path);
  if (plan.counters !== undefined) out.line('counters', plan.counters);
  if (plan.fallbackTunnels) out.line('fallback-tunnels', '1');
  if (plan.firstNetwork !== undefined) out.line('first-network', plan.firstNetwork);
  if (plan.cpus !== undefined) out.line('cpus', plan.cpus);
  if (plan.markOutput) out.line('mark-output', '1');
  if (options.hold) out.line('hold', '1');
  return { bytes: out.bytes(), images: out.images };
}
