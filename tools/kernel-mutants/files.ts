/** Files of the kernel in which bugs are planted, and the rows of `conformance` that are tried first for each. */

/** Letters and numbers of rows; what does not turn one of these red is tried with all others. */
export const firstRows: Readonly<Record<string, readonly string[]>> = {
  'net/xfrm/espintcp.c': ['N4'],
  'net/xfrm/xfrm_algo.c': ['A', 'S1', 'S11'],
  'net/xfrm/xfrm_hash.c': ['S1', 'P3'],
  'net/xfrm/xfrm_input.c': ['S15', 'S16', 'N3', 'R5', 'B1', 'B6', 'F4'],
  'net/xfrm/xfrm_interface_core.c': ['I2'],
  'net/xfrm/xfrm_ipcomp.c': ['B3', 'B4', 'B5'],
  'net/xfrm/xfrm_iptfs.c': ['B7'],
  'net/xfrm/xfrm_nat_keepalive.c': ['N1'],
  'net/xfrm/xfrm_output.c': ['B1', 'B2', 'B6', 'F1', 'F4', 'F9', 'S6', 'S7'],
  'net/xfrm/xfrm_policy.c': ['P', 'S12', 'I4', 'B2', 'B4'],
  'net/xfrm/xfrm_proc.c': ['P9'],
  'net/xfrm/xfrm_replay.c': ['R', 'S13'],
  'net/xfrm/xfrm_state.c': ['S', 'P6'],
  'net/xfrm/xfrm_sysctl.c': ['S3', 'S10'],
  'net/xfrm/xfrm_user.c': ['S', 'P'],
  'net/ipv4/ah4.c': ['B1', 'F9', 'R5', 'S1'],
  'net/ipv4/esp4.c': ['B1', 'N', 'R5', 'F6', 'S1'],
  'net/ipv4/ip_vti.c': ['I1'],
  'net/ipv4/ipcomp.c': ['B3', 'B4', 'B5', 'S1'],
  'net/ipv4/tunnel4.c': ['B1', 'B5'],
  'net/ipv4/xfrm4_input.c': ['B1', 'N'],
  'net/ipv4/xfrm4_output.c': ['B1', 'F1'],
  'net/ipv4/xfrm4_policy.c': ['B1', 'F1', 'P', 'I5'],
  'net/ipv4/xfrm4_protocol.c': ['B1', 'B3', 'I1'],
  'net/ipv4/xfrm4_tunnel.c': ['B5'],
  'net/ipv6/ah6.c': ['B1', 'F9', 'R5', 'S1'],
  'net/ipv6/esp6.c': ['B1', 'N', 'R5', 'F6', 'S1'],
  'net/ipv6/ip6_vti.c': ['I1'],
  'net/ipv6/ipcomp6.c': ['B3', 'B4', 'B5', 'S1'],
  'net/ipv6/tunnel6.c': ['B1', 'B5'],
  'net/ipv6/xfrm6_input.c': ['B1', 'N'],
  'net/ipv6/xfrm6_output.c': ['B1', 'F1'],
  'net/ipv6/xfrm6_policy.c': ['B1', 'F1', 'P', 'I5'],
  'net/ipv6/xfrm6_protocol.c': ['B1', 'B3', 'I1'],
  'net/ipv6/xfrm6_tunnel.c': ['B5', 'S5'],
};

/** Matches `conformance:TITLE` of the rows: `S` all of the letter, `S1` the one row. */
export function rowPattern(rows: readonly string[]): string {
  const names = rows.map((row) => (/\d/.test(row) || row === 'A' ? `${row} ` : `${row}\\d`));
  return `^conformance:(?:${names.join('|')})`;
}
