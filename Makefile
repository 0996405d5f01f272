# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds spile (which starts what follows), spile-translate (the translator, with the throw-away
# machine) and spilerun (the reader), left here at the top; everything else goes to build/. Sources are found by folder: a new
# file needs no line in here. The flags that objects were made with are kept in build/flags,
# so that a change of CC, PREFIX or CFLAGS rebuilds what it must and nothing else.
#
#   make V=1            shows the commands
#   make CC=clang       any compiler from gcc 4.8 on
#   make WERROR=1       warnings end the build, as `make check` has it

VERSION = 0.1
PREFIX = /usr/local
BUILD = build
PACKAGES = glib-2.0 libarchive
# Not linked with: translator/base/libarchive.c loads it when it is needed.
LATE_PACKAGES = libarchive
# What is used where it is there: each gives -DHAVE_NAME.
OPTIONAL_PACKAGES = libbpf libdw libelf

bin_dir = $(PREFIX)/bin
data_dir = $(PREFIX)/share/spile
libexec_dir = $(PREFIX)/libexec/spile
man_dir = $(PREFIX)/share/man/man1

CFLAGS = -O2 -g
PKG_CONFIG = pkg-config
INSTALL = install

# ---- flags ----

warnings = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wwrite-strings \
	$(if $(WERROR),-Werror)
defines = -DSPILE_VERSION='"$(VERSION)"' -DSPILE_DATA_DIR='"$(data_dir)"' \
	-DSPILE_LIBEXEC_DIR='"$(libexec_dir)"' -DSPILE_BIN_DIR='"$(bin_dir)"'
includes = -I. -Itranslator -Iinclude
found_packages := $(foreach package,$(OPTIONAL_PACKAGES),\
	$(shell $(PKG_CONFIG) --exists $(package) 2>/dev/null && echo $(package)))
package_flags := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) $(found_packages) 2>/dev/null) \
	$(foreach package,$(found_packages),-DHAVE_$(shell echo $(package) | tr a-z- A-Z_))
package_libraries := $(shell $(PKG_CONFIG) --libs $(filter-out $(LATE_PACKAGES),$(PACKAGES)) \
	$(found_packages) 2>/dev/null) -ldl
glib_flags = $(package_flags) -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_56 \
	-DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_56

compile = -std=gnu11 $(warnings) $(CPPFLAGS) $(CFLAGS) $(defines) $(includes)
sanitize = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-pthread
# Stripped as well: these programs travel. For a debugger there is build/asan/spilerun.
static = -static -s
# The checkout's own runtime and tapsets, for a program that does not lie at the top.
compile_asan = -std=gnu11 $(warnings) -Werror $(CPPFLAGS) $(sanitize) \
	-DSPILE_VERSION='"$(VERSION)"' -DSPILE_DATA_DIR='"$(CURDIR)"' \
	-DSPILE_LIBEXEC_DIR='"$(CURDIR)/$(BUILD)"' -DSPILE_BIN_DIR='"$(CURDIR)"' $(includes)
# The module's code in user space: as strict as the oldest kernel's compiler. The shim has the
# include guard of the kernel funnel header and so stands in for it.
compile_runtime = -std=gnu89 -Wall -Wdeclaration-after-statement -Wno-unused-function -Werror \
	$(sanitize) -Iinclude -Iruntime -I. -include tests/shim/kernel.h

# ---- sources ----

# What the launcher has in common with the translator is compiled with either.
launcher_sources = $(sort $(filter-out launcher/main.c,$(wildcard launcher/*.c)))
translator_sources = $(sort $(wildcard translator/*/*.c translator/*/*/*.c)) $(launcher_sources)
vm_sources = $(sort $(filter-out vm/agent%.c,$(wildcard vm/*.c)))
# The agent shares with spile the lines that connect them.
agent_sources = $(sort $(wildcard vm/agent*.c vm/channel.c vm/files_line.c))
reader_sources = $(sort $(filter-out reader/main.c,$(wildcard reader/*.c)))
unit_sources = $(sort $(wildcard tests/unit/test_*.c))
runtime_unit_sources = $(filter tests/unit/test_runtime_%,$(unit_sources))

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
asan_objects = $(patsubst %.c,$(BUILD)/asan/%.o,$(1))
unit_tests = $(patsubst tests/unit/%.c,$(BUILD)/asan/%,$(unit_sources))

libraries_under_test = $(BUILD)/asan/translator.a $(BUILD)/asan/reader.a

spile_objects = $(call objects,launcher/main.c $(launcher_sources))
translate_objects = $(call objects,translator/main.c $(translator_sources) $(vm_sources))
spilerun_objects = $(call objects,reader/main.c $(reader_sources))
agent_objects = $(call objects,$(agent_sources))
top_programs = spile spile-translate spilerun
programs = $(addprefix $(BUILD)/,$(top_programs) spile-agent)
asan_programs = $(addprefix $(BUILD)/asan/,$(top_programs))

ifeq ($(V),)
quiet = @echo "  $(1)	$(patsubst $(BUILD)/%,%,$@)";
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.PHONY: all programs help unit-libraries unit-tests asan check check-unit check-layers check-compat \
	check-docs check-errors check-differential check-fuzz check-cli check-golden check-examples \
	check-clean check-shell check-clang check-guest check-kernels golden \
	demo bench install uninstall clean FORCE

# ---- programs ----

all: $(top_programs) $(BUILD)/spile-agent	## build ./spile and ./spilerun (the default)

programs: $(programs)

$(top_programs): %: $(BUILD)/%
	@cp -f $< $@.new && mv -f $@.new $@

$(BUILD)/spile-translate: $(translate_objects)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(package_libraries) $(LDLIBS)

# It is there to be started at once.
$(BUILD)/spile: $(spile_objects)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $(static) -o $@ $^ $(LDLIBS)

# Both run where there is no more than a kernel.
$(BUILD)/spilerun: $(spilerun_objects)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $(static) -pthread -o $@ $^ $(LDLIBS)

$(BUILD)/spile-agent: $(agent_objects)
	$(call quiet,LINK)$(CC) $(CFLAGS) $(LDFLAGS) $(static) -o $@ $^ $(LDLIBS)

$(translate_objects): private compile += $(glib_flags)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(compile) -MMD -MP -c -o $@ $<

$(BUILD)/flags: export flags_now = $(CC) $(compile) $(glib_flags) $(LDFLAGS) $(static)
$(BUILD)/flags: FORCE
	@$(PKG_CONFIG) --exists $(PACKAGES) || \
		{ echo "make: $(PACKAGES) not found; run: tools/setup build" >&2; exit 1; }
	@mkdir -p $(@D)
	@printf '%s\n' "$$flags_now" | cmp -s - $@ || printf '%s\n' "$$flags_now" >$@

# ---- unit tests, and the programs as they are under the sanitizers ----

asan: $(asan_programs) $(call asan_objects,$(agent_sources))
unit-libraries: $(libraries_under_test)
unit-tests: $(unit_tests)

$(BUILD)/asan/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(compile_asan) $(glib_flags) -MMD -MP -c -o $@ $<

# Tests look into the rooms they test.
$(call asan_objects,$(unit_sources)): private compile_asan += -Ireader -Ivm

$(call asan_objects,$(runtime_unit_sources)): $(BUILD)/asan/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(compile_runtime) $(patsubst -I%,-isystem %,$(package_flags)) \
		-MMD -MP -c -o $@ $<

# Archives, so that a test is linked with what it uses and nothing else.
$(BUILD)/asan/translator.a: $(call asan_objects,$(translator_sources) $(vm_sources))
$(BUILD)/asan/reader.a: $(call asan_objects,$(reader_sources))
$(BUILD)/asan/%.a:
	@rm -f $@
	$(call quiet,AR)$(AR) rcs $@ $^

$(BUILD)/asan/test_%: $(BUILD)/asan/tests/unit/test_%.o $(libraries_under_test)
	$(call quiet,LINK)$(CC) $(sanitize) -pthread -o $@ $^ -lcmocka $(package_libraries)

# Tests of the runtime once more, under the sanitizer for threads.
$(BUILD)/tsan/%: private sanitize = -O1 -g -fsanitize=thread -fno-omit-frame-pointer -pthread
$(BUILD)/tsan/%: tests/unit/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(compile_runtime) -MMD -MP -o $@ $< -lcmocka

$(BUILD)/asan/spile: $(BUILD)/asan/launcher/main.o $(BUILD)/asan/translator.a
$(BUILD)/asan/spile-translate: $(BUILD)/asan/translator/main.o $(BUILD)/asan/translator.a
$(BUILD)/asan/spilerun: $(BUILD)/asan/reader/main.o $(BUILD)/asan/reader.a
$(asan_programs):
	$(call quiet,LINK)$(CC) $(sanitize) -o $@ $^ $(package_libraries)

# What tests/sites/run compares with gdb.
$(BUILD)/asan/sites: $(BUILD)/asan/tests/sites/sites.o $(BUILD)/asan/translator.a
	$(call quiet,LINK)$(CC) $(sanitize) -o $@ $^ $(package_libraries)

# The fuzzer's texts once more, without the fuzzer.
$(BUILD)/asan/fuzz_replay: $(patsubst %,$(BUILD)/asan/tests/fuzz/%.o,replay fuzz_script fuzz_world) \
		$(BUILD)/asan/translator.a
	$(call quiet,LINK)$(CC) $(sanitize) -o $@ $^ $(package_libraries)

# What tests/locations/run compares with gdb.
$(BUILD)/asan/locate: $(BUILD)/asan/tests/locations/locate.o $(BUILD)/asan/translator.a
	$(call quiet,LINK)$(CC) $(sanitize) -o $@ $^ $(package_libraries)

# ---- checks: tests/run builds what each part needs and counts a failed build as a failure ----

check:			## every check there is; ends with "N passed, N failed, N skipped"
	+@MAKE="$(MAKE)" tests/run
check-unit:		## unit tests, under the address and undefined-behaviour sanitizers
check-layers:		## no room includes one that it must not know
check-compat:		## the kernel side compiles as gnu89 against old and new kernels' interfaces
check-docs:		## functions, points, options and messages have their entries in docs/
check-errors:		## scripts with mistakes give exactly the expected messages
check-differential:	## scripts get the verdicts, types and points that stap gives them
check-fuzz:		## no text of the fuzzer's corpus makes a fault
check-cli:		## messages of the command line and about the host
check-golden:		## tree and C as they were when last reviewed
check-clean:		## a module without a warning by W=1, objtool and sparse
check-examples:		## the scripts of examples/ and of the documents compile
check-shell:		## shellcheck of our scripts
check-clang:		## builds with clang without a warning
check-guest:		## real kernels in the throw-away machine
check-unit check-layers check-compat check-docs check-errors check-differential check-fuzz check-cli \
check-golden check-examples check-clean check-shell check-clang check-guest: check-%:
	+@MAKE="$(MAKE)" tests/run $*

# No part of `make check`: it takes hours, and makes a root folder for each kernel.
check-kernels:		## examples and guest tests on each kernel of tests/kernels/list
	+@tests/kernels/run

golden: all		## write the golden files anew; review the difference as code
	@tests/run --rewrite golden

demo:			## trace file opens in a throw-away machine (HOST=1: on this host)
	@tools/setup demo
	@$(MAKE) --no-print-directory all
	@HOST="$(HOST)" tools/demo

bench: all		## what hits, arrays and scripts cost, against hand-written modules
	@bench/run

# ---- install ----

installed_folders = runtime module include tapsets examples
installed_files = $(sort Kbuild $(shell find $(wildcard $(installed_folders)) -type f \
	! -name '*.md' ! -name '.*' 2>/dev/null))
manual_pages = $(sort $(wildcard docs/man/*.1))

install: all		## to PREFIX (/usr/local), below DESTDIR if given
	$(INSTALL) -d $(DESTDIR)$(bin_dir) $(DESTDIR)$(libexec_dir) $(DESTDIR)$(data_dir) \
		$(DESTDIR)$(man_dir)
	$(INSTALL) -m 755 spile spilerun $(DESTDIR)$(bin_dir)
	$(INSTALL) -m 755 spile-translate $(BUILD)/spile-agent $(DESTDIR)$(libexec_dir)
	$(INSTALL) -m 644 $(manual_pages) $(DESTDIR)$(man_dir)
	@for file in $(installed_files); do \
		$(INSTALL) -D -m 644 $$file $(DESTDIR)$(data_dir)/$$file || exit 1; \
	done

uninstall:		## removes what install put there
	rm -f $(DESTDIR)$(bin_dir)/spile $(DESTDIR)$(bin_dir)/spilerun
	rm -f $(addprefix $(DESTDIR)$(man_dir)/,$(notdir $(manual_pages)))
	rm -rf $(DESTDIR)$(libexec_dir) $(DESTDIR)$(data_dir)

clean:			## removes what was built, nothing else
	rm -rf $(BUILD) $(top_programs)

help:			## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1	/p' Makefile | expand -t 16

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
