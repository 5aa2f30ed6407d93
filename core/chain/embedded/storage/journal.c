/* Writing the journals: one file for each block that has transactions and is not stored yet, named by its
 * number and the node that makes it (NUMBER_NODE, for a dot in its name a _; NUMBER alone: node eosio;
 * NUMBER-COPY where that name is taken, as by a block that was dropped). The first record says what the block
 * began with, each further one is a transaction. A block without transactions gets one only when a later
 * block needs it. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/types/name.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int storage_journal_path(const struct storage *storage, char out[JOURNAL_PATH_SIZE],
                         const struct journal_name *name, struct error *error)
{
	char copy[16] = "", node[32] = "";

	if (name->copy)
		snprintf(copy, sizeof copy, "-%" PRIu32, name->copy);
	if (name->node != name_literal("eosio"))
		snprintf(node, sizeof node, "_%s", name_text(name->node).text);
	/* what lies beside, as .unused, has dots alone */
	for (char *dot; (dot = strchr(node, '.'));)
		*dot = '_';
	if (snprintf(out, JOURNAL_PATH_SIZE, "%s/%" PRIu32 "%s%s", storage->journal_folder, name->number, copy,
	             node) >= JOURNAL_PATH_SIZE)
		return error_set(error, ENAMETOOLONG, "\"%s\" is too long a path", storage->journal_folder);
	return 0;
}

int storage_journal_name(const struct storage *storage, char path[JOURNAL_PATH_SIZE],
                         struct journal_name *name, struct error *error)
{
	int result;

	for (name->copy = 0;; name->copy++) {
		result = storage_journal_path(storage, path, name, error);
		if (result || access(path, F_OK) != 0)
			return result;
	}
}

static int compare_names(const void *a, const void *b)
{
	const struct journal_name *left = a, *right = b;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return left->copy < right->copy ? -1 : left->copy > right->copy;
}

static bool parse_node(const char *text, uint64_t *out)
{
	char name[32];

	if (snprintf(name, sizeof name, "%s", text) >= (int)sizeof name || strchr(name, '.'))
		return false;
	for (char *dot; (dot = strchr(name, '_'));)
		*dot = '.';
	return !name_parse_account(out, name, NULL);
}

/* false: a file of another kind. Before, they were called NUMBER.NODE. */
static bool parse_name(const char *text, struct journal_name *out)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	*out = (struct journal_name){.number = (uint32_t)number, .node = name_literal("eosio")};
	if (text[0] < '0' || text[0] > '9' || number > UINT32_MAX)
		return false;
	if (*end == '-' && end[1] >= '1' && end[1] <= '9')
		out->copy = (uint32_t)strtoul(end + 1, &end, 10);
	if (*end == '_')
		return parse_node(end + 1, &out->node);
	if (*end == '.' && !strchr(end + 1, '.') && strcmp(end, ".unused") && strcmp(end, ".crashed") &&
	    strcmp(end, ".cut") && strcmp(end, ".damaged"))
		return !name_parse_account(&out->node, end + 1, NULL);
	return !*end;
}

/* Those that were called otherwise are called as they are now. */
static int rename_old(const struct storage *storage, DIR *folder, struct error *error)
{
	int result = 0;

	for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
		char from[JOURNAL_PATH_SIZE + sizeof entry->d_name], path[JOURNAL_PATH_SIZE];
		struct journal_name name;
		if (!strchr(entry->d_name, '.') || !parse_name(entry->d_name, &name))
			continue;
		snprintf(from, sizeof from, "%s/%s", storage->journal_folder, entry->d_name);
		result = storage_journal_name(storage, path, &name, error);
		if (result == 0 && rename(from, path) < 0)
			result = error_set(error, errno, "cannot rename \"%s\": %s", from, strerror(errno));
	}
	rewinddir(folder);
	return result;
}

int storage_list_journals(const struct storage *storage, struct journal_name **out, size_t *count,
                          struct error *error)
{
	size_t capacity = 0;
	DIR *folder = opendir(storage->journal_folder);

	*out = NULL;
	*count = 0;
	if (!folder)
		return error_set(error, errno, "cannot read \"%s\": %s", storage->journal_folder, strerror(errno));
	int result = rename_old(storage, folder, error);
	for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
		struct journal_name name;
		if (!parse_name(entry->d_name, &name))
			continue;
		memory_grow(out, &capacity, *count + 1, sizeof **out);
		(*out)[(*count)++] = name;
	}
	closedir(folder);
	if (*count)
		qsort(*out, *count, sizeof **out, compare_names);
	return result;
}

const struct packed_field journal_header_fields[] = {
	PACKED_FIELD(struct node_pending, number),
	PACKED_FIELD(struct node_pending, slot),
	PACKED_FIELD(struct node_pending, producer),
	PACKED_FIELD(struct node_pending, confirmed),
	{0},
};

/* Their ids, then what is billed for each, which older journals do not have. */
static void put_scheduled(struct bytes *out, const struct node_scheduled *scheduled, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put(out, scheduled[i].id.data, sizeof scheduled[i].id.data);
	for (size_t i = 0; i < count; i++)
		bytes_put_u32(out, scheduled[i].cpu_us);
}

/* A journal that begins with that header, empty of transactions; *copy: of its name. */
static int create(struct storage *storage, struct journal **out, uint32_t *copy,
                  const struct node_pending *header, uint64_t node, struct error *error)
{
	struct journal_name name = {.number = header->number, .node = node};
	char path[JOURNAL_PATH_SIZE];
	struct bytes record = {0};
	int result = storage_journal_name(storage, path, &name, error);

	*copy = name.copy;
	bytes_put_fields(&record, header, journal_header_fields);
	bytes_put_varuint32(&record, (uint32_t)header->features_count);
	bytes_put(&record, header->features, header->features_count * sizeof *header->features);
	put_scheduled(&record, header->scheduled, header->scheduled_count);
	if (result == 0)
		result = journal_create(out, path, record.data, record.length, error);
	bytes_release(&record);
	return result;
}

/* A sealed block that has no journal: everything is in the block itself. */
static int create_for_sealed(struct storage *storage, struct sealed *sealed, struct error *error)
{
	const struct signed_block *block = sealed->block->block;
	struct node_pending header = {.number = sealed->block->number,
	                              .slot = block->header.timestamp,
	                              .producer = block->header.producer,
	                              .confirmed = block->header.confirmed};
	struct checksum256 *features = NULL;
	struct node_scheduled *scheduled = memory_allocate(block->transactions_count + 1, sizeof *scheduled);
	struct journal *journal = NULL;

	header.features_count = block_header_features(&block->header, &features);
	header.features = features;
	for (size_t i = 0; i < block->transactions_count; i++)
		if (block->transactions[i].is_id)
			scheduled[header.scheduled_count++] = (struct node_scheduled){
				block->transactions[i].id, block->transactions[i].cpu_usage_us};
	header.scheduled = scheduled;
	int result = create(storage, &journal, &sealed->copy, &header, sealed->node, error);
	journal_close(journal);
	free(features);
	free(scheduled);
	return result;
}

static struct open_journal *find_journal(struct storage *storage, const struct node *node)
{
	for (size_t i = 0; i < storage->journals_count; i++)
		if (storage->journals[i].node == node_name(node))
			return &storage->journals[i];
	memory_grow(&storage->journals, &storage->journals_capacity, storage->journals_count + 1,
	            sizeof *storage->journals);
	storage->journals[storage->journals_count] = (struct open_journal){.node = node_name(node)};
	return &storage->journals[storage->journals_count++];
}

static bool is_of(const struct open_journal *open, uint32_t number, uint32_t slot, uint64_t producer)
{
	return (open->journal || open->is_rebuilt) && open->number == number && open->slot == slot &&
	       !open->producer == !producer;
}

/* The journal of a block that was dropped: what it holds may be in no other one yet. */
static void supersede(struct storage *storage, const struct network *network, const struct open_journal *open)
{
	if (!open->journal)
		return;
	LIST_APPEND(storage->superseded, storage->superseded_count, storage->superseded_capacity,
	            (struct superseded){{open->number, open->node, open->copy},
	                                network_transactions_count(network)});
}

/* The block of another process is there, and what stood in ours is in no need of it. */
static bool is_over(const struct open_journal *open, const struct network *network)
{
	const struct node *node = network_node(network, open->node);
	struct node_pending pending;

	if (!open->journal || open->producer || network_has_waiting(network, network_transactions_count(network)))
		return false;
	return !node || !node_pending(node, &pending) ||
	       !is_of(open, pending.number, pending.slot, pending.producer);
}

void storage_journal_tidy(struct storage *storage, const struct network *network)
{
	size_t kept = 0;

	for (size_t i = 0; i < storage->superseded_count; i++) {
		const struct superseded *one = &storage->superseded[i];
		if (network_has_waiting(network, one->came))
			storage->superseded[kept++] = *one;
		else
			storage_journal_done(storage, &one->name);
	}
	storage->superseded_count = kept;
	for (size_t i = 0; i < storage->journals_count; i++) {
		struct open_journal *open = &storage->journals[i];
		if (!is_over(open, network))
			continue;
		storage_journal_done(storage, &(struct journal_name){open->number, open->node, open->copy});
		journal_close(open->journal);
		*open = (struct open_journal){.node = open->node};
	}
}

int storage_journal_begin(struct storage *storage, struct embedded_chain *chain, struct node *node,
                          struct error *error)
{
	struct open_journal *open = storage ? find_journal(storage, node) : NULL;
	struct node_pending pending;
	int result;

	if (!storage || !node_pending(node, &pending) ||
	    is_of(open, pending.number, pending.slot, pending.producer))
		return 0;
	for (size_t i = 0; i < chain->sealed_count; i++) {
		struct sealed *sealed = chain->sealed[i];
		if (sealed->journaled)
			continue;
		result = create_for_sealed(storage, sealed, error);
		if (result)
			return result;
		sealed->journaled = true;
	}
	supersede(storage, chain->network, open);
	journal_close(open->journal);
	*open = (struct open_journal){.node = open->node, .number = pending.number, .slot = pending.slot,
	                              .producer = pending.producer};
	return create(storage, &open->journal, &open->copy, &pending, open->node, error);
}

int storage_journal_append(struct storage *storage, struct node *node,
                           const struct packed_transaction *packed, const struct push_options *options,
                           struct error *error)
{
	struct open_journal *open = find_journal(storage, node);
	struct bytes record = {0};

	bytes_put_u8(&record, (uint8_t)((options->without_keys ? JOURNAL_WITHOUT_KEYS : 0) |
	                                (options->is_foreign ? JOURNAL_FOREIGN : 0)));
	packed_transaction_pack(&record, packed);
	open->size = journal_size(open->journal);
	int result = journal_append(open->journal, record.data, record.length, error);
	bytes_release(&record);
	return result;
}

void storage_journal_bill(struct storage *storage, struct node *node, uint32_t cpu_us)
{
	struct open_journal *open = find_journal(storage, node);
	struct bytes record = {0};

	if (!open->journal)
		return;
	bytes_put_u8(&record, JOURNAL_BILLED);
	bytes_put_u32(&record, cpu_us);
	/* Where the disk is full the transaction stands in the journal all the same: the minimum is billed. */
	journal_append(open->journal, record.data, record.length, NULL);
	bytes_release(&record);
}

size_t storage_journal_descriptors(struct storage *storage, int **out)
{
	size_t count = 0;

	*out = memory_allocate(storage->journals_count + 1, sizeof **out);
	for (size_t i = 0; i < storage->journals_count; i++)
		if (storage->journals[i].journal)
			(*out)[count++] = journal_descriptor(storage->journals[i].journal);
	return count;
}

int storage_journal_sync(struct storage *storage, const int *descriptors, size_t count, struct error *error)
{
	const struct journal_name any = {.node = name_literal("eosio")};
	char path[JOURNAL_PATH_SIZE];
	int result = storage_journal_path(storage, path, &any, error);

	for (size_t i = 0; i < count; i++) {
		if (descriptors[i] < 0)
			continue;
		result = result ? result : file_sync(descriptors[i]);
		close(descriptors[i]);
	}
	if (count && result == 0)
		result = file_sync_parent(path);
	if (result)
		error_set(error, -result, "cannot bring the journal to the disk: %s", file_reason(result));
	return result;
}

void storage_journal_take_back(struct storage *storage, struct node *node)
{
	struct open_journal *open = find_journal(storage, node);

	/* Should cutting fail, the record is refused again when the block is rebuilt: by the same state, with
	 * the same error. */
	if (open->journal)
		journal_take_back(open->journal, open->size);
}

void storage_journal_adopt(struct storage *storage, const struct node *node,
                           const struct node_pending *pending, uint32_t copy)
{
	struct open_journal *open = find_journal(storage, node);

	journal_close(open->journal);
	*open = (struct open_journal){.node = open->node, .number = pending->number, .copy = copy,
	                              .slot = pending->slot, .producer = pending->producer,
	                              .is_rebuilt = true};
}

static bool is_name(const struct journal_name *name, uint32_t number, uint64_t node, uint32_t copy)
{
	return name->number == number && name->node == node && name->copy == copy;
}

bool storage_journal_in_use(const struct storage *storage, const struct embedded_chain *chain,
                            const struct journal_name *name)
{
	for (size_t i = 0; i < storage->journals_count; i++) {
		const struct open_journal *open = &storage->journals[i];
		if ((open->journal || open->is_rebuilt) && is_name(name, open->number, open->node, open->copy))
			return true;
	}
	for (size_t i = 0; i < storage->superseded_count; i++) {
		const struct journal_name *other = &storage->superseded[i].name;
		if (is_name(name, other->number, other->node, other->copy))
			return true;
	}
	for (size_t i = 0; i < chain->sealed_count; i++) {
		const struct sealed *sealed = chain->sealed[i];
		if (sealed->journaled && is_name(name, sealed->block->number, sealed->node, sealed->copy))
			return true;
	}
	return false;
}

bool storage_journal_end(struct storage *storage, uint32_t *copy, const struct node *node,
                         const struct block_state *block)
{
	struct open_journal *open = find_journal(storage, node);
	bool is_its_own = is_of(open, block->number, block->block->header.timestamp,
	                        block->block->header.producer);

	if (is_its_own) {
		*copy = open->copy;
		journal_close(open->journal);
		*open = (struct open_journal){.node = open->node};
	}
	return is_its_own;
}

void storage_journal_done(const struct storage *storage, const struct journal_name *name)
{
	char path[JOURNAL_PATH_SIZE];

	if (storage_journal_path(storage, path, name, NULL) == 0)
		unlink(path);
}
