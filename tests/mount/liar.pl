#!/usr/bin/perl
# A server between a mount and a node: passes every request on, unless the file MODE says how to lie.
# usage: liar.pl MODE NODE_PORT SERVING [CERTIFICATE KEY]; prints its own port, PORT of the environment or any. SERVING: the mount whose node that is. With a certificate it speaks TLS. Every request stands in the file MODE.log, a line each.
use strict;
use warnings;
use IO::Socket::INET;

my ($mode_file, $node, $serving, $certificate, $key) = @ARGV;
my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT} // 0, ReuseAddr => 1) or die "listen: $!";
require IO::Socket::SSL if $certificate;
$| = 1;
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'IGNORE';
print $listener->sockport, "\n";
open STDOUT, '>', '/dev/null'; # a connection in its place would never be closed

sub mode {
	open my $file, '<', $mode_file or return '';
	my $mode = <$file> // '';
	chomp $mode;
	return $mode;
}

sub note {
	my ($line) = @_;
	open my $file, '>>', "$mode_file.log" or return;
	print $file "$line\n";
}

# A block more.
sub move_head {
	open my $file, '>', "$serving/accounts/alice1111111/transfer" or die "transfer: $!";
	print $file "carol1111111 0.0001 SYS\n";
	close $file or die "transfer: $!";
}

# Only the first such request is lied to.
sub once {
	open my $file, '>', $mode_file or return;
	print $file "\n";
}

# Header and body; undef at the end.
sub read_message {
	my ($socket) = @_;
	my ($head, $body) = ('', '');
	while (my $line = <$socket>) {
		$head .= $line;
		last if $line eq "\r\n";
	}
	return unless $head =~ /\r\n\r\n\z/;
	my ($length) = $head =~ /^content-length:\s*(\d+)/im;
	while ($length && length $body < $length) { # TLS gives a record at a time
		read $socket, $body, $length - length $body, length $body or last;
	}
	return ($head, $body);
}

sub ask_node {
	my ($path, $body) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $node) or die "node: $!";
	printf $socket "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", $path, $node, length $body, $body;
	return read_message($socket);
}

sub answer {
	my ($socket, $status, $body, $more) = @_;
	printf $socket "HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n%s\r\n%s", $status, length $body, $more // '', $body;
}

# Lists that no node gives: the first page again and again, a list that goes back, that has no end, names that are none.
sub lie_in_list {
	my ($mode, $path, $body) = @_;
	my $rows = $path =~ /get_table_rows$/;
	if ($mode eq 'repeats' || $mode eq 'returns') {
		$body =~ s/,"(lower|upper)_bound":"[^"]*"//g;
		my ($head, $reply) = ask_node($path, $body);
		my $next = $mode eq 'repeats' ? ['"zzzzzzzzzzzz"', '"18446744073709551614"'] : ['"a"', '"0"'];
		$reply =~ s/"more":(true|false|"[^"]*")(,"next_key":"[^"]*")?/$rows ? qq("more":true,"next_key":$$next[1]) : qq("more":$$next[0])/e;
		return ($head, $reply);
	}
	my ($head, $reply) = ask_node($path, $body);
	my ($from) = $body =~ /"lower_bound":"(\d+)"/;
	my $bad = join ',', map { qq({"code":"eosio","scope":"$_","table":"userres","payer":"eosio","count":1}) }
		'../x', '', '.', '..', 'a/b', 'n' x 300, 'ALICE', 'alice1111111', 'alice1111111';
	if ($mode eq 'climbs') {
		my $next = ($from || 4096) + 4096;
		$reply = $rows ? sprintf('{"rows":[{"data":"%s","payer":"eosio"}],"more":true,"next_key":"%d"}', unpack('H*', pack 'Q<', $from || 0), $next)
			: sprintf('{"rows":[{"code":"eosio","scope":"%s","table":"userres","payer":"eosio","count":1}],"more":"%s"}', name_of($next), name_of($next + 4096));
	}
	$reply =~ s/"rows":\[/"rows":[$bad,/ if $mode eq 'names' && !$rows;
	return ($head, $reply);
}

sub name_of {
	my ($value) = @_;
	my $name = join '', map { substr '.12345abcdefghijklmnopqrstuvwxyz', ($value >> 64 - 5 * $_) & 31, 1 } 1 .. 12;
	return $name =~ s/\.+\z//r;
}

# false: the connection ends.
sub serve {
	my ($socket) = @_;
	my ($head, $body) = read_message($socket) or return 0;
	my ($path) = $head =~ /^\S+ (\S+)/;
	my $mode = mode();
	my $pushes = $path =~ /send_transaction/;
	my $is_info = $path =~ /get_info/;
	my $page = "<html><body>It works</body></html>";

	note("$path $body");
	if ($mode eq 'silent') {
		1 while <$socket>; # until the other side gives up
		return 0;
	}
	return answer($socket, '200 OK', $page) if $mode eq 'html';
	return answer($socket, '302 Found', '', "Location: http://127.0.0.1:1/\r\n") if $mode eq 'redirect';
	if ($mode eq 'headless' && $is_info) {
		my $refusal = '{"code":500,"message":"Internal Service Error","error":{"code":3100002,"name":"unknown_block_exception","what":"Unknown block","details":[]}}';
		return answer($socket, '500 Internal Server Error', $refusal);
	}
	if ($mode eq 'endless') {
		print $socket "HTTP/1.1 200 OK\r\n\r\n";
		1 while print $socket '[' x 65536;
		return 0;
	}
	if ($mode eq 'refused') { # by a proxy, and never passed on
		once() if $pushes;
		return answer($socket, '502 Bad Gateway', $page) if $pushes;
	}
	if ($pushes && $mode =~ /^lags (\S+)$/ && $body =~ /$1/) { # as one that has not seen yet what came before
		once();
		my $refusal = '{"code":500,"message":"Internal Service Error","error":{"code":3050003,"name":"eosio_assert_message_exception","what":"","details":[{"message":"assertion failure with message: it is not here yet"}]}}';
		return answer($socket, '500 Internal Server Error', $refusal);
	}
	if ($pushes && $mode =~ /^drops (\S+)$/ && $body =~ /$1/) { # takes it, and forgets it
		once();
		$path = '/v1/chain/compute_transaction';
	}
	my $lies = $mode =~ /^(repeats|returns|climbs|names)$/ && $path =~ /get_table_(by_scope|rows)$/;
	my ($reply_head, $reply) = $lies ? lie_in_list($mode, $path, $body) : ask_node($path, $body);
	return 0 unless defined $reply;
	if ($mode =~ /^moves/ && $path =~ /get_account$/) { # between this answer and the next question
		once() if $mode eq 'moves once';
		move_head();
	}
	if ($pushes && $mode eq 'late') { # a thousand blocks
		once();
		open my $file, '>', "$serving/chain/clock" or die "clock: $!";
		print $file "+10m\n";
		close $file or die "clock: $!";
	}
	if ($pushes && $mode eq 'gone') { # with the transaction taken
		my $parent = getppid;
		kill TERM => $parent;
		1 while getppid == $parent;
		close $socket;
		once();
		return 0;
	}
	if ($pushes && $mode =~ /^(lost|cut|gateway|twice)$/) {
		once();
		return 0 if $mode eq 'lost';
		return answer($socket, '504 Gateway Timeout', $page) if $mode eq 'gateway';
		($reply_head, $reply) = ask_node($path, $body) if $mode eq 'twice'; # a proxy that tries again itself
		if ($mode eq 'cut') {
			print $socket $reply_head, substr($reply, 0, length($reply) / 2);
			return 0;
		}
	}
	if ($mode eq 'broken') {
		$reply = substr $reply, 0, length($reply) / 2;
		$reply_head =~ s/(content-length: *)\d+/$1 . length $reply/ie;
	}
	if (my ($values) = $mode =~ /^nothing in (strings|numbers|lists)$/ and !$is_info) {
		$reply =~ s/:"[^"]*"/:""/g if $values eq 'strings';
		$reply =~ s/:-?\d[\d.]*/:0/g if $values eq 'numbers';
		1 while $values eq 'lists' && $reply =~ s/:\[[^\[\]]+\]/:[]/g;
	}
	$reply =~ s/"chain_id":"[0-9a-f]{8}/"chain_id":"00000000/ if $is_info && $mode eq 'chain';
	$reply =~ s/"head_block_num":\d+/"head_block_num":1/ if $is_info && $mode eq 'back';
	$reply_head =~ s/content-length: *\d+/"content-length: " . length $reply/ie;
	$reply_head =~ s/^connection: close\r\n//im;
	print $socket $reply_head, $reply;
	return 1;
}

while (1) {
	my $socket = $listener->accept or next;
	my $child = fork // next;
	next if $child;
	close $listener;
	IO::Socket::SSL->start_SSL($socket, SSL_server => 1, SSL_cert_file => $certificate, SSL_key_file => $key) or exit if $certificate;
	binmode $socket;
	$socket->autoflush(1);
	1 while serve($socket);
	exit;
}
