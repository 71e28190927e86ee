import { excerptOf } from '../base/text.ts';
import type { Connection, End } from './connection.ts';
import { addressFamily } from './network.ts';
import { type Found, problem, within } from './problems.ts';
import type { ChildSettings } from './sas.ts';
import { problemsOfSelector } from './validate-selector.ts';

const policies = ['replace', 'allow'];
const copies = ['none', 'out', 'in', 'both'];
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What is wrong with what an end takes the other one for, and with what it does to packets and peers beside its SAs. */
export function problemsOfKnowledge(connection: Connection): Found {
  const { ends, child, furtherChildren = [], uniqueIds, resumption, ikev1, mode } = connection;
  const [first, second] = ends;
  return [
    problemsOfOneEnd(first, second, 'ends[0]'),
    problemsOfOneEnd(second, first, 'ends[1]'),
    ikev1 !== undefined && ends.map(onlyInIkev2),
    uniqueIds !== undefined &&
      !policies.includes(uniqueIds) &&
      problem('uniqueIds', `${excerptOf(uniqueIds)} is not known; known: ${policies.join(', ')}`),
    resumption === true &&
      ikev1 !== undefined &&
      problem('resumption', 'is of IKEv2 (RFC 5723), and the connection has ikev1'),
    problemsOfHeaders(child, 'child', mode),
    furtherChildren.map((one, i) => problemsOfHeaders(one, `furtherChildren[${i}]`, mode)),
  ];
}

function problemsOfHeaders(child: ChildSettings | undefined, at: string, mode: Connection['mode']): Found {
  const { copyDscp, copyEcn } = child ?? {};
  return [
    copyDscp !== undefined &&
      !copies.includes(copyDscp) &&
      problem(`${at}.copyDscp`, `${excerptOf(copyDscp)} is not known; known: ${copies.join(', ')}`),
    mode === 'transport' && copyDscp !== undefined && problem(`${at}.copyDscp`, 'is of tunnel mode'),
    mode === 'transport' && copyEcn !== undefined && problem(`${at}.copyEcn`, 'is of tunnel mode'),
  ];
}

function problemsOfOneEnd(end: End, other: End, at: string): Found {
  const { peerSelectors, dnsName, mark, updown, redirectsTo } = end;
  return [
    peerSelectors?.length === 0 && problem(`${at}.peerSelectors`, 'must name a network'),
    (peerSelectors ?? []).map((one, i) => problemsOfSelector(one, `${at}.peerSelectors[${i}]`)),
    peerSelectors !== undefined &&
      other.requests !== undefined &&
      problem(`${at}.peerSelectors`, 'must be left out: the other end has the addresses that it is assigned'),
    dnsName !== undefined &&
      !isName(dnsName) &&
      problem(`${at}.dnsName`, `${excerptOf(dnsName)} is no name of letters, digits, - and dots`),
    dnsName !== undefined &&
      end.seenAs === 'any' &&
      problem(`${at}.seenAs`, 'is "any", and a name leads to one address'),
    mark !== undefined &&
      !within(mark, 1, 0xffff_ffff) &&
      problem(`${at}.mark`, 'must be a whole number from 1 to 4294967295'),
    mark !== undefined &&
      end.interface !== undefined &&
      problem(`${at}.mark`, 'must be left out: the interface has its own number'),
    updown !== undefined &&
      !/^\/[A-Za-z0-9._/-]+$/.test(updown) &&
      problem(`${at}.updown`, `${excerptOf(updown)} is no absolute path of letters, digits, ".", "_" and "-"`),
    redirectsTo !== undefined &&
      addressFamily(redirectsTo) !== addressFamily(end.address) &&
      problem(`${at}.redirectsTo`, `${excerptOf(redirectsTo)} is no address of the family of ${end.address}`),
    redirectsTo !== undefined && redirectsTo === end.address && problem(`${at}.redirectsTo`, 'is this end itself'),
    redirectsTo !== undefined && other.redirectsTo !== undefined && problem(`${at}.redirectsTo`, 'is at both ends'),
  ];
}

function isName(text: string): boolean {
  return text.length <= 253 && addressFamily(text) === undefined && text.split('.').every((part) => label.test(part));
}

function onlyInIkev2({ peerSelectors, redirectsTo }: End, at: number): Found {
  return [
    peerSelectors !== undefined &&
      problem(`ends[${at}].peerSelectors`, 'is of IKEv2 (RFC 7296, 2.9), and the connection has ikev1'),
    redirectsTo !== undefined &&
      problem(`ends[${at}].redirectsTo`, 'is of IKEv2 (RFC 5685), and the connection has ikev1'),
  ];
}
