import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { readIpXfrmPolicies, readIpXfrmStates } from './ip-xfrm.ts';
import { readIpsecctlFlows } from './ipsecctl-flows.ts';
import { readIpsecctlSas } from './ipsecctl-sas.ts';
import { readSetkeyPolicies } from './setkey-policies.ts';
import { readSetkeySas } from './setkey-sas.ts';

/** What a listing says; a table that it does not list is absent. */
export interface Listed {
  readonly sas?: readonly IpsecSa[];
  readonly policies?: readonly IpsecPolicy[];
}

/** How systems list their tables: the command, and how its output is read. */
const forms: Readonly<Record<string, (text: string) => Listed>> = {
  'ip -s xfrm state': (text) => ({ sas: readIpXfrmStates(text) }),
  'ip -s xfrm policy': (text) => ({ policies: readIpXfrmPolicies(text) }),
  'ipsecctl -k -v -s sa': (text) => ({ sas: readIpsecctlSas(text) }),
  'ipsecctl -s flow': (text) => ({ policies: readIpsecctlFlows(text) }),
  'setkey -D': (text) => ({ sas: readSetkeySas(text) }),
  'setkey -DP': (text) => ({ policies: readSetkeyPolicies(text) }),
};

const decoder = new TextDecoder();

/** Payload of a `listing` record. */
export function encodeListing(command: string, text: string): Uint8Array {
  return new TextEncoder().encode(`${command}\n${text}`);
}

/** The tables of a `listing` record; a command of a later version says nothing. Raises `malformed` for what its command does not print. */
export function readListing(payload: Uint8Array): Listed {
  const text = decoder.decode(payload);
  const end = text.indexOf('\n');
  return forms[text.slice(0, end)]?.(text.slice(end + 1)) ?? {};
}
