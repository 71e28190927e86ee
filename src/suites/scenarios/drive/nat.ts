import type { Origin } from '../../../model/scenario.ts';
import { nanoseconds } from '../api/duration.ts';
import type { NatHost } from '../api/handles.ts';
import type { NatSpec } from '../api/hosts.ts';
import { callerOrigin } from '../api/origin.ts';
import { DrivenHost, type HostInputs } from './host.ts';

/** The first port of each range that a NAT box takes ports from; mappings after a `remap` must be others. */
const portRanges = [20_000, 30_000, 40_000, 50_000] as const;
const rangeLength = 10_000;

const second = 1_000_000_000n;

/** A NAT box as its scenario holds it. */
export class DrivenNat extends DrivenHost implements NatHost {
  readonly #link: string;
  readonly #nic: string;
  /** Seconds; `undefined`: the kernel's own. */
  readonly #timeout: bigint | undefined;
  #mappings = 0;

  constructor(parts: HostInputs, { outside, timeout }: Pick<NatSpec, 'outside' | 'timeout'>) {
    super(parts);
    this.#link = outside;
    this.#nic = parts.host.nics.find(({ link }) => link === outside)?.name ?? '';
    this.#timeout = timeout === undefined ? undefined : nanoseconds(timeout) / second;
  }

  /** Sets the rules up; before the scenario's function is called. */
  async setUp(origin: Origin): Promise<void> {
    await this.must('nft add table ip nat', origin);
    await this.must("nft 'add chain ip nat post { type nat hook postrouting priority srcnat; }'", origin);
    for (const line of [...this.#rules(), ...this.#timeouts()]) await this.must(line, origin);
  }

  remap({ address }: { readonly address?: string } = {}): Promise<void> {
    const origin = callerOrigin();
    this.#mappings += 1;
    return this.stepper.called(origin, async () => {
      if (address !== undefined) await this.renumberAt(this.#link, [address], origin);
      for (const line of ['nft flush chain ip nat post', ...this.#rules(), 'conntrack -F'])
        await this.must(line, origin);
    });
  }

  #rules(): string[] {
    const first = portRanges[this.#mappings % portRanges.length] ?? 0;
    const range = `${first}-${first + rangeLength - 1}`;
    const rule = `nft add rule ip nat post oifname ${this.#nic}`;
    return [
      `${rule} meta l4proto { tcp, udp } masquerade to :${range}`.replace(/\{.*\}/, "'{ tcp, udp }'"),
      `${rule} masquerade`,
    ];
  }

  /** A mapping has one time until it is answered and another after that (nf_conntrack-sysctl.rst). */
  #timeouts(): string[] {
    if (this.#timeout === undefined) return [];
    const names = ['udp_timeout', 'udp_timeout_stream', 'generic_timeout'];
    return names.map((name) => `echo ${this.#timeout} >/proc/sys/net/netfilter/nf_conntrack_${name}`);
  }
}
