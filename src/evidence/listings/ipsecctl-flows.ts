import { prefixContains, prefixOf } from '../../model/addresses.ts';
import type { IpsecPolicy, IpsecProtocol, PortMatch, Selector, Template } from '../ipsec.ts';
import { policyOf } from '../stacks/libipsec-entries.ts';
import { everything, familyOf, notPrinted } from './common.ts';
import { anyAddress, listedAddress, protocolNumber } from './pf-key.ts';

const command = 'ipsecctl -s flow';

const flowLine =
  /^flow (esp|ah|ipcomp|ipip) (in|out)(?: proto (\S+))? from (\S+)(?: port (\S+))? to (\S+)(?: port (\S+))?(?: local (\S+))?(?: peer (\S+))?(?: .*)? type (use|acquire|require|deny|bypass|dontacq)$/;

const protocols: Readonly<Record<string, IpsecProtocol>> = { esp: 'esp', ah: 'ah', ipcomp: 'ipcomp', ipip: '4' };

/**
 * Reads what `ipsecctl -s flow` prints (ipsecctl_print_flow in sbin/ipsecctl of OpenBSD). Which of two flows for one packet counts is not
 * listed: where one of them lets it pass, neither forbids it. Raises `malformed` for what is no such listing.
 */
export function readIpsecctlFlows(text: string): IpsecPolicy[] {
  const lines = text.replaceAll('\r', '').split('\n');
  const flows = lines.filter((line) => !/^\s*$/.test(line)).map(readFlow);
  return flows.map((flow) => (flows.some((other) => contradict(flow, other)) ? doubtful(flow) : flow));
}

function readFlow(line: string): IpsecPolicy {
  const flow = flowLine.exec(line);
  if (flow === null) throw notPrinted(command, line);
  const [, sa = '', way, upper, source = '', sourcePort, destination = '', destinationPort, local, peer, type] = flow;
  const direction = way as 'in' | 'out';
  const protocol = upper === undefined ? 0 : protocolNumber(upper);
  const ports = [portOf(sourcePort), portOf(destinationPort)] as const;
  const ends = { source: prefixOf(source), destination: prefixOf(destination) };
  const family = familyOf(ends.source.address);
  const selector: Selector = { ...everything, ...ends, family };
  if (protocol === undefined || ports.includes(undefined)) return doubtful(policyOf(direction, selector, 0));
  const [from = everything.sourcePort, to = everything.destinationPort] = ports;
  const template: Template = {
    protocol: protocols[sa] as IpsecProtocol,
    mode: 'any',
    family,
    source: local === undefined ? anyAddress(family) : listedAddress(local),
    destination: peer === undefined ? anyAddress(family) : listedAddress(peer),
    spi: 0,
    reqid: 0,
    // All others may let a packet pass that has no SA, or it is not plain that they do not (ipsec.conf(5)).
    level: type === 'require' ? 'required' : 'use',
  };
  return {
    ...policyOf(direction, { ...selector, protocol, sourcePort: from, destinationPort: to }, 0),
    action: type === 'deny' ? 'block' : 'allow',
    templates: type === 'deny' || type === 'bypass' ? [] : [template],
  };
}

/** Names of services(5) that nobody looks up here are none. */
function portOf(text: string | undefined): PortMatch | undefined {
  if (text === undefined) return everything.sourcePort;
  return /^\d{1,5}$/.test(text) ? { port: Number(text), mask: 0xffff } : undefined;
}

/** It may let pass what it chooses. */
function doubtful(flow: IpsecPolicy): IpsecPolicy {
  const templates = flow.templates.map((template) => ({ ...template, level: 'use' as const }));
  return { ...flow, action: 'allow', templates };
}

function forbids({ action, templates }: IpsecPolicy): boolean {
  return action === 'block' || templates.some(({ level }) => level === 'required');
}

function contradict(flow: IpsecPolicy, other: IpsecPolicy): boolean {
  if (flow.direction !== other.direction || !forbids(flow) || forbids(other)) return false;
  return (['source', 'destination'] as const).every((end) => {
    const [a, b] = [flow.selector[end], other.selector[end]];
    return prefixContains(a, b.address) || prefixContains(b, a.address);
  });
}
