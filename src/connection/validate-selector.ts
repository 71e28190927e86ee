import { excerptOf } from '../base/text.ts';
import { parseNetwork } from './network.ts';
import { type Found, flat, problem, within } from './problems.ts';
import type { TrafficSelector } from './traffic-selector.ts';

/** What is wrong with a traffic selector. */
export function problemsOfSelector(selector: TrafficSelector, at: string): Found {
  const { network, protocol, port, icmpType } =
    typeof selector === 'string'
      ? { network: selector, protocol: undefined, port: undefined, icmpType: undefined }
      : selector;
  return flat([
    parseNetwork(network) === undefined &&
      problem(at, `${excerptOf(network)} is no network in CIDR form with host bits of zero`),
    protocol !== undefined && !within(protocol, 1, 255) && problem(`${at}.protocol`, 'must be from 1 to 255'),
    port !== undefined && !within(port, 1, 65535) && problem(`${at}.port`, 'must be from 1 to 65535'),
    port !== undefined && protocol !== 6 && protocol !== 17 && problem(`${at}.port`, 'needs protocol 6 or 17'),
    icmpType !== undefined && !within(icmpType, 0, 255) && problem(`${at}.icmpType`, 'must be from 0 to 255'),
    icmpType !== undefined && protocol !== 1 && protocol !== 58 && problem(`${at}.icmpType`, 'needs protocol 1 or 58'),
  ]);
}
