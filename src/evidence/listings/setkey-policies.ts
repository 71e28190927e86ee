import { prefixOf } from '../../model/addresses.ts';
import type { IpsecMode, IpsecPolicy, IpsecProtocol, PortMatch, Selector, Template } from '../ipsec.ts';
import { policyOf } from '../stacks/libipsec-entries.ts';
import { entriesAtMargin, everything, familyOf, notPrinted } from './common.ts';
import { anyAddress, listedAddress, protocolNumber } from './pf-key.ts';

const command = 'setkey -DP';

/**
 * Reads what `setkey -DP` prints (pfkey_spdump and ipsec_dump_policy in lib/libipsec of FreeBSD, in ipsec-tools of NetBSD). Policies of a
 * direction are listed in the order in which the kernel asks them, so their places are their priorities. Raises `malformed` for what is no
 * such listing.
 */
export function readSetkeyPolicies(text: string): IpsecPolicy[] {
  return entriesAtMargin(command, text, /^No SPD entries\.$/).map(readPolicy);
}

const kindLine = /\n\t(in|out|fwd)(?: prio [^\n]*?)? (discard|none|ipsec|entrust|bypass)\n/;
const templateLine =
  /\n\t(esp|ah|ipcomp)\/(transport|tunnel|any)\/([^/\n]*)\/(default|use|require|unique)(?:[:#](\d+))?(?=\n)/g;

function readPolicy(whole: string, place: number): IpsecPolicy {
  const entry = `${whole}\n`;
  const [head = ''] = entry.split('\n', 1);
  const kind = kindLine.exec(entry);
  if (kind === null) throw notPrinted(command, entry);
  const [, direction, action] = kind as unknown as [string, 'in' | 'out' | 'fwd', string];
  const index = Number(/\n\tspid=(\d+) /.exec(entry)?.[1] ?? 0);
  if (/^\((?:no selector|per-socket)|^tagged /.test(head))
    return { ...policyOf(`socket-${direction}`, undefined, undefined), index };
  const selector = selectorOf(head);
  const isLimited = / scope=(?!global\b)\w/.test(entry);
  // It asks a socket, it is for one interface only, or it is for nobody knows what.
  if (selector === undefined || isLimited || action === 'entrust')
    return { ...policyOf(direction, selector, undefined), index };
  const templates = action === 'ipsec' ? templatesOf(entry, familyOf(selector.source.address)) : [];
  const listed = entry.match(/\n\t[^\s/]+\//g)?.length ?? 0;
  if (action === 'ipsec' && (templates.length === 0 || templates.length !== listed)) throw notPrinted(command, entry);
  return {
    ...policyOf(direction, selector, 0),
    action: action === 'discard' ? 'block' : 'allow',
    priority: place,
    index,
    templates,
  };
}

const headLine = /^(\S+?)(?:\[(\w+)\])? (\S+?)(?:\[(\w+)\])? (\S+)(?: (\d+)(?:,(\d+))?)? *$/;

/** Undefined: its protocol has a name that nobody knows. */
function selectorOf(head: string): Selector | undefined {
  const [, source, sourcePort = 'any', destination, destinationPort = 'any', upper = '', type, code] =
    headLine.exec(head) ?? [];
  if (source === undefined || destination === undefined) throw notPrinted(command, head);
  const protocol = protocolNumber(upper);
  if (protocol === undefined) return undefined;
  const ends = { source: networkOf(source), destination: networkOf(destination) };
  return {
    ...everything,
    ...ends,
    family: familyOf(ends.source.address),
    protocol,
    // ICMP has its type and code there; the key of GRE is in one number.
    sourcePort: portOf(type ?? sourcePort, head),
    destinationPort: portOf(code ?? destinationPort, head),
  };
}

function networkOf(text: string): Selector['source'] {
  return prefixOf(text.replace(/%[^/]*/, ''));
}

function portOf(text: string, head: string): PortMatch {
  if (text === 'any') return everything.sourcePort;
  if (!/^\d{1,5}$/.test(text)) throw notPrinted(command, head);
  return { port: Number(text), mask: 0xffff };
}

function templatesOf(entry: string, family: 4 | 6): Template[] {
  return [...entry.matchAll(templateLine)].map(([, protocol, mode, ends = '', level, reqid = '0']) => {
    const [source = '', destination = ''] = ends === '' ? [] : ends.split('-');
    return {
      protocol: protocol as IpsecProtocol,
      mode: mode as IpsecMode,
      family: ends === '' ? family : familyOf(destination),
      source: ends === '' ? anyAddress(family) : listedAddress(source),
      destination: ends === '' ? anyAddress(family) : listedAddress(destination),
      spi: 0,
      reqid: Number(reqid),
      // What `default` means is a setting of the kernel's.
      level: level === 'require' || level === 'unique' ? 'required' : 'use',
    };
  });
}
