# eosiofs: `make run` installs, builds, mounts and shows the tutorial; `make test` installs, builds and
# tests (FULL=1: heavy tests too). See README.md.

MOUNT   ?= $(HOME)/eosio_test
CC      ?= cc
# 1: address and undefined behaviour; thread: data races.
SAN     ?=
BUILD   ?= build$(if $(SAN),/san$(if $(filter thread,$(SAN)),-thread))
FRESH   ?=
# 1: the heavy tests too, those of tests/full.
FULL    ?=

# As many jobs as there are processors, unless the command line says otherwise.
ifeq ($(MAKELEVEL),0)
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
endif

# Every Debian package that is needed, in one place: what building and running take (make run), what make
# test takes besides, and what the heavy tests of make test FULL=1 take besides that; and what make deb and
# make deb-test take.
PACKAGES      = gcc make pkg-config libfuse3-dev fuse3 libcjson-dev libsecp256k1-dev nettle-dev libgmp-dev zlib1g-dev libmicrohttpd-dev libcurl4-openssl-dev
TEST_PACKAGES = libcmocka-dev bats perl dash jq attr strace clang libclang-rt-14-dev curl lld
FULL_PACKAGES = zsh fish chromium fonts-dejavu-core less ripgrep tree zip unzip rsync vim nano emacs-nox mc busybox python3 nodejs \
                $(if $(shell command -v npm),,npm) wabt xvfb xdotool dbus libglib2.0-bin shared-mime-info adwaita-icon-theme thunar pcmanfm mousepad imagemagick
# and from npm, each of that version, without the packages that it depends on
NPM_PACKAGES  = @klevoya/hydra@1.3.0
# and the clients of tests/clients, with what they depend on
CLIENT_PACKAGES = @wharfkit/antelope@1.2.0 @wharfkit/session@1.7.0 @wharfkit/wallet-plugin-privatekey@1.1.0 @wharfkit/contract@1.2.1 \
                  eosjs@22.1.0 enf-eosjs@23.0.0 @greymass/eosio@0.7.0
# and a source package, for the WebAssembly specification's tests in it
SPEC_SOURCE   = binaryen=108-1
DEB_PACKAGES  = debhelper dpkg-dev lintian debootstrap

LIBRARIES = fuse3 libcjson libsecp256k1 hogweed nettle gmp zlib libmicrohttpd libcurl

CSTANDARD = -std=c11 -D_GNU_SOURCE -I.
WARNINGS  = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
SANITIZE  = $(if $(filter thread,$(SAN)),thread,address$(,)undefined)
# gcc's shared libraries of both at once hide log_path from the second
SAN_LIBRARIES = $(if $(findstring clang,$(CC))$(filter thread,$(SAN)),,-static-libasan -static-libubsan)
OPTIMIZE  = $(if $(SAN),-O1 -fsanitize=$(SANITIZE) $(SAN_LIBRARIES) -fno-sanitize-recover=all -fno-omit-frame-pointer,-O2)
CFLAGS   ?= -g $(OPTIMIZE)
, := ,
LIBRARY_FLAGS = $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null | sed 's/-I/-isystem /g')
ALL_CFLAGS = $(CSTANDARD) $(WARNINGS) $(CFLAGS) -fno-math-errno -ffp-contract=off -MMD -MP $(LIBRARY_FLAGS)
ALL_LIBS   = $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lm -lpthread

LAYER_SOURCES := $(shell find core fs -name '*.c' 2>/dev/null | sort)
MOUNT_SOURCES := $(shell find mount -name '*.c' 2>/dev/null | sort)
# What tests of a folder share is linked to all of them, below; what tests of several folders share
# (tests/*.c) to whom it serves.
RIGS           = $(BUILD)/tests/rigs.a
UNIT_SOURCES  := $(filter-out tests/tree/fixture.c tests/tree/rig.c,$(wildcard tests/unit/*.c tests/tree/*.c))

ABI_FILES     := $(wildcard core/contracts/*/*.abi)
CODE_FILES    := $(wildcard core/contracts/*/*.wasm)
REPLAY_SOURCES := $(wildcard tests/golden/*.c)

PAGE_FILES    := $(wildcard core/page/*.css core/page/*.js)
OBJECTS       = $(LAYER_SOURCES:%.c=$(BUILD)/%.o) $(ABI_FILES:%=$(BUILD)/%.o) $(CODE_FILES:%=$(BUILD)/%.o) $(PAGE_FILES:%=$(BUILD)/%.o)
MOUNT_OBJECTS = $(MOUNT_SOURCES:%.c=$(BUILD)/%.o)
REPLAY_OBJECTS = $(REPLAY_SOURCES:%.c=$(BUILD)/%.o)
UNIT_TESTS    = $(UNIT_SOURCES:%.c=$(BUILD)/%)
BENCH_SOURCES := $(wildcard tests/bench/*.c)
INSTALLED      = $(BUILD)/packages/run
TEST_INSTALLED = $(BUILD)/packages/test
FULL_INSTALLED = $(BUILD)/packages/full
DEB_INSTALLED  = $(BUILD)/packages/deb
NPM_INSTALLED  = $(BUILD)/packages/npm
CLIENTS_INSTALLED = $(BUILD)/packages/clients
SPEC_INSTALLED = $(BUILD)/packages/spec

# V=1 shows the commands themselves.
Q = $(if $(V),,@)
SAY = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

.PHONY: all tests programs run stop test bench crash clean readme pictures
.DELETE_ON_ERROR:

all: $(BUILD)/eosiofs
tests: $(UNIT_TESTS) $(BUILD)/replay

# --- packages: a stamp is older than what it stands for only when the lists in this file changed ---

# A stamp comes after the one that it needs, so that apt-get never runs twice at a time.
$(INSTALLED): WANTED = $(PACKAGES)
$(TEST_INSTALLED): WANTED = $(TEST_PACKAGES)
$(TEST_INSTALLED): $(INSTALLED)
$(FULL_INSTALLED): WANTED = $(FULL_PACKAGES)
$(FULL_INSTALLED): $(TEST_INSTALLED)
$(DEB_INSTALLED): WANTED = $(DEB_PACKAGES)
$(DEB_INSTALLED): $(INSTALLED)

$(INSTALLED) $(TEST_INSTALLED) $(FULL_INSTALLED) $(DEB_INSTALLED): Makefile
	@mkdir -p $(@D)
	@if ! command -v dpkg-query >/dev/null; then \
		echo "not Debian: these packages, or what corresponds to them, are taken to be there: $(WANTED)"; \
	else \
		missing=; \
		for package in $(WANTED); do \
			dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
		done; \
		if [ -n "$$missing" ]; then \
			echo "installing$$missing"; \
			root=; [ "$$(id -u)" = 0 ] || root=sudo; \
			$$root apt-get update -qq && \
			DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -qq --no-install-recommends $$missing >$@.log || exit 1; \
		fi; \
	fi
	@touch $@

# build/npm/NAME-VERSION/ is what npm has under that name. Where npm or its registry is not at hand, tests
# that want it are skipped.
$(NPM_INSTALLED): Makefile | $(FULL_INSTALLED)
	@rm -rf $(BUILD)/npm && mkdir -p $(BUILD)/npm
	@for package in $(NPM_PACKAGES); do \
		tarball=$$(cd $(BUILD)/npm && npm pack --silent $$package) || { echo "npm has no $$package for us"; continue; }; \
		mkdir $(BUILD)/npm/$${tarball%.tgz} && tar -xzf $(BUILD)/npm/$$tarball -C $(BUILD)/npm/$${tarball%.tgz} --strip-components 1; \
	done
	@touch $@

# build/clients/node_modules are those packages; likewise. None of their install scripts is run.
$(CLIENTS_INSTALLED): Makefile | $(FULL_INSTALLED)
	@rm -rf $(BUILD)/clients && mkdir -p $(BUILD)/clients
	@echo '{"private": true}' >$(BUILD)/clients/package.json
	@npm install --prefix $(BUILD)/clients --silent --ignore-scripts --no-audit --no-fund $(CLIENT_PACKAGES) >$@.log 2>&1 || \
		{ echo "npm has no clients for us: $@.log says why"; rm -rf $(BUILD)/clients/node_modules; }
	@touch $@

# build/spec/ is the WebAssembly specification's test suite, from a source package that has it; likewise.
$(SPEC_INSTALLED): Makefile | $(FULL_INSTALLED)
	@rm -rf $(BUILD)/spec && mkdir -p $(BUILD)/spec/lists/partial $(BUILD)/spec/parts
	@cd $(BUILD)/spec && { \
		for file in /etc/apt/sources.list.d/*.sources; do sed 's/^Types:.*/Types: deb-src/' "$$file" >parts/$${file##*/}; done; \
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list | sed -n 's/^deb /deb-src /p' >sources; \
		get="apt-get -qq -o Dir::Etc::sourcelist=$$PWD/sources -o Dir::Etc::sourceparts=$$PWD/parts -o Dir::State::lists=$$PWD/lists -o APT::Sandbox::User=root"; \
		$$get update && $$get source --download-only $(SPEC_SOURCE) && \
		tar -xzf binaryen_*.orig.tar.gz --strip-components=3 --wildcards '*/test/spec/*.wast' && rm -rf lists parts; \
	} >$(abspath $@).log 2>&1 || echo "apt-get has no source of $(SPEC_SOURCE) for us ($@.log)"
	@touch $@

$(BUILD)/%.o: %.c Makefile | $(INSTALLED)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# An .abi file becomes data under its name: eosio.token.abi is abi_eosio_token and abi_eosio_token_length
# (core/contracts/abis.h).
$(BUILD)/%.abi.o: %.abi core/contracts/embed.S Makefile | $(INSTALLED)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) -c -DFILE='"$<"' -DSYMBOL=abi_$(subst .,_,$(basename $(notdir $<))) -o $@ core/contracts/embed.S

# The page's style sheets and script, likewise: page.css is page_css and page_css_length.
$(BUILD)/core/page/%.o: core/page/% core/contracts/embed.S Makefile | $(INSTALLED)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) -c -DFILE='"$<"' -DSYMBOL=$(subst .,_,$*) -o $@ core/contracts/embed.S

# A contract's code is data too, with its hash: eosio.token.wasm is code_eosio_token
# (core/contracts/bundle.h).
$(BUILD)/%.wasm.o: %.wasm core/contracts/embed_code.S Makefile | $(INSTALLED)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) -c -DFILE='"$<"' -DSYMBOL=code_$(subst -,_,$(subst .,_,$(basename $(notdir $<)))) \
		-DHASH=$$(sha256sum $< | sed 's/ .*//; s/../,0x&/g; s/^,//') -o $@ core/contracts/embed_code.S

# `make contracts` compiles them to WebAssembly, into their folders: the modules are committed, so that
# every build ships the same bytes, which this compiler makes of these sources on any machine. A hash that
# was shipped then moves into the table of twins (core/contracts/bundle.c).
CONTRACTS     = eosio.bios eosio.boot eosio.msig eosio.system eosio.system.fast-refund eosio.token eosio.wrap
CONTRACTS_TO ?= core/contracts
CONTRACT_CC   = clang-14
CONTRACT_FLAGS = --target=wasm32 -mcpu=mvp -ffreestanding -nostdlib -Os -flto -std=c11 -I. -ffp-contract=off $(WARNINGS) \
                 -Wl,--no-entry,--allow-undefined,--gc-sections,--strip-all,--export=apply,-z,stack-size=8192,--stack-first
.PHONY: contracts
contracts:
	@for contract in $(CONTRACTS); do \
		folder=$${contract%.fast-refund}; \
		mkdir -p $(CONTRACTS_TO)/$$folder; \
		$(CONTRACT_CC) $(CONTRACT_FLAGS) -D$$(echo $$contract | tr .- __)_apply=apply \
			-o $(CONTRACTS_TO)/$$folder/$$contract.wasm core/contracts/$$folder/*.c core/contracts/library/*.c && \
		chmod 644 $(CONTRACTS_TO)/$$folder/$$contract.wasm || exit 1; \
	done

$(BUILD)/libeosiofs.a: $(OBJECTS)
	@rm -f $@
	@$(SAY) "  $@"
	$(Q)ar rcs $@ $(OBJECTS)

$(BUILD)/eosiofs: $(MOUNT_OBJECTS) $(BUILD)/libeosiofs.a
	@$(SAY) "  $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $(MOUNT_OBJECTS) $(BUILD)/libeosiofs.a $(ALL_LIBS)

$(BUILD)/replay: $(REPLAY_OBJECTS) $(BUILD)/libeosiofs.a
	@$(SAY) "  $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $(REPLAY_OBJECTS) $(BUILD)/libeosiofs.a $(ALL_LIBS)

$(BUILD)/tests/%: tests/%.c $(BUILD)/libeosiofs.a Makefile | $(TEST_INSTALLED)
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $< $(filter %.o $(RIGS),$^) $(BUILD)/libeosiofs.a -lcmocka $(ALL_LIBS)

$(filter $(BUILD)/tests/tree/%,$(UNIT_TESTS)): $(BUILD)/tests/tree/fixture.o $(BUILD)/tests/tree/rig.o
$(filter $(BUILD)/tests/unit/%,$(UNIT_TESTS)) $(BENCH_SOURCES:%.c=$(BUILD)/%) $(BUILD)/tests/spec/spec: $(RIGS)
$(BENCH_SOURCES:%.c=$(BUILD)/%): $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/rig/*.c))
$(RIGS): $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/*.c))
	@rm -f $@
	$(Q)ar rcs $@ $^

# A function of ours that a test stands in for: __wrap_NAME is called in its place, __real_NAME is it.
$(BUILD)/tests/unit/embedded_power: ALL_LIBS += -Wl,--wrap=fsync,--wrap=fdatasync
$(BUILD)/tests/unit/embedded_crash: ALL_LIBS += -Wl,--wrap=branch_push

# --- using it ---

run: all
	@EOSIOFS='$(abspath $(BUILD))/eosiofs' FRESH='$(FRESH)' sh examples/start.sh '$(MOUNT)'

stop: all
	@$(BUILD)/eosiofs --unmount '$(MOUNT)' && echo "unmounted $(MOUNT)"

# The list of files in docs/tree.md is the table's.
readme: all
	@$(BUILD)/eosiofs --print-tree | awk -f packaging/tree.md.awk >$(BUILD)/tree.md
	@sed -i -e '/<!-- tree -->/,/<!-- end of tree -->/{/<!-- tree -->/{p;r $(BUILD)/tree.md' -e '};/<!-- end of tree -->/!d}' docs/tree.md

# The pictures of README.md.
pictures: all $(FULL_INSTALLED)
	@EOSIOFS='$(abspath $(BUILD))/eosiofs' packaging/pictures.sh

# --- tests: every file below tests/ is one, run by prove; tests/tap.sh knows how each kind is run ---

# What takes longer, or packages of its own, lies in tests/full and runs with FULL=1, which the other tests
# see as well. tests/attached runs tests of mounts again, on a mount attached over HTTP; these take less
# time.
AGAIN_OVER_HTTP = $(addprefix tests/attached/,boot.bats compare.bats editors.bats)
HEAVY_TESTS = $(sort $(wildcard tests/full/*.t tests/full/*.bats) $(filter-out $(AGAIN_OVER_HTTP),$(wildcard tests/attached/*.bats)))
TESTS = $(UNIT_TESTS) $(filter-out tests/full/%,$(sort $(wildcard tests/*/*.t))) $(sort $(wildcard tests/mount/*.bats tests/clients/*.bats $(AGAIN_OVER_HTTP))) \
        $(if $(FULL),$(HEAVY_TESTS))
TEST_ENVIRONMENT = BUILD='$(abspath $(BUILD))' EOSIOFS='$(abspath $(BUILD))/eosiofs' CC='$(CC)' FULL='$(FULL)' $(SANITIZER_ENVIRONMENT)
# A mount in the background has no stderr: what a sanitizer finds is written to files, which `make test`
# looks for.
REPORTS = $(abspath $(BUILD))/sanitizer
SANITIZER_ENVIRONMENT = $(if $(SAN),ASAN_OPTIONS=detect_leaks=1:log_path=$(REPORTS) UBSAN_OPTIONS=print_stacktrace=1:log_path=$(REPORTS))
PROVE = $(TEST_ENVIRONMENT) prove --exec 'sh tests/tap.sh' --timer --jobs $(shell nproc 2>/dev/null || echo 1)

CRASH = $(BUILD)/tests/crash/crash
SPEC  = $(BUILD)/tests/spec/spec

programs: all tests $(BENCH_SOURCES:%.c=$(BUILD)/%) $(CRASH) $(SPEC)

test: programs $(TEST_INSTALLED) $(if $(FULL),$(FULL_INSTALLED) $(NPM_INSTALLED) $(CLIENTS_INSTALLED) $(SPEC_INSTALLED))
	@rm -rf $(REPORTS).* $(BUILD)/failed
	@$(PROVE) $(TESTS) || { \
		cd $(BUILD)/failed && for test in *; do echo "--- $$test"; grep -av '^ok ' "$$test"; done; \
		exit 1; \
	}
	@! cat $(REPORTS).* 2>/dev/null

# 200 random kills under load; CRASH_SEED repeats a run, CRASH_ROUNDS makes it shorter or longer.
CRASH_ROUNDS ?= 200
crash: all $(CRASH)
	@$(CRASH) $(abspath $(BUILD))/eosiofs examples/tutorial.sh tests/crash/network.sh $(CRASH_ROUNDS) $(CRASH_SEED)

bench: programs
	@$(TEST_ENVIRONMENT) sh tests/bench/bench.sh

clean:
	rm -rf build

# `make fuzz` runs each target of tests/fuzz for FUZZ_SECONDS; what it finds anew stays in build/fuzz, the
# seeds are tests/fuzz/corpus.
FUZZ_SECONDS ?= 10
FUZZ_TARGETS  = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_FLAGS    = -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

.PHONY: fuzz fuzz-targets $(FUZZ_TARGETS:%=fuzz-%)
fuzz: $(FUZZ_TARGETS:%=fuzz-%)
fuzz-targets: | $(TEST_INSTALLED)
	@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang CFLAGS='$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link' \
		$(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/%)
$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: fuzz-targets
	@mkdir -p build/fuzz/corpus/$* tests/fuzz/corpus/$*
	@build/fuzz/tests/fuzz/$* -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=build/fuzz/$*- \
		build/fuzz/corpus/$* tests/fuzz/corpus/$* >build/fuzz/$*.log 2>&1 || { tail -40 build/fuzz/$*.log; exit 1; }
	@echo "fuzz $*: $$(grep -a '^Done' build/fuzz/$*.log)"
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/libeosiofs.a $(RIGS) Makefile
	@mkdir -p $(@D)
	@$(SAY) "  $@"
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $< $(RIGS) $(BUILD)/libeosiofs.a -lcmocka $(ALL_LIBS)

include packaging/packaging.mk

-include $(shell find $(BUILD) -path $(BUILD)/deb -prune -o -type f -name '*.d' -print 2>/dev/null)
