import { posix } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { shellWord } from '../../../base/text.ts';
import type { IpsecSa } from '../../../evidence/ipsec.ts';
import type { LiveTables } from '../../../evidence/tables/live-tables.ts';
import { withoutPrefix } from '../../../model/addresses.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { Host as TopologyHost } from '../../../model/topology.ts';
import { type CheckedHost, matchersOf } from '../api/expect.ts';
import type { CommandResult, Rejection } from '../api/handles.ts';
import type { Matchers } from '../api/matchers.ts';
import { callerOrigin } from '../api/origin.ts';
import type { PfKey } from '../api/pfkey.ts';
import type { Xfrm } from '../api/xfrm.ts';
import type { CheckBook } from './check-book.ts';
import { acceptLine, checkedAddress, rejectLines, renumberLines, rerouteLine } from './network-changes.ts';
import { pfKeyOf } from './pfkey.ts';
import type { DoneCommand, Stepper } from './stepper.ts';
import { xfrmOf } from './xfrm.ts';

/** Bytes of a file that one typed line carries, before they are written as base64. */
const pieceBytes = 2400;

/** An SA by what its host knows it. */
export type SaName = Pick<IpsecSa, 'protocol' | 'spi' | 'destination'>;

/** What somebody listed, or how the command ended that got no answer. */
export type Listed<T> = { readonly list: readonly T[] } | { readonly failed: CommandResult };

/** What a handle is made of. */
export interface HostInputs {
  readonly host: TopologyHost;
  readonly stepper: Stepper;
  readonly book: CheckBook;
  readonly matchers: (host: DrivenHost, soft: boolean) => Matchers;
}

/** A host as its scenario holds it. */
export class DrivenHost implements CheckedHost {
  readonly name: string;
  readonly topology: TopologyHost;
  readonly xfrm: Xfrm;
  readonly pfkey: PfKey;
  /** What the scenario itself typed. */
  readonly transcript: DoneCommand[] = [];
  protected readonly stepper: Stepper;
  readonly #matchers: HostInputs['matchers'];
  /** By interface, as they are now. */
  readonly #numbers: Map<string, readonly string[]>;

  constructor({ host, stepper, book, matchers }: HostInputs) {
    this.name = host.name;
    this.topology = host;
    this.#numbers = new Map(host.nics.map(({ name, addresses }) => [name, addresses]));
    this.stepper = stepper;
    this.xfrm = xfrmOf({ host: host.name, stepper, book });
    this.pfkey = pfKeyOf({ host: host.name, stepper, book }, this.xfrm);
    this.#matchers = matchers;
  }

  get addresses(): readonly string[] {
    return [...this.#numbers.values()].flatMap((addresses) => addresses.map(withoutPrefix));
  }

  exec(line: string): Promise<CommandResult> {
    const origin = callerOrigin();
    return this.stepper.called(origin, () => this.execAt(line, origin));
  }

  json(command: string): Promise<unknown> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      const { stdout, status } = await this.execAt(command, origin);
      const place = { ...origin, host: this.name, command, output: stdout };
      if (status !== 0) throw new EspalierError('guest', `did not succeed (exit status ${status})`, place);
      try {
        return JSON.parse(stdout) as unknown;
      } catch (cause) {
        throw new EspalierError('scenario', `did not print JSON: ${(cause as Error).message}`, { ...place, cause });
      }
    });
  }

  async read(path: string): Promise<string> {
    return (await this.readBytes(path)).toString('utf8');
  }

  readBytes(path: string): Promise<Buffer> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      // A terminal would change some bytes.
      const typed = { host: this.name, line: `base64 -- ${shellWord(path)}`, origin, by: 'look' } as const;
      const { stdout } = await this.stepper.must(typed);
      return Buffer.from(stdout, 'base64');
    });
  }

  /** Types a line of the scenario's own. */
  async execAt(line: string, origin: Origin): Promise<CommandResult> {
    const done = await this.stepper.type({ host: this.name, line, origin });
    this.transcript.push(done);
    const { stdout, status, begin, end } = done;
    return { stdout, status, begin, end };
  }

  writeFile(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      for (const line of writingLines(path, Buffer.from(content), mode)) await this.must(line, origin);
    });
  }

  xfrmStat(): Promise<Readonly<Record<string, number>>> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      const line = 'cat /proc/net/xfrm_stat';
      const { stdout } = await this.stepper.must({ host: this.name, line, origin, by: 'look' });
      const lines = stdout.split('\n').map((text) => text.trim().split(/\s+/));
      return Object.fromEntries(
        lines.flatMap(([name = '', count]) => (count === undefined ? [] : [[name, Number(count)]])),
      );
    });
  }

  renumber(link: string, ...addresses: readonly string[]): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, () => this.renumberAt(link, addresses, origin));
  }

  protected async renumberAt(link: string, addresses: readonly string[], origin: Origin): Promise<void> {
    const nic = this.topology.nics.find((one) => one.link === link);
    if (nic === undefined) {
      const known = this.topology.nics.map((one) => one.link).join(', ');
      throw new EspalierError('scenario', `host ${this.name} is not on link ${link}; it is on ${known}`, origin);
    }
    const fresh = addresses.map((one) => atOrigin(() => checkedAddress(one), origin));
    const now = { name: nic.name, addresses: this.#numbers.get(nic.name) ?? [] };
    for (const line of renumberLines(now, fresh)) await this.must(line, origin);
    this.#numbers.set(nic.name, fresh);
  }

  reroute(to: string, via?: string): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, () => this.#reroute(to, via, origin));
  }

  /** What the kernel refuses of a route is a mistake of who asked for it. */
  async #reroute(to: string, via: string | undefined, origin: Origin): Promise<void> {
    const line = atOrigin(() => rerouteLine(to, via), origin);
    const { status, stdout } = await this.stepper.type({ host: this.name, line, origin });
    if (status === 0) return;
    throw new EspalierError('scenario', 'this route is not possible', {
      ...origin,
      host: this.name,
      command: line,
      output: stdout,
      remedy: 'lead it over an address in a network of the host; a route that is removed must be there',
    });
  }

  reject(what: Rejection): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => {
      for (const line of rejectLines(what)) await this.must(line, origin);
    });
  }

  accept(): Promise<void> {
    const origin = callerOrigin();
    return this.stepper.called(origin, async () => void (await this.must(acceptLine, origin)));
  }

  ipsecSas(): readonly IpsecSa[] {
    const { sas } = this.kernelTables('ipsecSas', callerOrigin());
    return sas.filter(({ larval, protocol }) => !larval && (protocol === 'esp' || protocol === 'ah'));
  }

  /** The SAs of ESP and AH, asked of whoever has them. */
  async listIpsecSas(_origin: Origin): Promise<Listed<SaName>> {
    return { list: this.ipsecSas() };
  }

  /** The kernel's SAs and policies. Raises `scenario` where the host's are elsewhere: none in the kernel would prove nothing. */
  kernelTables(_asked: string, _origin: Origin): LiveTables {
    return this.stepper.tables(this.name);
  }

  /** It has what Espalier types to look at a host, and its tables say all that Linux says. */
  get isLinux(): boolean {
    return true;
  }

  /** Raises `scenario` where nobody records what happens on the host: that nothing is there would prove nothing. */
  requireRecords(_asked: string, _origin: Origin): void {}

  /** Why the host has no tunnel that it should have, as far as its daemon says; lines for people. */
  async explain(_origin: Origin): Promise<string | undefined> {
    return undefined;
  }

  console(): string {
    return transcriptText(this.name, this.transcript);
  }

  [matchersOf](soft: boolean): Matchers {
    return this.#matchers(this, soft);
  }

  protected must(line: string, origin: Origin): Promise<DoneCommand> {
    return this.stepper.must({ host: this.name, line, origin });
  }
}

/** What is wrong with an argument is wrong where the scenario gives it. */
function atOrigin<T>(read: () => T, origin: Origin): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    throw new EspalierError(error.fault, error.message, { ...error.detail, ...origin });
  }
}

/** Lines that write a file byte for byte. */
export function writingLines(path: string, content: Buffer, mode: number): string[] {
  const target = shellWord(path);
  const lines = [`mkdir -p ${shellWord(posix.dirname(path))} && : >${target} && chmod ${mode.toString(8)} ${target}`];
  for (let at = 0; at < content.length; at += pieceBytes) {
    const piece = content.subarray(at, at + pieceBytes).toString('base64');
    lines.push(`echo ${piece} | base64 -d >>${target}`);
  }
  return lines;
}

/** A command with what its terminal got. */
interface Shown {
  readonly line: string;
  readonly stdout: string;
}

/** What a person would have seen at a console: `west# uptime`, and what came back. */
export function transcriptText(host: string, commands: readonly Shown[]): string {
  return commands
    .map(({ line, stdout }) => `${host}# ${line}\n${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}`)
    .join('');
}
