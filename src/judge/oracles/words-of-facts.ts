/** How facts are told to people: the words of ip-xfrm(8). */
import type { IpsecPolicy, IpsecSa, PortMatch, Selector } from '../../evidence/ipsec.ts';

export function spiText(spi: number): string {
  return `0x${spi.toString(16).padStart(8, '0')}`;
}

export function saText({ protocol, spi, source, destination, mode }: IpsecSa): string {
  return `${protocol} SA ${spiText(spi)} ${source} > ${destination} (${mode})`;
}

function portText(name: string, { port, mask }: PortMatch): string {
  if (mask === 0) return '';
  return ` ${name} ${port}${mask === 0xffff ? '' : `/0x${mask.toString(16)}`}`;
}

export function selectorText({ source, destination, protocol, sourcePort, destinationPort }: Selector): string {
  const ends = `${source.address}/${source.prefix} > ${destination.address}/${destination.prefix}`;
  const upper = protocol === 0 ? '' : ` proto ${protocol}`;
  return `${ends}${upper}${portText('sport', sourcePort)}${portText('dport', destinationPort)}`;
}

export function policyText({ direction, selector, action, priority, templates }: IpsecPolicy): string {
  const wanted = templates.map(({ protocol, mode, source, destination, reqid, level }) => {
    const optional = level === 'use' ? ' level use' : '';
    return ` ${protocol} ${mode} ${source} > ${destination} reqid ${reqid}${optional}`;
  });
  return `policy ${direction} ${selectorText(selector)} priority ${priority} ${action}${wanted.join(',')}`;
}
