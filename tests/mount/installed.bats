# What `make install` installs: the program, manual pages and completions made of its own tables.

load common

setup_file() {
	INSTALLED=$(mktemp -d "$BATS_FILE_TMPDIR/XXXXXX")
	export INSTALLED
	make -s -C "$ROOT" install BUILD="$(dirname "$EOSIOFS")" DESTDIR="$INSTALLED" PREFIX=/usr
}

@test "every file is there, and make uninstall takes every one away" {
	for file in bin/eosiofs share/man/man1/eosiofs.1 share/man/man7/eosiofs-tree.7 \
		share/bash-completion/completions/eosiofs \
		share/zsh/site-functions/_eosiofs share/fish/vendor_completions.d/eosiofs.fish \
		lib/systemd/user/eosiofs.service; do
		[ -s "$INSTALLED/usr/$file" ]
	done
	cp -r "$INSTALLED" "$BATS_TEST_TMPDIR/copy"
	make -s -C "$ROOT" uninstall BUILD="$(dirname "$EOSIOFS")" DESTDIR="$BATS_TEST_TMPDIR/copy" PREFIX=/usr
	[ -z "$(find "$BATS_TEST_TMPDIR/copy" -type f)" ]
	[ ! -e "$BATS_TEST_TMPDIR/copy/usr/share/eosiofs" ]
}

@test "contracts of one's own are made with what is installed, in a folder of their own" {
	command -v clang >/dev/null && command -v wasm-ld >/dev/null || skip "clang or wasm-ld is not there"
	cp -r "$INSTALLED/usr/share/eosiofs/examples/contract" "$BATS_TEST_TMPDIR/mine"
	cd "$BATS_TEST_TMPDIR/mine"
	make -s EOSIOFS="$INSTALLED/usr/share/eosiofs"
	mv hello.wasm installed.wasm
	make -s EOSIOFS="$ROOT"
	cmp hello.wasm installed.wasm
	rm hello.wasm
	[ -e /usr/share/eosiofs ] || [ -e /usr/local/share/eosiofs ] || {
		run make
		[ "$status" != 0 ]
		[[ "$output" == *"\`make EOSIOFS=FOLDER\` says where eosiofs's sources are"* ]]
	}
}

@test "the manual pages hold every option and every file, and are good roff" {
	command -v man >/dev/null || skip "man is not there"
	cd "$INSTALLED/usr/share/man"
	[ -z "$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l man1/eosiofs.1 2>&1 >"$BATS_TEST_TMPDIR/1")" ]
	[ -z "$(LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l man7/eosiofs-tree.7 2>&1 >"$BATS_TEST_TMPDIR/7")" ]
	! grep -n '@[A-Z]*@' man1/eosiofs.1 man7/eosiofs-tree.7 || false
	"$EOSIOFS" --print-options | while IFS=$'\t' read -r option _; do
		grep -qF -- "$option" "$BATS_TEST_TMPDIR/1"
	done
	"$EOSIOFS" --print-tree | while IFS=$'\t' read -r path _; do
		grep -qF -- "$path" "$BATS_TEST_TMPDIR/7"
	done
}

# complete WORD…: what bash would offer for the last of the words.
complete_in_bash() {
	bash -c '
		. "$0"
		compopt() { :; }
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_eosiofs
		printf "%s\n" "${COMPREPLY[@]}"' "$INSTALLED/usr/share/bash-completion/completions/eosiofs" "$@"
}

@test "bash completes options, mount options and folders" {
	[ "$(complete_in_bash eosiofs --unm)" = --unmount ]
	[ "$(complete_in_bash eosiofs -o mem)" = memory ]
	[ "$(complete_in_bash eosiofs -o data = "$INSTALLED/usr/bi")" = "$INSTALLED/usr/bin" ]
	[ "$(complete_in_bash eosiofs "$INSTALLED/usr/sh")" = "$INSTALLED/usr/share" ]
}

@test "the completions of zsh and fish are good scripts" {
	command -v zsh >/dev/null && command -v fish >/dev/null || skip "zsh and fish are not there"
	zsh -n "$INSTALLED/usr/share/zsh/site-functions/_eosiofs"
	fish -n "$INSTALLED/usr/share/fish/vendor_completions.d/eosiofs.fish"
	[[ "$(fish \
		-c "source '$INSTALLED/usr/share/fish/vendor_completions.d/eosiofs.fish'; complete -C 'eosiofs --unm'")" == --unmount* ]]
}
