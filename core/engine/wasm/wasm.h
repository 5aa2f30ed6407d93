/* WebAssembly 1.0 as nodeos runs it (wasm.md W.2 to W.7): modules are checked and translated to register
 * code once, and run by an interpreter in a machine's memory. Knows nothing of chains: whoever uses it
 * says which rules hold, what can be imported, what an import does and when a run has taken too long.
 *
 * module.h holds what a module is made of, section.c and translate.c make it, interpret.c runs it. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_WASM_H
#define EOSIOFS_CORE_ENGINE_WASM_WASM_H

#include "core/engine/wasm/fault.h"

#include <stddef.h>

enum { WASM_PAGE = 65536, WASM_PAGES_MAXIMUM = 528 };

struct wasm_machine;
struct wasm_module;

/* --- what may be imported --- */

/* A function of the host. The signature has a letter a parameter, ':' and the result: i i32, l i64, f f32,
 * d f64, v none. */
struct wasm_host_function {
	const char *signature;
	/* arguments[0] takes the result: i32 and f32 in the low half, the high one zero. May leave by longjmp,
	 * after which only wasm_machine_clear() may be called on the machine. */
	void (*call)(struct wasm_machine *machine, const struct wasm_host_function *function,
	             uint64_t *arguments);
};

struct wasm_name {
	const char *text; /* borrowed; not NUL-terminated */
	uint32_t length;
};

/* The host's function of that name; NULL: none. */
typedef const struct wasm_host_function *wasm_find_import(struct wasm_name module, struct wasm_name field);

/* --- modules --- */

/* What nodeos's set_wasm_parameters_packed sets, in its order (W.10). */
struct wasm_limits {
	uint32_t max_mutable_global_bytes, max_table_elements, max_section_elements, max_linear_memory_init,
		max_func_local_bytes, max_nested_structures, max_symbol_bytes, max_module_bytes, max_code_bytes,
		max_pages, max_call_depth;
};

enum wasm_mode {
	WASM_LEGACY,       /* code being set before CONFIGURABLE_WASM_LIMITS2: fixed limits, looser form */
	WASM_CONFIGURABLE, /* after it: `limits` */
	WASM_STORED,       /* code that was accepted earlier, by whichever: no limits */
};

struct wasm_rules {
	enum wasm_mode mode;
	struct wasm_limits limits; /* of WASM_CONFIGURABLE */
	bool nesting;              /* WASM_LEGACY: the nesting of blocks is looked at */
	const char *entry, *entry_signature; /* WASM_LEGACY: a function that must be exported */
	wasm_find_import *find_import;
};

/* Checks a module and translates it. Gives 0, or -1 with the first thing that is wrong in *fault. Takes
 * time linear in its length. */
int wasm_module_create(struct wasm_module **out, const void *code, size_t length,
                       const struct wasm_rules *rules, struct wasm_fault *fault);
void wasm_module_destroy(struct wasm_module *module);
/* What it occupies, bytes. */
size_t wasm_module_size(const struct wasm_module *module);
/* The module's imports in order; false beyond the last. */
bool wasm_module_import(const struct wasm_module *module, struct wasm_name *from, struct wasm_name *field,
                        const struct wasm_host_function **function, uint32_t index);
enum wasm_export { WASM_EXPORT_MISSING, WASM_EXPORT_OTHER, WASM_EXPORT_FOUND };
/* An exported function by its name; OTHER: it is none, or has another signature. */
enum wasm_export wasm_module_export(const struct wasm_module *module, uint32_t *function, const char *name,
                                    const char *signature);
/* A stored module that passed the legacy check, but has instructions after a function's end, cannot run. */
bool wasm_module_can_run(const struct wasm_module *module);

/* --- running --- */

/* A machine: linear memory and a stack of values, used by one thread, for one run after another. */
struct wasm_machine *wasm_machine_create(void);
void wasm_machine_destroy(struct wasm_machine *machine);

enum wasm_end {
	WASM_DONE,
	WASM_ACCESS_VIOLATION, /* memory out of bounds, division by zero or overflowing */
	WASM_SYSTEM_FAILURE,   /* unreachable, indirect calls, float to integer, depth */
	WASM_STOPPED,          /* the meter said so */
};

/* Asked whenever `work` units (about a jump each) have been done since it was asked last; true ends the
 * run. */
typedef bool wasm_meter(void *context, uint32_t work);

struct wasm_run {
	uint32_t max_pages, max_call_depth;
	wasm_meter *meter; /* NULL: the run may take for ever */
	void *context;     /* of the meter, and of the host's functions (wasm_machine_context) */
};

/* Makes the module's memory and globals and runs its start function. */
enum wasm_end wasm_machine_begin(struct wasm_machine *machine, const struct wasm_module *module,
                                 const struct wasm_run *run);
/* Runs a function without result in what was begun. */
enum wasm_end wasm_machine_call(struct wasm_machine *machine, uint32_t function, const uint64_t *arguments,
                                uint32_t count);
/* Work done that the meter was not told of. */
uint32_t wasm_machine_untold(const struct wasm_machine *machine);
/* Ends what was begun, however far it came: the memory is zero again. */
void wasm_machine_clear(struct wasm_machine *machine);

/* --- for the host's functions --- */

void *wasm_machine_context(const struct wasm_machine *machine);
/* Memory at an address of the module, NULL unless `length` bytes are there; written: the host will write
 * them. Without a memory section nothing is there, not even 0 bytes. */
void *wasm_machine_memory(struct wasm_machine *machine, uint64_t address, uint64_t length, bool written);
/* What lies between an address and the end of memory, bytes; 0 beyond it. */
uint64_t wasm_machine_left(const struct wasm_machine *machine, uint32_t address);
/* Counts work that a host's function does; false: the run must end (the function leaves, or returns and
 * the run stops). */
bool wasm_machine_work(struct wasm_machine *machine, uint32_t work);

/* --- modules kept --- */

/* Translated modules by the hash of their bytes, the least recently used leaving when they take more than
 * `maximum` bytes. */
struct wasm_cache;
struct wasm_cache *wasm_cache_create(size_t maximum);
void wasm_cache_destroy(struct wasm_cache *cache);
/* Borrowed until the next wasm_cache_put(); NULL: not there. */
const struct wasm_module *wasm_cache_get(struct wasm_cache *cache, const uint8_t hash[32]);
/* Takes the module over. */
const struct wasm_module *wasm_cache_put(struct wasm_cache *cache, const uint8_t hash[32],
                                         struct wasm_module *module);

#endif
