import { EspalierError } from '../../../../base/errors.ts';
import { shellQuoted, shellWord } from '../../../../base/text.ts';
import { withoutPrefix } from '../../../../model/addresses.ts';
import type { Origin } from '../../../../model/scenario.ts';
import type { Count } from '../../api/count.ts';
import type { Host } from '../../api/handles.ts';
import type { ConnectOptions, PathOptions, ReachOptions } from '../../api/matchers.ts';
import { callerOrigin } from '../../api/origin.ts';
import type { Look } from '../check-book.ts';
import { isCount, wanted } from '../count.ts';
import { DrivenHost } from '../host.ts';
import { type Condition, failedLook, lastLine, listIn, type MatcherInputs, typed } from './looking.ts';

/** Where something is sent: a host, or an address. */
export type Target = Host | string;

/** `toReach`. Where nothing is to be reached, more tries are made at every look. */
export function reachCondition(
  inputs: MatcherInputs,
  other: Target,
  options: ReachOptions & { tries: number },
): Condition {
  const { size, dontFragment = false, tries } = options;
  const words = [
    'ping -n',
    `-c ${tries} -i 0.2 -W 1`,
    ...(options.from === undefined ? [] : [`-I ${shellWord(options.from)}`]),
    ...(size === undefined ? [] : [`-s ${size}`]),
    ...(dontFragment ? ['-M do'] : []),
    shellWord(addressOf(inputs.host, other, options)),
  ];
  const look = async (origin: Origin): Promise<Look> => {
    const done = await typed(inputs, words.join(' '), origin);
    // 1: no answer. 2: anything else (ping(8)), where the kernel sends nothing as well.
    const isTried = done.status === 1 || (done.status === 2 && /^ping: (?:connect|sendmsg): /m.test(done.stdout));
    if (done.status !== 0 && !isTried) return failedLook(done);
    return { holds: done.status === 0, received: summaryOf(done.stdout) };
  };
  const packet = [size !== undefined && ` by ${size} octets`, dontFragment && ' in one piece'].filter(Boolean).join('');
  return { matcher: 'toReach', expected: `to reach ${nameOf(other)}${packet}`, look, wait: options };
}

/** `toHavePathMtu`. */
export function mtuCondition(
  inputs: MatcherInputs,
  other: Target,
  options: PathOptions & { octets: Count },
): Condition {
  const { octets } = options;
  const from = options.from === undefined ? '' : ` from ${shellWord(options.from)}`;
  const line = `ip -j route get ${shellWord(addressOf(inputs.host, other, options))}${from}`;
  const look = async (origin: Origin): Promise<Look> => {
    const done = await typed(inputs, line, origin);
    // The kernel has no route (ip(8), EXIT STATUS).
    if (done.status === 2) return { holds: false, received: lastLine(done.stdout) };
    const [route] = ((done.status === 0 && listIn(done.stdout)) || []) as {
      dev?: string;
      metrics?: { mtu?: number }[];
    }[];
    if (route === undefined) return failedLook(done);
    const learned = route.metrics?.find(({ mtu }) => mtu !== undefined)?.mtu;
    const nic = await typed(inputs, `cat /sys/class/net/${route.dev}/mtu`, origin);
    if (learned === undefined && nic.status !== 0) return failedLook(nic);
    const mtu = learned ?? Number(nic.stdout);
    return {
      holds: isCount(mtu, octets),
      received: `${mtu} octets${learned === undefined ? ' by the interface' : ''}`,
    };
  };
  return {
    matcher: 'toHavePathMtu',
    expected: `a path of ${wanted(octets, 'octet')} to ${nameOf(other)}`,
    look,
    wait: options,
  };
}

/**
 * Echoes what comes to an address and port until it is terminated. It listens before its parent ends, whose output is its number. Perl is
 * there wherever Debian is.
 */
const serverProgram = String.raw`my ($at, $port, $proto) = @ARGV;
my $tcp = $proto eq 'tcp';
my $s = IO::Socket::IP->new(LocalHost => $at, LocalPort => $port, Proto => $proto, $tcp ? (Listen => 5, ReuseAddr => 1) : ())
  or do { print "$@\n"; exit($!{EADDRINUSE} ? 98 : 1) };
if (my $pid = fork) { print "$pid\n"; exit }
setpgrp; $SIG{TERM} = sub { exit 0 };
open STDIN, '<', '/dev/null'; open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null';
if ($tcp) { while (my $c = $s->accept) { my $line = <$c>; print $c $line; close $c } }
else { while (defined(my $from = $s->recv(my $data, 2048))) { $s->send($data, 0, $from) } }`;

/**
 * Sends a line and waits a second for the answer; a TCP connection alone is enough where somebody else serves. Status 2: nothing was
 * sent, since the host has no such address or port. Where the addresses are of two families, the socket is bound to nothing.
 */
const clientProgram = String.raw`my ($to, $port, $proto, $from, $own, $echo, $tries) = @ARGV;
my ($why, $tried) = ('', 0);
for (1 .. $tries) {
  my $s = IO::Socket::IP->new(PeerHost => $to, PeerPort => $port, Proto => $proto, Timeout => 1,
    $from ne '' ? (LocalHost => $from) : (), $own ? (LocalPort => $own, ReuseAddr => 1) : ());
  if (!$s) {
    $why = $@ || "$!";
    $tried ||= !($why ne "$!" || $from ne '' && $!{EADDRNOTAVAIL} || $own && $!{EADDRINUSE});
    next;
  }
  if (!$s->sockport) { $why = 'the addresses are of two families'; next }
  $tried = 1;
  if ($proto eq 'tcp' && !$echo) { print "connected\n"; exit 0 }
  syswrite $s, "espalier\n" or do { $why = "$!"; next };
  my $in = ''; vec($in, fileno $s, 1) = 1;
  if (!select $in, undef, undef, 1) { $why = 'no answer'; next }
  if (defined sysread $s, my $data, 2048) { print "answered\n"; exit 0 }
  $why = "$!";
}
print "$why\n"; exit($tried ? 1 : 2);`;

function perl(program: string, words: readonly (string | number)[]): string {
  const text = program.replaceAll(/\n */g, ' ');
  const args = words.map((word) => (word === '' ? "''" : shellWord(String(word))));
  return `perl -MErrno -MIO::Socket::IP -e ${shellQuoted(text)} -- ${args.join(' ')}`;
}

/** `toConnect`. */
export function connectCondition(
  inputs: MatcherInputs,
  other: Target,
  options: ConnectOptions & { tries: number },
): Condition {
  const { port, protocol = 'tcp', from = '', fromPort = 0, tries } = options;
  const address = addressOf(inputs.host, other, options);
  let echoes = false;
  const prepare = async (origin: Origin) => {
    if (!(other instanceof DrivenHost)) return async () => {};
    const by = 'look';
    const server = { host: other.name, line: perl(serverProgram, [address, port, protocol]), origin, by } as const;
    const { status, stdout } = await inputs.stepper.type(server);
    // Somebody else listens there.
    if (status === 98) return async () => {};
    if (status !== 0)
      throw new EspalierError('scenario', `nothing can listen at ${address} port ${port}`, {
        ...origin,
        host: other.name,
        output: stdout,
      });
    echoes = true;
    const line = `kill ${stdout.trim()}`;
    return async () => void (await inputs.stepper.type({ host: other.name, line, origin, by }));
  };
  const look = async (origin: Origin): Promise<Look> => {
    const words = [address, port, protocol, from, fromPort, echoes ? 1 : 0, tries];
    const done = await typed(inputs, perl(clientProgram, words), origin);
    // 1: the program tried, and says what it met.
    if (done.status !== 0 && done.status !== 1) return failedLook(done);
    return { holds: done.status === 0, received: lastLine(done.stdout) };
  };
  const expected = `to connect to ${nameOf(other)} at ${protocol} port ${port}`;
  return { matcher: 'toConnect', expected, look, wait: options, prepare };
}

function nameOf(other: Target): string {
  return typeof other === 'string' ? other : other.name;
}

/** The address that is meant; by itself one on a link that both have, else the other's first. */
function addressOf(host: DrivenHost, other: Target, { at }: PathOptions): string {
  if (at !== undefined || typeof other === 'string') return at ?? (other as string);
  const { nics } = (other as DrivenHost).topology;
  const links = new Set(host.topology.nics.map(({ link }) => link));
  const near = nics.find(({ link, addresses }) => links.has(link) && addresses.length > 0);
  const address = near?.addresses[0] ?? other.addresses[0];
  if (address === undefined) throw new EspalierError('scenario', `${other.name} has no address`, callerOrigin());
  return withoutPrefix(address);
}

/** The statistics of a ping, or the last line of what it said instead. */
function summaryOf(output: string): string {
  const lines = output.trim().split('\n');
  const statistics = lines.find((line) => line.includes('packets transmitted'));
  const why = lines.find((line) => /message too long|frag needed|packet too big/i.test(line));
  return [statistics ?? lines.at(-1) ?? '', ...(why === undefined ? [] : [why])].join('; ');
}
