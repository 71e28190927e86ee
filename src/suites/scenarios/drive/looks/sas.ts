import type { IkeSa } from '../../../../evidence/ipsec.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Count } from '../../api/count.ts';
import type { IkeSaOptions, IpsecSaOptions } from '../../api/matchers.ts';
import type { Look } from '../check-book.ts';
import { counted, isCount, wanted } from '../count.ts';
import type { SaName } from '../host.ts';
import { daemonHost } from './logs.ts';
import { type Condition, failedLook, type MatcherInputs } from './looking.ts';

/** `toHaveIkeSas`. */
export function ikeSasCondition({ host }: MatcherInputs, count: Count, options: IkeSaOptions): Condition {
  const old = new Set(options.otherThan?.map(ikeSaKey));
  const what = newly('IKE SA', options);
  const look = async (origin: Origin): Promise<Look> => {
    const listed = await daemonHost(host, origin).listIkeSas(origin);
    if ('failed' in listed) return failedLook(listed.failed);
    const sas = listed.list.filter((sa) => !old.has(ikeSaKey(sa)));
    return { holds: isCount(sas.length, count), received: counted(sas.length, what) };
  };
  return { matcher: 'toHaveIkeSas', expected: wanted(count, what), look, wait: options };
}

/** `toHaveIpsecSas`. */
export function ipsecSasCondition({ host }: MatcherInputs, count: Count, options: IpsecSaOptions): Condition {
  const key = ({ spi, destination, protocol }: SaName): string => `${protocol} ${spi} ${destination}`;
  const old = new Set(options.otherThan?.map(key));
  const what = newly('IPsec SA', options);
  const look = async (origin: Origin): Promise<Look> => {
    const listed = await host.listIpsecSas(origin);
    if ('failed' in listed) return failedLook(listed.failed);
    const sas = listed.list.filter((sa) => !old.has(key(sa)));
    return { holds: isCount(sas.length, count), received: counted(sas.length, what) };
  };
  return { matcher: 'toHaveIpsecSas', expected: wanted(count, what), look, wait: options };
}

/** `new IKE SA` where some that there were before do not count. */
function newly(what: string, { otherThan }: { readonly otherThan?: unknown }): string {
  return otherThan === undefined ? what : `new ${what}`;
}

/** The SPIs where the daemon tells them; otherwise its own number. */
function ikeSaKey({ initiatorSpi, responderSpi, id }: IkeSa): string {
  return initiatorSpi === undefined ? id : `${initiatorSpi} ${responderSpi}`;
}
