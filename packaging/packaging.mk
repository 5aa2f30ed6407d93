# What is installed besides the program, and the Debian package. Included by the Makefile.
#   make install [PREFIX=/usr/local] [DESTDIR=]    make deb    make deb-test

PREFIX  ?= /usr/local
DESTDIR ?=
VERSION  = $(shell sed -n 's/.*VERSION\[\] = "\(.*\)";/\1/p' mount/options.c)

PAGES = $(BUILD)/packaging/eosiofs.1 $(BUILD)/packaging/eosiofs-tree.7 \
        $(BUILD)/packaging/eosiofs.bash $(BUILD)/packaging/eosiofs.zsh $(BUILD)/packaging/eosiofs.fish

.PHONY: pages install uninstall deb deb-test
pages: $(PAGES)

$(BUILD)/packaging/eosiofs.1: packaging/eosiofs.1.in packaging/roff.awk $(BUILD)/eosiofs
	@mkdir -p $(@D)
	@$(BUILD)/eosiofs --print-options | awk -v what=options -f packaging/roff.awk >$@.part
	@sed -e 's/@VERSION@/$(VERSION)/' -e '/^@OPTIONS@$$/{r $@.part' -e 'd}' $< >$@
	@rm $@.part

$(BUILD)/packaging/eosiofs-tree.7: packaging/eosiofs-tree.7.in packaging/roff.awk $(BUILD)/eosiofs
	@mkdir -p $(@D)
	@$(BUILD)/eosiofs --print-tree | awk -v what=tree -f packaging/roff.awk >$@.part
	@sed -e 's/@VERSION@/$(VERSION)/' -e '/^@TREE@$$/{r $@.part' -e 'd}' $< >$@
	@rm $@.part

$(BUILD)/packaging/eosiofs.bash $(BUILD)/packaging/eosiofs.zsh $(BUILD)/packaging/eosiofs.fish: packaging/completion.awk $(BUILD)/eosiofs
	@mkdir -p $(@D)
	@$(BUILD)/eosiofs --print-options | awk -v shell=$(subst .,,$(suffix $@)) -f packaging/completion.awk >$@

SHARE = $(DESTDIR)$(PREFIX)/share
# What contracts of one's own are compiled with (docs/contract.md), as it lies here.
CONTRACT_FOLDERS = core/contracts/library examples/contract docs
CONTRACT_FILES   = $(addprefix core/contracts/,intrinsics.h intrinsics.def prototypes.def) \
                   $(wildcard core/contracts/library/*) $(wildcard examples/contract/*.[ch] examples/contract/*.abi) \
                   examples/contract/Makefile docs/contract.md
INSTALLED_FILES = $(DESTDIR)$(PREFIX)/bin/eosiofs $(SHARE)/man/man1/eosiofs.1 $(SHARE)/man/man7/eosiofs-tree.7 \
                  $(SHARE)/bash-completion/completions/eosiofs $(SHARE)/zsh/site-functions/_eosiofs \
                  $(SHARE)/fish/vendor_completions.d/eosiofs.fish $(DESTDIR)$(PREFIX)/lib/systemd/user/eosiofs.service \
                  $(CONTRACT_FILES:%=$(SHARE)/eosiofs/%)

install: all pages
	install -D -m 755 $(BUILD)/eosiofs $(DESTDIR)$(PREFIX)/bin/eosiofs
	install -D -m 644 $(BUILD)/packaging/eosiofs.1 $(SHARE)/man/man1/eosiofs.1
	install -D -m 644 $(BUILD)/packaging/eosiofs-tree.7 $(SHARE)/man/man7/eosiofs-tree.7
	install -D -m 644 $(BUILD)/packaging/eosiofs.bash $(SHARE)/bash-completion/completions/eosiofs
	install -D -m 644 $(BUILD)/packaging/eosiofs.zsh $(SHARE)/zsh/site-functions/_eosiofs
	install -D -m 644 $(BUILD)/packaging/eosiofs.fish $(SHARE)/fish/vendor_completions.d/eosiofs.fish
	install -D -m 644 packaging/eosiofs.service $(DESTDIR)$(PREFIX)/lib/systemd/user/eosiofs.service
	for file in $(CONTRACT_FILES); do install -D -m 644 $$file $(SHARE)/eosiofs/$$file || exit 1; done

uninstall:
	rm -f $(INSTALLED_FILES)
	cd $(SHARE)/eosiofs 2>/dev/null && rmdir -p --ignore-fail-on-non-empty $(CONTRACT_FOLDERS) || :
	rmdir --ignore-fail-on-non-empty $(SHARE)/eosiofs 2>/dev/null || :

# The package is built from what is committed, in a folder of its own.
DEB = $(BUILD)/deb
deb: $(DEB_INSTALLED)
	@rm -rf $(DEB)
	@mkdir -p $(DEB)/eosiofs
	@git archive HEAD | tar -x -C $(DEB)/eosiofs
	@mv $(DEB)/eosiofs/packaging/debian $(DEB)/eosiofs/debian
	@cd $(DEB)/eosiofs && dpkg-buildpackage --unsigned-source --unsigned-changes --build=binary
	@lintian --fail-on error,warning $(DEB)/*.changes
	@ls $(DEB)/*.deb

# Installs the package in a Debian 12 of its own, mounts there, boots and unmounts; needs root.
deb-test: deb
	@sh packaging/deb-test.sh $(DEB)/eosiofs_*.deb
