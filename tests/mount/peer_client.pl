#!/usr/bin/perl
# A client of nodeos's peer-to-peer protocol, written from its specification and sharing nothing with the
# program: pulls a chain from block 1 on, follows it live, and prints each block's number, id and count of
# transactions. It checks that each block stands on the one before it.
#   peer_client.pl HOST:PORT CHAIN_ID LIVE     ends after LIVE blocks that were made while it followed
use strict;
use warnings;
use Digest::SHA qw(sha256);
use IO::Socket::INET;
use Time::HiRes qw(time);

my ($address, $chain_id, $live) = @ARGV;
$| = 1;
my $socket = IO::Socket::INET->new(PeerAddr => $address, Proto => 'tcp') or die "no connection to $address: $!\n";
my ($input, $generation, $following, $asked_until, $target) = ('', 0, 0, 0, 0);
my ($head, $head_id) = (0, "\0" x 32);
my $node_id = sha256(rand() . $$ . time());

# --- bytes ---

sub varuint {
	my ($value, $out) = (shift, '');
	do { $out .= chr(($value & 127) | ($value > 127 ? 128 : 0)); $value >>= 7 } while $value;
	return $out;
}

sub text { return varuint(length $_[0]) . $_[0] }

# A reader over a string: takes from its front.
sub take { my ($from, $count) = @_; die "a message is too short\n" if length $$from < $count; return substr $$from, 0, $count, '' }

sub take_varuint {
	my ($from, $value, $shift, $byte) = (shift, 0, 0);
	do { $byte = ord take($from, 1); $value |= ($byte & 127) << $shift; $shift += 7 } while $byte & 128;
	return $value;
}

# --- messages ---

sub send_message { my ($index, $value) = @_; print $socket pack('V', 1 + length $value) . chr($index) . $value; $socket->flush }

sub send_handshake {
	send_message(0, pack('v', 1212) . pack('H*', $chain_id) . $node_id . "\0" x 34 . pack('q<', time() * 1e9) . "\0" x 32 . "\0" x 66 .
		text('127.0.0.1:1 - ' . substr unpack('H*', $node_id), 0, 7) . pack('V', $head) . $head_id . pack('V', $head) . $head_id .
		text('linux') . text('a test of eosiofs') . pack('s<', ++$generation));
}

sub ask_range { my ($first, $last) = @_; $asked_until = $last; send_message(6, pack('VV', $first, $last)) }

sub ask_branch { send_message(5, pack('VVC', 0, 0, 0) . pack('VVC', 1, 0, 1) . $head_id) }

# --- a block: its header's bytes, to the last, make its id ---

sub parse_block {
	my $bytes = shift;
	my $rest = $bytes;
	take(\$rest, 4 + 8 + 2);
	my $previous = take(\$rest, 32);
	take(\$rest, 32 + 32 + 4);
	if (ord take(\$rest, 1)) { # new_producers, of the time before weighted keys
		take(\$rest, 4);
		take(\$rest, 42) for 1 .. take_varuint(\$rest);
	}
	for (1 .. take_varuint(\$rest)) { take(\$rest, 2); take(\$rest, take_varuint(\$rest)) }
	my $number = unpack('N', $previous) + 1;
	my $id = sha256(substr $bytes, 0, length($bytes) - length $rest);
	substr $id, 0, 4, pack('N', $number);
	take(\$rest, 66);
	return ($number, $id, $previous, take_varuint(\$rest));
}

sub receive_block {
	my ($number, $id, $previous, $transactions) = parse_block(shift);
	return if $number <= $head; # what overlaps
	if ($head && $previous ne $head_id) {
		die "block $number does not stand on the one before it\n" if $number == $head + 1;
		return send_handshake(); # something is missing
	}
	die "the first block is $number\n" if !$head && $number != 1;
	($head, $head_id) = ($number, $id);
	print "$number ", unpack('H*', $id), " $transactions\n";
	if ($number == 1) {
		send_handshake();
	} elsif ($following) {
		exit 0 if --$live == 0;
	} elsif ($number == $asked_until) {
		$number < $target ? ask_range($number + 1, $target < $number + 100 ? $target : $number + 100) : send_handshake();
	}
}

sub receive_notice {
	my $value = shift;
	my ($mode, $pending) = unpack 'VV', take(\$value, 8);
	take(\$value, 32) for 1 .. take_varuint(\$value);
	my ($blocks_mode, $blocks_pending) = unpack 'VV', take(\$value, 8);
	if ($blocks_mode == 2 && $pending > $head && $head >= $asked_until) { # irreversible blocks
		$target = $pending;
		ask_range($head + 1, $target < $head + 100 ? $target : $head + 100);
	} elsif ($blocks_mode == 1) { # a head
		$following = 1;
		ask_branch();
	} elsif ($mode == 1 && $blocks_mode == 0) { # the heads are equal
		$following = 1;
	}
}

sub receive_time {
	my ($origin, $receive, $transmit) = unpack 'q<q<q<', shift;
	my $now = int(time() * 1e9);
	send_message(3, pack 'q<q<q<q<', $transmit, $now, $now, 0) if !$origin;
}

my %receive = (0 => sub { }, 3 => \&receive_time, 4 => \&receive_notice, 7 => \&receive_block, 8 => sub { });

# Block 1 can be had without a handshake, which needs its id.
ask_range(1, 1);
while (1) {
	while (length $input >= 4 && length $input >= 4 + unpack 'V', $input) {
		my $message = take(\$input, 4 + unpack 'V', $input);
		my $index = ord substr $message, 4, 1;
		die 'told to go away: reason ' . unpack('V', substr $message, 5) . "\n" if $index == 2;
		die "a message of kind $index\n" if !$receive{$index};
		$receive{$index}->(substr $message, 5);
	}
	sysread($socket, $input, 65536, length $input) or die "the connection was closed\n";
}
