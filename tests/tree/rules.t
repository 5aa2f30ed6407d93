#!/bin/sh
# The rules that hold for all sources: layers in one direction, one file around each library, no file too
# long, nothing else at the top. Prints TAP.

cd "$(dirname "$0")/../.." || exit 1
number=0
failed=0

# check NAME COMMAND…: the command prints what breaks the rule; nothing must come.
check() {
	number=$((number + 1))
	name=$1
	shift
	broken=$("$@")
	if [ -z "$broken" ]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf '%s\n' "$broken" | sed 's/^/# /'
		failed=1
	fi
}

# includes PATTERN FOLDER…: the lines that include what matches.
includes() {
	pattern=$1
	shift
	find "$@" -name '*.[ch]' -exec grep -HEn "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" \
		{} +
}

# only FILE PATTERN: includes of it in any other file.
only() {
	includes "$2" core fs mount | grep -Ev "^($1):"
}

sources() {
	find core fs mount tests -name '*.[ch]'
}

# Includes within core go one way: each folder may name those of its own line, of its line's other folders
# only where it stands alone, and of the lines above it. core/chain itself names nothing of the engine's.
one_way() {
	find core -name '*.[ch]' | xargs perl -ne '
		BEGIN {
			my @lines = (["base"], ["types"], ["wallet", "contracts"], ["engine"], ["network"], ["chain"], ["boot", "page"], ["server"]);
			for my $i (0 .. $#lines) { $line{$_} = $i for @{$lines[$i]} }
		}
		next unless m{^\s*#\s*include\s+"core/(\w+)/([^"]*)};
		my ($to, $rest, ($from, $own)) = ($1, $2, $ARGV =~ m{^core/(\w+)/(.*)});
		(print "core/$from is in no line of the rule\n"), next if !exists $line{$from};
		print "$ARGV includes core/$to/$rest\n" if $line{$to} > $line{$from} || ($line{$to} == $line{$from} && $to ne $from) ||
			($from eq "chain" && $own !~ m{/} && ($to eq "engine" || $to eq "network" || ($to eq "chain" && $rest =~ m{/})));'
}

# What stands above core/chain knows chains by its headers alone; the mount chooses which chain it is, and
# opens its folder.
any_chain() {
	find fs core/boot core/page core/server -name '*.[ch]' 2>/dev/null |
		xargs grep -HnE '^#include "core/(engine|network|chain/[a-z]+/)'
	find mount -name '*.[ch]' | xargs grep -HnE '^#include "core/(engine|network|chain/[a-z]+/)' |
		grep -vE 'core/chain/[a-z]+/[a-z]+\.h"$|core/engine/storage/data_folder\.h"$'
}

# fs/tree is what any such file system needs: it knows no file of this one.
only_tree() {
	find fs/tree -name '*.[ch]' | xargs grep -HnE '^#include "fs/files/'
}

# What a handler may know of the tree is in row.h, and what stands beside it; the rest is the tree's own.
tree_inside() {
	find fs/files mount -name '*.[ch]' | xargs grep -HnE '^#include "fs/tree/(dentry|handle|match|rendering|request)\.h"'
}

relative_includes() {
	find core fs mount -name '*.[ch]' -exec grep -HEn '^#include "([^"/]+|\.[^"]*)"' {} +
}

long_files() {
	sources | xargs wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }'
}

long_functions() {
	sources | xargs awk '
		/^\{/ { start = FNR }
		/^\}/ { if (start && FNR - start > 64) print FILENAME ":" start ": " FNR - start " lines"; start = 0 }'
}

wide_lines() {
	{ sources; find examples -name '*.[ch]'; } | xargs awk '
		{ wide = $0; gsub(/\t/, "    ", wide) }
		length(wide) > 110 { print FILENAME ":" FNR ": " length(wide) " columns" }'
}

without_first_comment() {
	for file in $(sources | grep '\.c$'); do
		head -c 2 "$file" | grep -q '/\*' || echo "$file"
	done
}

wrong_guards() {
	for header in $(find core fs mount -name '*.h'); do
		guard=EOSIOFS_$(printf '%s' "$header" | tr 'a-z/.-' 'A-Z___')
		grep -q "^#ifndef $guard\$" "$header" || echo "$header: its guard is not $guard"
	done
}

put_off() {
	find core fs mount examples tests -type f \( -name '*.[chS]' -o -name '*.sh' -o -name '*.ba*' \) -exec \
		grep -HnEiw 'TODO|FIXME|HACK|placeholder|not implemented yet' {} +
	sources | xargs grep -Hnw 'XXX'
}

# What README.md and docs/source.md call by a path; what they do not quote is prose.
missing_paths() {
	for page in README.md docs/source.md; do
		grep -oE '`(core|docs|fs|mount|tests|examples)/[A-Za-z0-9_./-]*`|\]\((core|docs|fs|mount|tests|examples)[A-Za-z0-9_./-]*\)' $page | tr -d '`()]' |
			while read -r path; do
				[ -e "$path" ] || echo "$page names $path"
			done
	done
}

# Folders of sources that docs/source.md does not tell of; contracts share a row, where their own names stand.
untold_folders() {
	find core fs mount -name '*.[ch]' -o -name '*.inc' | sed 's|/[^/]*$||' | sort -u | while read -r folder; do
		grep -qF -e "\`$folder\`" -e "\`${folder#core/contracts/}\`" docs/source.md ||
			echo "docs/source.md lacks $folder"
	done
}

# On a signature of any number of lines: the brace stands alone; an empty line comes after the function,
# none after its brace and none before its end.
braces() {
	sources | xargs awk '
		function say(what) { print FILENAME ":" FNR ": " what }
		FNR == 1 { before = ""; signature = comment = 0 }
		comment { comment = !/\*\//; before = $0; next }
		/\/\*/ && !/\*\// { comment = 1; signature = 0; before = $0; next }
		{ code = $0; sub(/[ \t]*\/\*.*\*\/$/, "", code) }
		code ~ /^[A-Za-z_].*\(/ && code !~ /[;}]$|=/ { signature = 1 }
		signature && code ~ /[^ \t]+.*\{$/ { say("a function opens its brace on a line of its own") }
		code ~ /[;{]$/ { signature = 0 }
		/^$/ && before ~ /^\t*(.*[^,(=] )?\{$/ { say("an empty line after an opening brace") }
		/^\t*\}/ && before == "" && FNR > 1 { say("an empty line before a closing brace") }
		FILENAME ~ /c$/ && before == "}" && /./ { say("no empty line after a function") }
		{ before = $0 }'
}

spacing() {
	sources | xargs grep -HnE '[[:blank:]]$|(^|[^[:alnum:]_])(if|for|while|switch)\(' | grep -v '"'
	sources | xargs awk \
		'FNR == 1 { blank = 0 } /^$/ { if (blank++) print FILENAME ":" FNR ": a second empty line" } /./ { blank = 0 }'
}

# A file's own header comes first, then the project's by their names, then the system's.
include_order() {
	sources | grep -v '^tests/' | grep 'c$' | xargs awk '
		FNR == 1 { system_seen = count = 0; last = "" }
		/^#include </ { system_seen = 1 }
		/^#include ".*\.h"/ {
			own = FILENAME
			sub(/c$/, "h", own)
			if (system_seen)
				print FILENAME ":" FNR ": a header of ours after those of the system"
			if (count++ && $2 == "\"" own "\"")
				print FILENAME ":" FNR ": its own header is not the first"
			if ($2 < last)
				print FILENAME ":" FNR ": " $2 " belongs before " last
			last = count == 1 ? "" : $2
		}'
}

# A function in a header has a user in another file, and one that is no unit test. Names that macros paste
# together are left out.
without_user() {
	sources | xargs perl -0777 -ne '
		s{/\*.*?\*/}{}gs;
		my ($file, $text) = ($ARGV, $_);
		$pasted{$1}++ while $text =~ /(\w+_)##/g;
		if ($file =~ /\.h$/ && $file !~ /^tests/) {
			$declared{$1} = $file while $text =~ /^(?!static|typedef|return)[a-z][\w \t*]*?[ *](\w+)\([^;{}]*\)[^;{}()]*(?:\(\(.*?\)\))?;/mg;
			s/^(?!static)[a-z][^;{}]*;//mg for $text; # what is left are inline functions and macros
		}
		$text =~ s/^(?!static)[a-z][^;{}\n]*?[ *](\w+)\([^;{}]*\)\n\{/$home{$1} = $file; "{"/emg;
		my %seen;
		$uses{$_}{$file}++ for grep { !$seen{$_}++ } $text =~ /\w+/g;
		END {
			my $prefix = join "|", keys %pasted;
			for my $name (sort keys %declared) {
				next if $prefix && $name =~ /^(?:$prefix)/;
				my @users = keys %{$uses{$name} || {}};
				print "$declared{$name}: $name is used in its own file only\n" unless grep { $_ ne ($home{$name} // "") } @users;
				print "$declared{$name}: $name is used by unit tests only\n" if @users && !grep { !m{^tests/(unit|tree)/} } @users;
			}
		}'
}

# What a header tells of a file, below `--- file.c`, is in that file.
elsewhere() {
	find core fs mount -name '*.[ch]' | sort | xargs perl -0777 -ne '
		s{/\*(?! --- ).*?\*/}{}gs;
		if ($ARGV =~ /\.c$/) { $home{$1}{$ARGV} = 1 while /^(?!static)[a-z][^;{}()=\n]*?[ *](\w+)\([^;{}]*\)\s*\{/mg }
		elsif (m{--- \S+\.c}) { $headers{$ARGV} = $_ }
		END {
			for my $header (sort keys %headers) {
				my @files;
				for (split m{(/\* --- .*?\*/|^[a-z][^;{}]*;)}ms, $headers{$header}) {
					if (m{^/\* ---}) { @files = /(\S+\.c)\b/g }
					elsif (@files && /^(?!static|extern|typedef)\w[^;{}()]*?[ *](\w+)\(|^\w+\s((?:\w+,\s*)*\w+);$/) {
						for my $name (grep { $home{$_} } defined $1 ? $1 : split /,\s*/, $2) {
							my $homes = join " ", sort keys %{$home{$name}};
							print "$header: $name is in $homes, not in @files\n" unless grep { $homes =~ m{(^|/)\Q$_\E( |$)} } @files;
						}
					}
				}
			}
		}'
}

# The Debian package is built with what the Makefile's first list names.
missing_build_depends() {
	sed -n 's/^PACKAGES *= *//p' Makefile | tr ' ' '\n' | grep -e '-dev$' | while read -r package; do
		grep -q "^Build-Depends:.* $package" packaging/debian/control ||
			echo "packaging/debian/control lacks $package"
	done
}

different_versions() {
	program=$(sed -n 's/.*VERSION\[\] = "\(.*\)";/\1/p' mount/options.c)
	head -n 1 packaging/debian/changelog | grep -qF "($program)" ||
		echo "packaging/debian/changelog does not begin with $program"
}

surplus() {
	ls | grep -vxE 'Makefile|README\.md|LICENSE|core|docs|examples|fs|mount|packaging|tests|build'
}

indented_by_blanks() {
	sources | xargs grep -Hn '^    [^ *]' | head -n 5
}

# Of a command behind ! bats sees no failure, but where it stands last.
unheeded() {
	grep -nE '^[[:space:]]*! [^-]' tests/*/*.bats | grep -v '||' | head -n 5
}

check 'core includes nothing of fs or mount' includes '(fs|mount)/' core
check 'fs includes nothing of mount' includes 'mount/' fs
check 'includes within core go one way' one_way
check 'fs and boot know any chain and no engine' any_chain
check 'fs/tree knows nothing of fs/files' only_tree
check 'files and mount know nothing of the inside of the tree' tree_inside
check 'only mount knows libfuse' includes 'fuse' core fs
check 'one file knows cJSON' only 'core/base/encoding/json\.c' 'cjson/|cJSON'
check 'one file knows libsecp256k1' only 'core/base/crypto/key\.c' 'secp256k1'
check 'one file knows libmicrohttpd' only 'core/server/http/http\.c' 'microhttpd'
check 'one file knows libcurl' only 'core/base/system/http_client\.c' 'curl/'
check 'only core/base/crypto and core/base/encoding know nettle' only \
	'core/base/(crypto|encoding)/[a-z0-9_]*\.[ch]' 'nettle/'
check 'includes are written from the root' relative_includes
check 'no file is above 600 lines' long_files
check 'no line is above 110 columns' wide_lines
check 'functions fit a screen' long_functions
check 'every file says first what it is' without_first_comment
check 'headers are guarded by their path' wrong_guards
check 'nothing is put off' put_off
check 'paths that README.md and docs/source.md name are there' missing_paths
check 'docs/source.md tells of every folder' untold_folders
check 'the Debian package is built with what building takes' missing_build_depends
check 'the Debian package has the version of the program' different_versions
check 'the top level holds what it should' surplus
check 'tabs indent' indented_by_blanks
check 'braces and empty lines of functions' braces
check 'spacing' spacing
check 'own header, ours, the system'\''s' include_order
check 'functions in headers have users' without_user
check 'what bats shall see fail is no bare !' unheeded
check 'functions stand below the file that has them' elsewhere
echo "1..$number"
exit $failed
