/* Machines: linear memory, and the beginning and end of runs (wasm.md W.5). */
#include "core/engine/wasm/machine.h"

#include "core/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STACK_BYTES = 32 << 20, PAGES = 65536, GIVEN_BACK = 1 << 20 };

static void *map(size_t length)
{
	void *data = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
	                  0);
	if (data == MAP_FAILED) {
		fprintf(stderr, "eosiofs: out of memory (%zu bytes for contracts)\n", length);
		abort();
	}
	return data;
}

struct wasm_machine *wasm_machine_create(void)
{
	struct wasm_machine *machine = memory_allocate(1, sizeof *machine);

	machine->reserved = (size_t)WASM_PAGES_MAXIMUM * WASM_PAGE;
	machine->memory = map(machine->reserved);
	machine->written = memory_allocate(machine->reserved >> BLOCK_BITS, 1);
	machine->stack = map(STACK_BYTES);
	machine->stack_end = machine->stack + STACK_BYTES / sizeof *machine->stack;
	return machine;
}

void wasm_machine_destroy(struct wasm_machine *machine)
{
	if (!machine)
		return;
	munmap(machine->memory, machine->reserved);
	munmap(machine->stack, STACK_BYTES);
	free(machine->written);
	free(machine->globals.at);
	free(machine);
}

/* --- memory --- */

/* A chain may set a limit above what is mapped; then the mapping moves. */
static void reserve(struct wasm_machine *machine, uint64_t length)
{
	size_t blocks = machine->reserved >> BLOCK_BITS, reserved = machine->reserved;
	uint8_t *grown;

	if (length <= machine->reserved)
		return;
	while (reserved < length)
		reserved *= 2;
	grown = map(reserved);
	memcpy(grown, machine->memory, machine->length);
	munmap(machine->memory, machine->reserved);
	machine->memory = grown;
	machine->written = realloc(machine->written, reserved >> BLOCK_BITS);
	if (!machine->written)
		abort();
	memset(machine->written + blocks, 0, (reserved >> BLOCK_BITS) - blocks);
	machine->reserved = reserved;
}

static void clear_block(struct wasm_machine *machine, size_t block)
{
	size_t begin = block * BLOCK_BYTES, before = begin ? WRITE_MAXIMUM : 0;
	memset(machine->memory + begin - before, 0, BLOCK_BYTES + before);
	machine->written[block] = 0;
}

/* From a page's beginning to the end of memory everything is zero again. */
static void clear_from(struct wasm_machine *machine, uint64_t from)
{
	size_t first = from >> BLOCK_BITS, end = machine->length >> BLOCK_BITS, count = 0;

	for (size_t block = first; block < end; block++)
		count += machine->written[block];
	if (count * BLOCK_BYTES > GIVEN_BACK) {
		madvise(machine->memory + from, machine->length - from, MADV_DONTNEED);
		memset(machine->written + first, 0, end - first);
		return;
	}
	for (size_t block = first; block < end && count; block++)
		if (machine->written[block]) {
			clear_block(machine, block);
			count--;
		}
}

/* What lay beyond is lost. The last bytes before may have been written together with the first behind, and
 * marked there; they stay. */
static void shrink(struct wasm_machine *machine, size_t length)
{
	uint8_t kept[WRITE_MAXIMUM];

	if (!length) {
		clear_from(machine, 0);
		return;
	}
	memcpy(kept, machine->memory + length - sizeof kept, sizeof kept);
	clear_from(machine, length);
	memcpy(machine->memory + length - sizeof kept, kept, sizeof kept);
	machine->written[(length >> BLOCK_BITS) - 1] = 1;
}

/* Negative numbers of pages shrink (W.5). */
uint32_t wasm_machine_grow(struct wasm_machine *machine, uint32_t pages)
{
	int64_t now = (int64_t)(machine->length / WASM_PAGE), wanted = now + (int32_t)pages;
	uint32_t maximum = machine->module->memory_maximum;

	if (maximum > machine->run.max_pages)
		maximum = machine->run.max_pages;
	if (wanted < 0 || (wanted > now && wanted > maximum))
		return UINT32_MAX;
	if (wanted < now)
		shrink(machine, (size_t)wanted * WASM_PAGE);
	reserve(machine, (uint64_t)wanted * WASM_PAGE);
	machine->length = (uint64_t)wanted * WASM_PAGE;
	return (uint32_t)now;
}

void *wasm_machine_memory(struct wasm_machine *machine, uint64_t address, uint64_t length, bool written)
{
	if (!machine->module->has_memory || address > machine->length || length > machine->length - address)
		return NULL;
	if (written && length)
		memset(machine->written + (address >> BLOCK_BITS), 1,
		       ((address + length - 1) >> BLOCK_BITS) - (address >> BLOCK_BITS) + 1);
	return machine->memory + address;
}

uint64_t wasm_machine_left(const struct wasm_machine *machine, uint32_t address)
{
	return address < machine->length ? machine->length - address : 0;
}

/* --- runs --- */

void *wasm_machine_context(const struct wasm_machine *machine)
{
	return machine->run.context;
}

bool wasm_machine_work(struct wasm_machine *machine, uint32_t work)
{
	machine->left -= work;
	if (machine->left >= 0)
		return true;
	uint32_t done = (uint32_t)(WORK_INTERVAL - machine->left);
	machine->left = WORK_INTERVAL;
	if (!machine->run.meter || !machine->run.meter(machine->run.context, done))
		return true;
	machine->left = -1; /* so that whoever asks next is told again */
	return false;
}

uint32_t wasm_machine_untold(const struct wasm_machine *machine)
{
	return machine->left < 0 ? WORK_INTERVAL : (uint32_t)(WORK_INTERVAL - machine->left);
}

static enum wasm_end run_function(struct wasm_machine *machine, uint32_t function, const uint64_t *arguments,
                                  uint32_t count)
{
	const struct wasm_module *module = machine->module;
	size_t imports = module->imports.count;

	for (uint32_t i = 0; i < count; i++)
		machine->stack[i] = arguments[i];
	if (function >= imports)
		return wasm_interpret(machine, &module->functions.at[function - imports], machine->stack);
	module->imports.at[function].host->call(machine, module->imports.at[function].host, machine->stack);
	return wasm_machine_work(machine, WORK_HOST_CALL) ? WASM_DONE : WASM_STOPPED;
}

static bool place_data(struct wasm_machine *machine)
{
	const struct wasm_module *module = machine->module;

	for (size_t i = 0; i < module->data_segments.count; i++) {
		const struct wasm_segment *segment = &module->data_segments.at[i];
		void *to = wasm_machine_memory(machine, segment->address, segment->length, true);
		if (!to)
			return false;
		if (segment->length)
			memcpy(to, module->data.at + segment->first, segment->length);
	}
	return true;
}

enum wasm_end wasm_machine_begin(struct wasm_machine *machine, const struct wasm_module *module,
                                 const struct wasm_run *run)
{
	machine->module = module;
	machine->run = *run;
	if (run->max_pages > PAGES)
		machine->run.max_pages = PAGES;
	machine->left = WORK_INTERVAL;
	if (module->segment_outside || module->memory_initial > machine->run.max_pages)
		return WASM_SYSTEM_FAILURE;
	reserve(machine, (uint64_t)module->memory_initial * WASM_PAGE);
	machine->length = (uint64_t)module->memory_initial * WASM_PAGE;
	if (!place_data(machine))
		return WASM_ACCESS_VIOLATION;
	memory_grow(&machine->globals.at, &machine->globals.capacity, module->globals.count,
	            sizeof *machine->globals.at);
	for (size_t i = 0; i < module->globals.count; i++)
		machine->globals.at[i] = module->globals.at[i].initial;
	return module->has_start ? run_function(machine, module->start, NULL, 0) : WASM_DONE;
}

enum wasm_end wasm_machine_call(struct wasm_machine *machine, uint32_t function, const uint64_t *arguments,
                                uint32_t count)
{
	return run_function(machine, function, arguments, count);
}

void wasm_machine_clear(struct wasm_machine *machine)
{
	if (!machine->module)
		return;
	clear_from(machine, 0);
	machine->length = 0;
	machine->module = NULL;
}
