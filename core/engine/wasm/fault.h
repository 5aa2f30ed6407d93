/* Why a module is refused: one list of reasons with the words of nodeos's two validators (wasm.md W.4). */
#ifndef EOSIOFS_CORE_ENGINE_WASM_FAULT_H
#define EOSIOFS_CORE_ENGINE_WASM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* REASON(name, words under WASM_CONFIGURABLE, words under WASM_LEGACY). %u stands for what was found, a
 * second one for what that is above the limit. Where one validator does not know the reason, its words are
 * those of what it would meet first. */
#define WASM_FAULTS(REASON)                                                                                  \
	REASON(END_IN_NUMBER, "pointer out of bounds", "expected data but found end of stream")                  \
	REASON(END_IN_BYTE, "overbounding pointer", "expected data but found end of stream")                     \
	REASON(END_IN_PEEK, "accessing out of bounds", "expected data but found end of stream")                  \
	REASON(END_IN_SPAN, "guarded ptr out of bounds", "expected data but found end of stream")                \
	REASON(SURPLUS, "guarded_ptr not advanced", "section contained more data than expected")                 \
	REASON(LEB_TOO_LONG, "incorrect leb128 encoding",                                                        \
	       "Invalid unsigned LEB encoding: unused bits in final byte must be 0")                             \
	REASON(                                                                                                  \
		LEB_SIGNED_TOO_LONG, "incorrect leb128 encoding",                                                    \
		"Invalid signed LEB encoding: unused bits in final byte must match the most-significant used bit")   \
	REASON(LEB_UNSIGNED_BITS, "unused bits of unsigned leb128 must be 0",                                    \
	       "Invalid unsigned LEB encoding: unused bits in final byte must be 0")                             \
	REASON(                                                                                                  \
		LEB_SIGNED_BITS, "unused bits of signed leb128 must be the same as the sign bit",                    \
		"Invalid signed LEB encoding: unused bits in final byte must match the most-significant used bit")   \
	REASON(UTF8, "invalid utf8 encoding", "invalid UTF-8 encoding")                                          \
	REASON(NAME_LENGTH, "name too long",                                                                     \
	       "Trying to deserialize string of size : %u, which is over by %u bytes")                           \
	REASON(MODULE_LENGTH, "Code too large", "Code too large")                                                \
	REASON(MAGIC, "magic number did not match", "magic number: loaded %u but was expecting 1836278016")      \
	REASON(VERSION, "version number did not match", "version: loaded %u but was expecting 1")                \
	REASON(SECTION_ORDER, "section out of order", "incorrect order for known section")                       \
	REASON(SECTION_ID, "error invalid section id", "unknown section ID")                                     \
	REASON(CUSTOM_LENGTH, "custom section too long", "Trying to deserialize bytes of size : %u")             \
	REASON(ELEMENTS, "number of section elements exceeded limit",                                            \
	       "Trying to deserialize array of size : %u, which is over by %u bytes")                            \
	REASON(IMPORTS, "number of section elements exceeded limit", "Too many function imports")                \
	REASON(DEFINITIONS, "number of section elements exceeded limit", "Too many function defs")               \
	REASON(TABLES, "number of section elements exceeded limit", "too many tables: module.tables.size()>1")   \
	REASON(MEMORIES, "number of section elements exceeded limit",                                            \
	       "too many memories: module.memories.size()>1")                                                    \
	REASON(TYPE_FORM, "invalid function type", "function type tag: loaded %u but was expecting 96")          \
	REASON(TYPE_PARAMETER, "invalid function param type", "invalid value type (%u)")                         \
	REASON(TYPE_RESULTS, "invalid function return count",                                                    \
	       "Invalid unsigned LEB encoding: unused bits in final byte must be 0")                             \
	REASON(TYPE_RESULT, "invalid function return type", "invalid return type (%u)")                          \
	REASON(IMPORT_TYPE, "Invalid function type", "invalid import function type index")                       \
	REASON(IMPORT_KIND, "only function imports are supported", "invalid ObjectKind")                         \
	REASON(IMPORT_MUTABLE, "only function imports are supported",                                            \
	       "mutable globals cannot be imported: globalImport.type.isMutable")                                \
	REASON(TABLE_TYPE, "table must have type anyfunc", "invalid table element type (%u)")                    \
	REASON(LIMIT_FLAGS, "invalid flags", "invalid flags")                                                    \
	REASON(TABLE_SIZE, "table size exceeds limit", "table size exceeds limit")                               \
	REASON(TABLE_MAXIMUM, "table max size less than min size", "disjoint size bounds: size.min>max")         \
	REASON(MEMORY_INITIAL, "initial memory out of range", "maximum size exceeds limit: max>maxMax")          \
	REASON(MEMORY_BOUNDS, "maximum must be at least minimum", "disjoint size bounds: size.min>max")          \
	REASON(MEMORY_MAXIMUM, "maximum memory out of range", "maximum size exceeds limit: max>maxMax")          \
	REASON(GLOBAL_TYPE, "invalid global content type", "invalid value type (%u)")                            \
	REASON(GLOBAL_BYTES, "mutable globals exceeded limit", "mutable globals exceeded limit")                 \
	REASON(INITIALIZER_I32, "expected i32 initializer", "type mismatch: expected in %s")                     \
	REASON(INITIALIZER_I64, "expected i64 initializer", "type mismatch: expected in %s")                     \
	REASON(INITIALIZER_F32, "expected f32 initializer", "type mismatch: expected in %s")                     \
	REASON(INITIALIZER_F64, "expected f64 initializer", "type mismatch: expected in %s")                     \
	REASON(INITIALIZER_OPCODE,                                                                               \
	       "initializer expression can only acception i32.const, i64.const, f32.const and f64.const",        \
	       "invalid initializer expression opcode")                                                          \
	REASON(INITIALIZER_GLOBAL,                                                                               \
	       "initializer expression can only acception i32.const, i64.const, f32.const and f64.const",        \
	       "global variable initializer expression may only access imported globals")                        \
	REASON(INITIALIZER_END, "no end op found", "expected end opcode: loaded %u but was expecting 11")        \
	REASON(EXPORT_FUNCTION, "function export out of range",                                                  \
	       "invalid index: exportIt.index>=module.functions.size()")                                         \
	REASON(EXPORT_TABLE, "table export out of range", "invalid index: exportIt.index>=module.tables.size()") \
	REASON(EXPORT_MEMORY, "memory export out of range",                                                      \
	       "invalid index: exportIt.index>=module.memories.size()")                                          \
	REASON(EXPORT_GLOBAL, "global export out of range", "invalid index: globalIndex>=module.globals.size()") \
	REASON(EXPORT_MUTABLE, "cannot export mutable global",                                                   \
	       "global variable initializer expression may only access immutable globals")                       \
	REASON(EXPORT_KIND, "Unknown export kind", "unknown export kind")                                        \
	REASON(EXPORT_TWICE, "duplicate export name", "duplicate export: exportNameMap.count(exportIt.name)")    \
	REASON(START_INDEX, "vector read out of bounds",                                                         \
	       "invalid index: module.startFunctionIndex>=module.functions.size()")                              \
	REASON(                                                                                                  \
		START_TYPE, "wrong type for start",                                                                  \
		"start function must not have any parameters or results: startFunctionType != FunctionType::get()")  \
	REASON(ELEMENT_NO_TABLE, "table not declared",                                                           \
	       "invalid index: tableSegment.tableIndex>=module.tables.size()")                                   \
	REASON(ELEMENT_TABLE, "only table index of 0 is supported",                                              \
	       "invalid index: tableSegment.tableIndex>=module.tables.size()")                                   \
	REASON(ELEMENT_FUNCTION, "elem for undefined function",                                                  \
	       "invalid index: functionIndex>=module.functions.size()")                                          \
	REASON(DATA_NO_MEMORY, "data requires memory",                                                           \
	       "invalid index: dataSegment.memoryIndex>=module.memories.size()")                                 \
	REASON(DATA_RANGE, "out-of-bounds data section", "out-of-bounds data section")                           \
	REASON(FUNCTION_TYPE, "vector read out of bounds", "invalid function type index")                        \
	REASON(BODIES_SURPLUS, "vector read out of bounds",                                                      \
	       "function and code sections have mismatched function counts")                                     \
	REASON(BODIES_MISSING, "code section must have the same size as the function section",                   \
	       "function and code sections have mismatched function counts")                                     \
	REASON(NO_BODIES, "code section must have the same size as the function section",                        \
	       "code section must have the same size as the function section")                                   \
	REASON(BODY_LENGTH, "Function body too large", "Function body too large")                                \
	REASON(LOCAL_GROUPS, "local variable limit exceeded", "too many local sets")                             \
	REASON(LOCAL_COUNT, "local variable limit exceeded", "too many locals")                                  \
	REASON(LOCAL_TYPE, "invalid local type", "invalid value type (%u)")                                      \
	REASON(LOCAL_BYTES, "local variable limit exceeded", "too many locals")                                  \
	REASON(BODY_NO_END, "failed parsing function body, expected 'end'",                                      \
	       "end of code reached before end of function")                                                     \
	REASON(BODY_AFTER_END, "function too short", "control stack empty")                                      \
	REASON(BODY_OPEN, "function body too long", "end of code reached before end of function")                \
	REASON(BODY_TRAILING, "code after function end", "control stack empty")                                  \
	REASON(NESTING, "nested structures validation failure", "nested structures validation failure")          \
	REASON(OPCODE, "Illegal instruction", "unknown opcode")                                                  \
	REASON(BLOCK_TYPE, "Invalid type code in block", "invalid return type (%u)")                             \
	REASON(LOOP_TYPE, "Invalid type code in loop", "invalid return type (%u)")                               \
	REASON(IF_TYPE, "Invalid type code in if", "invalid return type (%u)")                                   \
	REASON(TYPE, "wrong type", "type mismatch")                                                              \
	REASON(MISSING_OPERAND, "wrong type", "invalid stack access")                                            \
	REASON(MISSING_ANY, "unexpected pop", "invalid stack access")                                            \
	REASON(LEFT_OVER, "unexpected end",                                                                      \
	       "stack was not empty at end of control structure: stack.size() > "                                \
	       "controlStack.back().outerStackSize")                                                             \
	REASON(IF_RESULT, "wrong type", "else-less if may not yield a result")                                   \
	REASON(LABEL, "invalid label", "invalid index: depth>=controlStack.size()")                              \
	REASON(ELSE, "else outside if", "else only allowed in if context: isElse")                               \
	REASON(SELECT, "incorrect types for select", "type mismatch")                                            \
	REASON(TABLE_LABELS, "too many labels",                                                                  \
	       "Trying to deserialize array of size : %u, which is over by %u bytes")                            \
	REASON(TABLE_LABEL_TYPE, "br_table labels must have the same type", "type mismatch")                     \
	REASON(LOCAL_INDEX, "undefined local", "invalid index: localIndex>=locals.size()")                       \
	REASON(GLOBAL_INDEX, "vector read out of bounds", "invalid index: globalIndex>=module.globals.size()")   \
	REASON(GLOBAL_CONSTANT, "cannot set const global", "attempting to mutate immutable global")              \
	REASON(CALL_INDEX, "vector read out of bounds", "invalid index: functionIndex>=module.functions.size()") \
	REASON(CALL_TYPE, "vector read out of bounds", "invalid index: imm.type.index>=module.types.size()")     \
	REASON(CALL_NO_TABLE, "call_indirect requires a table",                                                  \
	       "call_indirect is only valid if there is a default function table: module.tables.size()==0")      \
	REASON(CALL_RESERVED, "call_indirect must end with 0x00.",                                               \
	       "call_indirect immediate reserved field must be 0: loaded %u but was expecting 0")                \
	REASON(LOAD_NO_MEMORY, "load requires memory",                                                           \
	       "load or store in module without default memory: module.memories.size()==0")                      \
	REASON(STORE_NO_MEMORY, "store requires memory",                                                         \
	       "load or store in module without default memory: module.memories.size()==0")                      \
	REASON(ALIGNMENT, "alignment cannot be greater than size.",                                              \
	       "load or store alignment greater than natural alignment: imm.alignmentLog2>naturalAlignmentLog2") \
	REASON(SIZE_NO_MEMORY, "memory.size requires memory",                                                    \
	       "current_memory and grow_memory are only valid if there is a default memory"                      \
	       "module.memories.size() == 0")                                                                    \
	REASON(SIZE_RESERVED, "memory.size must end with 0x00",                                                  \
	       "grow_memory/current_memory immediate reserved field must be 0: loaded %u but was expecting 0")   \
	REASON(GROW_NO_MEMORY, "memory.grow requires memory",                                                    \
	       "current_memory and grow_memory are only valid if there is a default memory"                      \
	       "module.memories.size() == 0")                                                                    \
	REASON(GROW_RESERVED, "memory.grow must end with 0x00",                                                  \
	       "grow_memory/current_memory immediate reserved field must be 0: loaded %u but was expecting 0")   \
	/* what importing asks (W.4, after the parse) */                                                         \
	REASON(IMPORT_UNKNOWN, "no mapping for imported function %s", "no mapping for imported function %s")     \
	REASON(IMPORT_SIGNATURE, "wrong type for imported function %s", "wrong type for imported function %s")

/* The chain's own rules for code under WASM_LEGACY, which come after the parse; in the order in which they
 * are looked at. The last two are looked at instruction by instruction. */
#define WASM_RULES(RULE) \
	RULE(MEMORY, "Smart contract initial memory size must be less than or equal to 33792KiB") \
	RULE(DATA, "Smart contract data segments must lie in first 64KiB") \
	RULE(TABLE, "Smart contract table limited to 1024 elements") \
	RULE(GLOBALS, "Smart contract has more than 1024 bytes of mutable globals") \
	RULE(STACK, "Smart contract function has more than 8192 bytes of stack usage") \
	RULE(APPLY, "Smart contract's apply function not exported; non-existent; or wrong type") \
	RULE(NESTING, "Nested depth exceeded") \
	RULE(OFFSET, "Smart contract used an invalid large memory store/load offset")

#define REASON(name, configurable, legacy) WASM_FAULT_##name,
enum wasm_reason { WASM_FAULT_NONE, WASM_FAULTS(REASON) WASM_FAULT_COUNT };
#undef REASON
#define RULE(name, words) WASM_RULE_##name,
enum wasm_rule { WASM_RULES(RULE) WASM_RULE_KEPT };
#undef RULE

/* The first thing that was wrong. */
struct wasm_fault {
	enum wasm_reason reason; /* WASM_FAULT_NONE: nothing was, but perhaps a rule */
	enum wasm_rule rule;     /* WASM_RULE_KEPT: none was broken */
	uint32_t found, over;
	bool configurable; /* WASM_LEGACY: found by the second parser, which has the words of WASM_CONFIGURABLE */
	char subject[128]; /* a name, an expression's place */
};

/* The sentence for a fault, in the words of one of the two validators; out holds `size` bytes. */
void wasm_fault_print(char *out, uint32_t size, const struct wasm_fault *fault, bool legacy);

#endif
