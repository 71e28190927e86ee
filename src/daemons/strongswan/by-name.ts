/**
 * `by-name initiate|terminate NAME`, for names that stand in a swanctl.conf of a person's own, as `swanctl --list-conns` has them. A
 * connection is initiated with all its children. swanctl itself wants to know beforehand whether a name is a connection's or a child's.
 */
export const byNameProgram = String.raw`#!/bin/sh
list=$(swanctl --list-conns) || { printf '%s\n' "$list"; exit 1; }
printf '%s\n' "$list" | awk -v action="$1" -v name="$2" '
function quoted(text) { return "\047" text "\047" }
function swanctl(ike, child) {
  print "swanctl --" action (ike == "" ? "" : " --ike " quoted(ike)) (child == "" ? "" : " --child " quoted(child))
}
/^[^ ]+: IKEv/ {
  ike = substr($1, 1, length($1) - 1)
  if (ike == name) { is_ike = 1; if (action == "terminate") swanctl(ike, "") }
}
/^  [^ ]+: (TUNNEL|TRANSPORT|BEET|PASS|DROP)/ {
  child = substr($1, 1, length($1) - 1)
  if (action == "initiate" && (ike == name || child == name)) { children++; swanctl(ike, child) }
  if (action == "terminate" && !is_ike && child == name) children++
}
END {
  if (action == "initiate" && is_ike && !children) swanctl(name, "")
  if (action == "terminate" && !is_ike && children) swanctl("", name)
  if (!is_ike && !children) print "echo charon has no connection and no child " quoted(name) "; exit 1"
}' | sh -e
`;
