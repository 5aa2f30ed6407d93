#!/usr/bin/perl
# Strangers at a p2p endpoint, one after the other: each says what it did and how that ended. Then it opens
# connections that say nothing until no more are taken, and holds them until its input ends.
#   peer_stranger.pl HOST:PORT
use strict;
use warnings;
use IO::Socket::INET;

my $address = shift;
$| = 1;

sub stranger {
	my $socket = IO::Socket::INET->new(PeerAddr => $address, Proto => 'tcp');
	die "no connection to $address: $!\n" if !$socket;
	return $socket;
}

# What comes before the other side closes; undef: it does not within a while.
sub rest {
	my ($socket, $seconds, $all) = (@_, '');
	local $SIG{ALRM} = sub { die "alarm\n" };
	return eval { alarm $seconds; 1 while sysread $socket, $all, 65536, length $all; alarm 0; $all };
}

my $handshake = pack('v', 1212) . "\1" x 32 . "\2" x 32 . "\0" x 34 . pack('q<', time * 1e9) . "\0" x 32 . "\0" x 66 . chr(9) . '1.2.3.4:5' . pack('V', 1) .
	"\0" x 32 . pack('V', 1) . "\0" x 32 . chr(5) . 'linux' . chr(1) . 'x' . pack('s<', 1);

sub frame { my $payload = join '', @_; return pack('V', length $payload) . $payload }

my %closed = (
	'no length' => pack('V', 0),
	'too long' => pack('V', 8 * 1024 * 1024 + 1),
	'unknown kind' => frame(chr 99),
	'cut short' => frame(chr(0), substr $handshake, 0, 40) . "\xff" x 4,
	'two ids' => frame(chr(4), pack('VVC', 0, 0, 0), pack('VVC', 1, 0, 2), "\0" x 64),
);
for my $what (sort keys %closed) {
	my $socket = stranger();
	syswrite $socket, $closed{$what};
	print "$what: ", (defined rest($socket, 10) ? 'closed' : 'open'), "\n";
}
my $socket = stranger();
syswrite $socket, frame(chr(0), $handshake);
sysread $socket, my $answer, 65536;
print 'another chain: ', (unpack('V', $answer) == 37 && ord(substr $answer, 4, 1) == 2 ? 'told to go away, reason ' . unpack 'V', substr $answer, 5 : 'served'), "\n";
my %silent = map { fileno $_ => $_ } $socket, map { stranger() } 1 .. 60;
my $until = time + 20;
while (keys %silent > 25 && time < $until) {
	my $bits = '';
	vec($bits, $_, 1) = 1 for keys %silent;
	select $bits, undef, undef, 1;
	for (grep { vec $bits, $_, 1 } keys %silent) {
		delete $silent{$_} if !sysread $silent{$_}, my $some, 65536;
	}
}
print 'more than may connect: ', (keys %silent > 25 ? 'taken' : 'turned away'), "\n";
<STDIN>;
