/** Commands whose output tells of SAs, policies, tunnels or packets. */
const tellsOfTunnels =
  /\b(?:swanctl\s.*--list-(?:sas?|pols?)\b|ipsec (?:status|statusall)\b|ip (?:-\S+ )*xfrm\b|ping6?\b|tcpdump\b|ssh\b)/;

/** A check that fails is `major` where its command tells of SAs, tunnels or packets, `minor` where it tells words of a log or a list. */
export function weightOf(remote: string): 'major' | 'minor' {
  return tellsOfTunnels.test(remote) ? 'major' : 'minor';
}
