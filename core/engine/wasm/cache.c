/* Translated modules by the hash of their bytes: a list in the order of use. */
#include "core/engine/wasm/wasm.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 256 };

struct entry {
	uint8_t hash[32];
	struct wasm_module *module;
	size_t size;
	struct entry *newer, *older, *next; /* next: in its slot */
};

struct wasm_cache {
	size_t maximum, size;
	struct entry *newest, *oldest;
	struct entry *slots[SLOTS]; /* by the first byte of the hash */
};

struct wasm_cache *wasm_cache_create(size_t maximum)
{
	struct wasm_cache *cache = memory_allocate(1, sizeof *cache);
	cache->maximum = maximum;
	return cache;
}

static void unlink_entry(struct wasm_cache *cache, struct entry *entry)
{
	*(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void link_newest(struct wasm_cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void drop(struct wasm_cache *cache, struct entry *entry)
{
	struct entry **at = &cache->slots[entry->hash[0]];
	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	unlink_entry(cache, entry);
	cache->size -= entry->size;
	wasm_module_destroy(entry->module);
	free(entry);
}

void wasm_cache_destroy(struct wasm_cache *cache)
{
	if (!cache)
		return;
	while (cache->oldest)
		drop(cache, cache->oldest);
	free(cache);
}

static struct entry *find(const struct wasm_cache *cache, const uint8_t hash[32])
{
	struct entry *entry = cache->slots[hash[0]];
	while (entry && memcmp(entry->hash, hash, sizeof entry->hash))
		entry = entry->next;
	return entry;
}

const struct wasm_module *wasm_cache_get(struct wasm_cache *cache, const uint8_t hash[32])
{
	struct entry *entry = find(cache, hash);
	if (!entry)
		return NULL;
	unlink_entry(cache, entry);
	link_newest(cache, entry);
	return entry->module;
}

const struct wasm_module *wasm_cache_put(struct wasm_cache *cache, const uint8_t hash[32],
                                         struct wasm_module *module)
{
	struct entry *entry = find(cache, hash);
	if (entry)
		drop(cache, entry);
	entry = memory_allocate(1, sizeof *entry);
	memcpy(entry->hash, hash, sizeof entry->hash);
	entry->module = module;
	entry->size = wasm_module_size(module);
	entry->next = cache->slots[hash[0]];
	cache->slots[hash[0]] = entry;
	link_newest(cache, entry);
	cache->size += entry->size;
	while (cache->size > cache->maximum && cache->oldest != entry)
		drop(cache, cache->oldest);
	return module;
}
