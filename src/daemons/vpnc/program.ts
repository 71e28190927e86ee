/**
 * `vpnc-tunnel up|down NAME`, `vpnc-tunnel list|end`. vpnc is no service: it runs as long as its tunnel does, and tells what it has on its standard
 * output alone (`--debug 3`: messages, SPIs and keys). This keeps what it says, each line with the time, behind a line with what the reader of
 * the log has to know of its file.
 */
export const tunnelProgram = String.raw`#!/usr/bin/perl
use strict;
use POSIX qw(setsid);
use Socket qw(inet_aton inet_ntoa);
use Time::HiRes qw(gettimeofday sleep);

my $log = '/var/log/vpnc.log';
my ($action, $name) = @ARGV;

sub pid { open my $file, '<', "/run/vpnc-$_[0].pid" or return; my $pid = <$file>; $pid += 0; return $pid && kill(0, $pid) ? $pid : undef }
sub names { map { m{/vpnc-(.*)\.pid$} ? $1 : () } glob '/run/vpnc-*.pid' }
sub gone { for (1 .. 300) { return 1 unless kill 0, $_[0]; sleep 0.1 } return 0 }

sub settings {
  open my $file, '<', "/etc/vpnc/$name.conf" or do { print "vpnc has no file of $name\n"; exit 1 };
  my %set;
  while (<$file>) {
    $set{lc $1} = $2 if /^(IPSec gateway|Local Addr|IPSEC target network)\s+"?([^"\s]+)/i;
  }
  my $packed = inet_aton($set{'ipsec gateway'} // '') or do { print "vpnc knows no gateway of $name\n"; exit 1 };
  my $gateway = inet_ntoa($packed);
  my ($own) = $set{'local addr'} // (${'`'}ip -4 route get $gateway${'`'} =~ /\bsrc (\S+)/);
  my $local = inet_aton($own // '');
  return ($local ? inet_ntoa($local) : '0.0.0.0', $gateway, $set{'ipsec target network'} // '0.0.0.0/0.0.0.0');
}

sub run {
  my ($said, @settings) = @_;
  setsid;
  open my $out, '>>', $log or die "$log: $!\n";
  $_->autoflush for $out, $said;
  my $keep = sub { printf $out "%d.%06d %s\n", gettimeofday, $_[0] };
  $keep->(sprintf 'begin %s local %s gateway %s target %s', $name, @settings);
  open my $from, '-|', "exec 2>&1; exec stdbuf -oL vpnc --no-detach --debug 3 --pid-file /run/vpnc-$name.pid $name";
  open STDIN, '<', '/dev/null';
  open STDOUT, '>', '/dev/null';
  open STDERR, '>', '/dev/null';
  while (<$from>) {
    chomp;
    $keep->($_);
    next unless $said;
    print $said "$1\n" if /^ *((?:vpnc: |IKE SA selected |IPSEC SA selected |got address |NAT status: |VPNC started |received notice ).*)/;
    # The caller waits for no more.
    undef $said if /^ *VPNC started /;
  }
  close $from;
  my $status = $? & 127 ? 'signal ' . ($? & 127) : 'status ' . ($? >> 8);
  $keep->("end $name $status");
  print $said "vpnc ended with $status\n" if $said;
  exit 0;
}

sub up {
  my @settings = settings;
  if (grep { pid($_) } names) { print "vpnc has a tunnel already, and no place for a second one\n"; return 1 }
  pipe my $words, my $said or die "pipe: $!\n";
  my $child = fork // die "fork: $!\n";
  if ($child == 0) { close $words; run($said, @settings) }
  close $said;
  while (<$words>) {
    print;
    return 0 if /^VPNC started /;
  }
  return 1;
}

sub down {
  my ($one) = @_;
  my $pid = pid($one) or do { print "vpnc has no tunnel $one\n"; return 1 };
  kill 'TERM', $pid;
  gone($pid) or do { print "vpnc does not end\n"; return 1 };
  print "vpnc has ended the tunnel $one\n";
  return 0;
}

sub list {
  for my $one (grep { pid($_) } names) {
    open my $file, '<', $log or next;
    my @lines;
    while (<$file>) {
      @lines = () if /^\S+ begin \Q$one\E /;
      push @lines, $_ if /^\S+ +(?:begin |[ir]_cookie: |I(?:KE|PSEC) SA selected |got address |NAT-T mode: |[a-z]+ -> [a-z]+ spi: |VPNC started |sending: =|receiving: <|got late ike |p\.spi: [0-9a-f]|do_rekey returned: 0|S7\.[18] )/;
    }
    print @lines;
  }
  return 0;
}

$| = 1;
exit up() if $action eq 'up';
exit list() if $action eq 'list';
if ($action eq 'down') { settings() unless pid($name); exit down($name) }
my $failed = 0;
$failed |= down($_) for grep { pid($_) } names;
exit $failed;
`;
