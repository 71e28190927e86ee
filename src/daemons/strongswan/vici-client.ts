/**
 * Sends its argument, octets in hexadecimal digits, to charon's vici socket and prints what comes back the same way, up to
 * the answer of a command (packet types 1 and 2). In Perl, since Debian cannot be without perl-base; `socat` would have to
 * guess when the answer is complete.
 */
export const viciProgram = `#!/usr/bin/perl
use strict;
use Socket;

my $path = '/run/charon.vici';
socket(my $vici, PF_UNIX, SOCK_STREAM, 0) or die "vici: $!\\n";
connect($vici, pack_sockaddr_un($path)) or die "vici: $path: $!\\n";
syswrite($vici, pack('H*', $ARGV[0])) or die "vici: $!\\n";

sub octets {
    my ($wanted, $got) = (shift, '');
    while (length $got < $wanted) {
        sysread($vici, $got, $wanted - length $got, length $got) or die "vici: charon hung up\\n";
    }
    return $got;
}

for (;;) {
    my $head = octets(4);
    my $packet = octets(unpack 'N', $head);
    print unpack('H*', $head . $packet), "\\n";
    my $type = ord $packet;
    last if $type == 1 || $type == 2;
}
`;
