import { malformed } from '../../../base/bytes.ts';
import type { ChildSa, DaemonSas } from '../../../evidence/child-sa.ts';
import type { IkeSa } from '../../../evidence/ipsec.ts';
import { isUsable } from '../states.ts';
import type { ViciSection, ViciValue } from './message.ts';

/**
 * Reads one `list-sa` event, which `list-sas` sends for each IKE SA with its children (strongSwan,
 * libcharon/plugins/vici/README.md; fields as vici_query.c writes them).
 */
export function readListSa(event: ViciSection): DaemonSas {
  const ike: IkeSa[] = [];
  const children: ChildSa[] = [];
  for (const [name, section] of event) {
    if (!(section instanceof Map)) throw malformed('vici list-sa', `${printable(name)} is no section`);
    const sa = ikeSa(name, section);
    ike.push(sa);
    const below = section.get('child-sas');
    if (!(below instanceof Map)) continue;
    for (const [key, child] of below) {
      if (!(child instanceof Map)) throw malformed('vici list-sa', `child ${printable(key)} is no section`);
      children.push(childSa(child, sa.id));
    }
  }
  return { ike, children };
}

function ikeSa(name: string, section: ViciSection): IkeSa {
  const text = (key: string): string | undefined => textOf(section.get(key));
  const version = text('version');
  if (version !== '1' && version !== '2') throw malformed('vici list-sa', `version ${printable(version ?? 'missing')}`);
  const state = text('state') ?? '';
  return {
    version: version === '1' ? 1 : 2,
    name,
    id: text('uniqueid') ?? '',
    state,
    established: isUsable(state),
    ...given('local', text('local-host')),
    ...given('remote', text('remote-host')),
    ...given('initiatorSpi', spiOfIke(text('initiator-spi'))),
    ...given('responderSpi', spiOfIke(text('responder-spi'))),
  };
}

/** 16 digits; some versions leave out leading zeros. */
function spiOfIke(digits: string | undefined): string | undefined {
  return digits !== undefined && /^[0-9a-f]{1,16}$/.test(digits) ? digits.padStart(16, '0') : undefined;
}

function childSa(section: ViciSection, ike: string): ChildSa {
  const text = (key: string): string | undefined => textOf(section.get(key));
  const state = text('state') ?? '';
  const protocol = text('protocol')?.toLowerCase();
  const names = [sized(section, 'encr'), sized(section, 'integ'), text('prf-alg'), text('dh-group')];
  const algorithms = names.filter((one) => one !== undefined).join('/');
  return {
    name: text('name') ?? '',
    id: text('uniqueid') ?? '',
    ike,
    state,
    established: isUsable(state),
    ...(protocol === 'esp' || protocol === 'ah' ? { protocol } : {}),
    ...given('mode', text('mode')?.toLowerCase()),
    encapsulated: text('encap') === 'yes',
    esn: text('esn') === '1' || text('esn') === 'yes',
    ...given('spiIn', spi(text('spi-in'))),
    ...given('spiOut', spi(text('spi-out'))),
    ...given('reqid', decimal(text('reqid'))),
    local: listOf(section.get('local-ts')),
    remote: listOf(section.get('remote-ts')),
    ...given('algorithms', algorithms === '' ? undefined : algorithms),
    ...given('bytesIn', octets(text('bytes-in'))),
    ...given('bytesOut', octets(text('bytes-out'))),
  };
}

/** `AES_GCM_16-256`: a name and the size of its key, where there is one. */
function sized(section: ViciSection, which: 'encr' | 'integ'): string | undefined {
  const name = textOf(section.get(`${which}-alg`));
  const size = textOf(section.get(`${which}-keysize`));
  return name === undefined || size === undefined || size === '0' ? name : `${name}-${size}`;
}

function textOf(value: ViciValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: ViciValue | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

function spi(digits: string | undefined): number | undefined {
  return digits !== undefined && /^[0-9a-f]{1,8}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

function decimal(digits: string | undefined): number | undefined {
  return digits !== undefined && /^\d{1,10}$/.test(digits) ? Number(digits) : undefined;
}

function octets(digits: string | undefined): bigint | undefined {
  return digits !== undefined && /^\d{1,20}$/.test(digits) ? BigInt(digits) : undefined;
}

/** A field that is left out where it has no value. */
function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}

function printable(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
