/** A program of Perl, which all images have, that waits in the background of a host and then does something to the lab. */
const tools = String.raw`
use strict;
sub hardware { my ($nic) = @_; open(my $f, '<', "/sys/class/net/$nic/address"); my $mac = <$f>; chomp $mac; return pack('H12', $mac =~ s/://gr); }
sub raw {
  my ($nic, $count, @frames) = @_;
  open(my $f, '<', "/sys/class/net/$nic/ifindex"); my $index = <$f> + 0;
  socket(my $s, 17, 3, 0) or die "socket: $!";
  bind($s, pack('SnlSCCa8', 17, 0, $index, 0, 0, 0, '')) or die "bind: $!";
  for (1 .. $count) { send($s, $_, 0) for @frames; }
}
sub sum { my $n = 0; $n += $_ for unpack('n*', $_[0]); $n = ($n & 0xffff) + ($n >> 16); $n = ($n & 0xffff) + ($n >> 16); return ~$n & 0xffff; }
sub address { return pack('C4', split(/\./, $_[0])); }
sub packet {
  my ($nic, $from, $to, $protocol, $content) = @_;
  my @head = (0x45, 0, 20 + length($content), 7, 0, 64, $protocol, 0, address($from), address($to));
  $head[7] = sum(pack('CCnnnCCna4a4', @head));
  return ("\xff" x 6) . hardware($nic) . "\x08\x00" . pack('CCnnnCCna4a4', @head) . $content;
}
sub datagram { return packet(@_[0 .. 2], 17, pack('nnnn', 40000, 40001, 12, 0) . 'seen'); }
sub name { open(my $f, '<', "/proc/$_[0]/comm") or return ''; my $name = <$f>; chomp $name; return $name; }
sub processes { my %wanted = map { $_ => 1 } @_; return grep { $wanted{name($_)} } sort { $a <=> $b } map { m{(\d+)} } glob('/proc/[0-9]*'); }
sub uptime { open(my $f, '<', '/proc/uptime'); my ($seconds) = split(' ', <$f>); return $seconds; }
`;

/** The path of the script on its host, and the line that a shell starts it with: no job of the shell, so it prints nothing. */
export const scriptPath = '/run/mischief.pl';
export const startLine = `[ ! -e ${scriptPath} ] || (setsid perl ${scriptPath} > /dev/null 2>&1 &)`;

/** The script that does `action` at an uptime, in seconds. */
export function scriptOf(action: string, uptime: number): Uint8Array {
  const wait = `select(undef, undef, undef, $_) for grep { $_ > 0 } (${uptime.toFixed(3)} - uptime());`;
  return Buffer.from(`${tools}\n${wait}\n${action}\n`);
}

/** A word of Perl, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
