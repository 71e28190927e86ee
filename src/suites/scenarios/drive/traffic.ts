import { EspalierError } from '../../../base/errors.ts';
import type { IpsecPolicy, Selector, Template } from '../../../evidence/ipsec.ts';
import type { LiveTables } from '../../../evidence/tables/live-tables.ts';
import { canonicalAddress, prefixContains } from '../../../model/addresses.ts';
import { noTunnel } from '../../../model/checks.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { TunnelProbe } from '../../../model/suite.ts';
import type { CheckBook, Look } from './check-book.ts';
import type { DrivenHost } from './host.ts';
import { reachCondition } from './looks/reach.ts';
import type { Stepper } from './stepper.ts';

/** Virtual ns in which daemons may end what they are about, before anybody asks: as long as an exchange of IKE may take. */
const rest = 60_000_000_000n;

/** What tunnels are asked with. */
export interface Asking {
  readonly hosts: ReadonlyMap<string, DrivenHost>;
  readonly stepper: Stepper;
  readonly book: CheckBook;
  /** Virtual ns, `rest` included. */
  readonly within: bigint;
  /** Where the scenario is declared. */
  readonly origin: Origin;
}

/** Checks that each Child SA which both ends have carries traffic. One that only one end has is for the oracles. */
export async function askTunnels(probes: readonly TunnelProbe[], asking: Asking): Promise<void> {
  const { hosts, stepper, book, within, origin } = asking;
  await stepper.advance(rest);
  const end = stepper.now + (within > rest ? within - rest : 0n);
  for (const probe of probes) {
    const [from, to] = [probe.from, probe.to].map(({ host }) => hosts.get(host));
    if (from === undefined || to === undefined)
      throw new EspalierError('bug', `${probe.name}: its hosts are not in the lab`);
    const left = end > stepper.now ? end - stepper.now : 0n;
    await book.check(
      {
        ...{ matcher: 'traffic', host: from.name, negated: false, soft: true, origin, within: left },
        expected: `traffic through ${probe.name} from ${probe.from.address} to ${probe.to.address}`,
      },
      lookAt(probe, { from, to }, asking),
    );
  }
}

interface Ends {
  readonly from: DrivenHost;
  readonly to: DrivenHost;
}

function lookAt(probe: TunnelProbe, ends: Ends, { stepper, book, origin }: Asking): () => Promise<Look> {
  const inputs = { host: ends.from, soft: true, stepper, book, links: [] };
  const options = { from: probe.from.address, at: probe.to.address, tries: 1 };
  const { look } = reachCondition(inputs, ends.to, options);
  const absent: Look = { holds: true, received: noTunnel };
  return async () => {
    if (!bothHave(probe, ends, origin)) return absent;
    const seen = await look(origin);
    // What is gone meanwhile carries nothing, and need not.
    return seen.holds === true || bothHave(probe, ends, origin) ? seen : absent;
  };
}

/** Whether there is an SA in each direction that both hosts have, for packets between the two addresses. */
function bothHave({ from, to }: TunnelProbe, ends: Ends, origin: Origin): boolean {
  const [sender, receiver] = [ends.from, ends.to].map((host) => host.kernelTables('traffic', origin));
  if (sender === undefined || receiver === undefined) return false;
  const [there, back] = [
    [from.address, to.address],
    [to.address, from.address],
  ] as const;
  return areShared(sender, receiver, there) && areShared(receiver, sender, back);
}

type Pair = readonly [source: string, destination: string];

function areShared(sender: LiveTables, receiver: LiveTables, pair: Pair): boolean {
  const policy = strongest(
    sender.policies.filter(({ direction, selector }) => direction === 'out' && fits(selector, pair)),
  );
  if (policy === undefined || policy.action === 'block') return false;
  const templates = policy.templates.filter(({ protocol }) => protocol === 'esp' || protocol === 'ah');
  return templates.length > 0 && templates.every((template) => isShared(sender, receiver, { template, pair }));
}

function strongest(policies: readonly IpsecPolicy[]): IpsecPolicy | undefined {
  return policies.toSorted((a, b) => a.priority - b.priority)[0];
}

function fits({ source, destination }: Selector, [from, to]: Pair): boolean {
  return prefixContains(source, canonicalAddress(from)) && prefixContains(destination, canonicalAddress(to));
}

interface Wanted {
  readonly template: Template;
  readonly pair: Pair;
}

/** An SA by which the sender's policy can send, and which the receiver has. Behind a NAT the two know it by other addresses, so the SPI tells. */
function isShared(sender: LiveTables, receiver: LiveTables, { template, pair: [, to] }: Wanted): boolean {
  const { protocol, reqid, mode, destination } = template;
  const peer = mode === 'tunnel' ? canonicalAddress(destination) : canonicalAddress(to);
  return sender.sas.some(
    (sa) =>
      !sa.larval &&
      sa.protocol === protocol &&
      (reqid === 0 || sa.reqid === reqid) &&
      canonicalAddress(sa.destination) === peer &&
      receiver.sas.some((other) => !other.larval && other.protocol === protocol && other.spi === sa.spi),
  );
}
