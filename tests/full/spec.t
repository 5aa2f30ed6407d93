#!/bin/sh
# The WebAssembly specification's own test suite, the part of 1.0, as Debian's source package of binaryen
# has it; wabt's wast2json makes modules of it. What nodeos does otherwise is listed in tests/spec/spec.c,
# each with its rule.
build=${BUILD:-$(dirname "$0")/../../build}
suite=$build/spec
scripts='address align binary binary-leb128 block br br_if br_table break-drop call call_indirect comments const conversions custom data endianness
exports f32 f32_bitwise f32_cmp f64 f64_bitwise f64_cmp fac float_exprs float_literals float_memory float_misc forward func func_ptrs get_local globals i32
i64 if imports inline-module int_exprs int_literals labels left-to-right load local_get local_set local_tee loop memory memory_grow memory_redundancy
memory_size memory_trap nop old_address old_exports old_globals old_import old_int_literals old_start resizing return select set_local
skip-stack-guard-page stack start store store_retval switch tee_local token traps type unreachable unreached-invalid unwind utf8-custom-section-id
utf8-import-field utf8-import-module utf8-invalid-encoding'
if ! command -v wast2json >/dev/null || ! [ -f "$suite/block.wast" ]; then
	echo "1..0 # SKIP the suite (Debian's source package binaryen, in $suite) or wast2json (Debian's wabt) is not here"
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for script in $scripts; do
	# what came after 1.0 stands in lines of its own; assertions of NaNs are in wast2json's newer form
	sed -E -e '/extend(8|16|32)_s|trunc_sat/d' \
		-e 's/assert_return_(canonical|arithmetic)_nan \(invoke "((f32|f64)[^"]*)"(.*)\)$/assert_return (invoke "\2"\4 (\3.const nan:\1))/' \
		-e 's/assert_return_(canonical|arithmetic)_nan (\(invoke "[^"]*" \((f32|f64)\.const .*\))\)$/assert_return \2 (\3.const nan:\1))/' \
		"$suite/$script.wast" >"$work/$script.wast"
	wast2json "$work/$script.wast" -o "$work/$script.json" || exit 1
	set -- "$@" "$work/$script.json"
done
"$build/tests/spec/spec" "$@"
