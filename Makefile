# eosiofs: `make run` installs, builds, mounts and shows the tutorial; `make test` installs, builds and tests. See README.md.

MOUNT   ?= $(HOME)/eosio_test
CC      ?= cc
SAN     ?=
BUILD   ?= $(if $(SAN),build/san,build)

# Every Debian package that building and testing need, in one place.
PACKAGES = gcc make pkg-config libfuse3-dev fuse3 libcurl4-openssl-dev libcjson-dev libsecp256k1-dev nettle-dev \
           libmicrohttpd-dev zlib1g-dev libcmocka-dev bats perl dash jq attr procps

LIBRARIES = fuse3 libcjson libsecp256k1 nettle zlib

CSTANDARD = -std=c11 -D_GNU_SOURCE -I.
WARNINGS  = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
OPTIMIZE  = $(if $(SAN),-O1 -fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,-O2)
CFLAGS   ?= -g $(OPTIMIZE)
, := ,
LIBRARY_FLAGS = $(shell pkg-config --cflags $(LIBRARIES) 2>/dev/null | sed 's/-I/-isystem /g')
ALL_CFLAGS = $(CSTANDARD) $(WARNINGS) $(CFLAGS) -fno-math-errno -ffp-contract=off -MMD -MP $(LIBRARY_FLAGS)
ALL_LIBS   = $(shell pkg-config --libs $(LIBRARIES) 2>/dev/null) -lm -lpthread

LAYER_SOURCES := $(shell find core fs -name '*.c' 2>/dev/null | sort)
MOUNT_SOURCES := $(wildcard mount/*.c)
UNIT_SOURCES  := $(wildcard tests/unit/*.c tests/tree/*.c)

ABI_FILES     := $(wildcard core/contracts/*/*.abi)
REPLAY_SOURCES := $(wildcard tests/golden/*.c)

OBJECTS       = $(LAYER_SOURCES:%.c=$(BUILD)/%.o) $(ABI_FILES:%=$(BUILD)/%.o)
MOUNT_OBJECTS = $(MOUNT_SOURCES:%.c=$(BUILD)/%.o)
REPLAY_OBJECTS = $(REPLAY_SOURCES:%.c=$(BUILD)/%.o)
UNIT_TESTS    = $(UNIT_SOURCES:%.c=$(BUILD)/%)

.PHONY: all library tests
all: $(if $(MOUNT_SOURCES),$(BUILD)/eosiofs)
library: $(BUILD)/libeosiofs.a
tests: $(UNIT_TESTS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# An .abi file becomes data under its name: eosio.token.abi is abi_eosio_token and abi_eosio_token_length (core/contracts/abis.h).
$(BUILD)/%.abi.o: %.abi core/contracts/embed.S Makefile
	@mkdir -p $(@D)
	$(CC) -c -DFILE='"$<"' -DSYMBOL=abi_$(subst .,_,$(basename $(notdir $<))) -o $@ core/contracts/embed.S

$(BUILD)/libeosiofs.a: $(OBJECTS)
	@rm -f $@
	ar rcs $@ $(OBJECTS)

$(BUILD)/eosiofs: $(MOUNT_OBJECTS) $(BUILD)/libeosiofs.a
	$(CC) $(CFLAGS) -o $@ $(MOUNT_OBJECTS) $(BUILD)/libeosiofs.a $(ALL_LIBS)

$(BUILD)/replay: $(REPLAY_OBJECTS) $(BUILD)/libeosiofs.a
	$(CC) $(CFLAGS) -o $@ $(REPLAY_OBJECTS) $(BUILD)/libeosiofs.a $(ALL_LIBS)

$(BUILD)/tests/%: tests/%.c $(BUILD)/libeosiofs.a Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(BUILD)/libeosiofs.a -lcmocka $(ALL_LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
