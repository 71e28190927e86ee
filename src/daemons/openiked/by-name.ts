/**
 * `by-name initiate|terminate NAME`, for a policy of an iked.conf that a person wrote. ikectl knows no names of policies: a peer is reset by
 * its identity, which the file has as `dstid`, or else by its address (iked.conf(5)).
 */
export const byNameProgram = String.raw`#!/usr/bin/perl
use strict;
my ($action, $name) = @ARGV;
open my $file, '<', '/etc/iked.conf' or do { print "iked.conf: $!\n"; exit 1 };
my $text = do { local $/; <$file> };
$text =~ s/\\\n/ /g;
my ($policy) = $text =~ /^\s*ikev2\s+(?:"\Q$name\E"|\Q$name\E)(\s.*)$/m
  or do { print "iked.conf has no policy $name\n"; exit 1 };
exec qw(ikectl active) if $action eq 'initiate';
my $id = $policy =~ /\sdstid\s+(?:"([^"]*)"|(\S+))/ ? $1 // $2 : $policy =~ /\speer\s+([^\s\/]+)/ ? $1 : undef;
defined $id or do { print "policy $name has no dstid and no peer\n"; exit 1 };
my $type = $id =~ m{^/} ? 'ASN1_DN' : $id =~ /@/ ? 'UFQDN' : $id =~ /^[\d.]+$/ ? 'IPV4' : $id =~ /:/ ? 'IPV6' : 'FQDN';
exec qw(ikectl reset id), "$type/$id";
`;
