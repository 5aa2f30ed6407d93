/* After the end of a process: the blocks that were sealed or in the making but are not stored are made
 * again of their journals, at their own slots. What cannot be is kept beside and said. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/seconds.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/storage/trial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOURNAL_FILE_MAXIMUM = 1 << 30 };

struct rebuild {
	struct storage *storage;
	struct embedded_chain *chain;
	struct text *notices; /* may be NULL */
	struct journal_name name; /* of the block whose journal it is */
	struct node *node;    /* that makes it again */
	char path[JOURNAL_PATH_SIZE];
	struct journal *journal;
	struct trial trial;
	bool kept; /* the journal lies beside already */
	struct journal_name *abandoned; /* owned: of blocks that are not stored and stand on no head */
	size_t abandoned_count, abandoned_capacity;
	struct node_scheduled *scheduled; /* owned: of the header */
};

static void tell_kept(const struct rebuild *rebuild, const struct text *aside, const char *reason)
{
	if (rebuild->notices)
		text_printf(rebuild->notices,
		            "what block %" PRIu32
		            " was going to hold is not in the chain as it was, and lies in \"%s\": %s\n",
		            rebuild->name.number, text_string(aside), reason);
}

/* A journal that cannot be used: nothing is thrown away, and the chain goes on. */
static int set_aside(const struct rebuild *rebuild, struct error *error)
{
	struct text aside = TEXT_EMPTY;
	char reason[ERROR_SENTENCE_SIZE];

	snprintf(reason, sizeof reason, "%s", error->sentence);
	int result = file_set_aside(&aside, rebuild->path, "unused", error);
	if (result == 0)
		tell_kept(rebuild, &aside, reason);
	text_release(&aside);
	return result;
}

/* A copy of one of which not all is going to be in the chain; it stays itself until the block is stored. */
static int keep_copy(struct rebuild *rebuild, const char *reason, struct error *error)
{
	struct text aside = TEXT_EMPTY, content = TEXT_EMPTY;
	int result = 0;

	if (!rebuild->kept) {
		result = file_load(&content, rebuild->path, JOURNAL_FILE_MAXIMUM, error);
		if (result == 0)
			result = file_keep_copy(&aside, rebuild->path, "unused", content.data, content.length, error);
		if (result == 0)
			tell_kept(rebuild, &aside, reason);
		rebuild->kept = result == 0;
	}
	text_release(&content);
	text_release(&aside);
	return result;
}

static void read_scheduled(struct rebuild *rebuild, struct node_pending *out, struct cursor *in)
{
	size_t count = cursor_count(in, sizeof(struct checksum256));

	rebuild->scheduled = memory_allocate(count + 1, sizeof *rebuild->scheduled);
	for (size_t i = 0; i < count && !in->failed; i++)
		cursor_copy(in, rebuild->scheduled[i].id.data, sizeof rebuild->scheduled[i].id.data);
	for (size_t i = 0; i < count && cursor_left(in) >= sizeof(uint32_t); i++)
		rebuild->scheduled[i].cpu_us = cursor_u32(in);
	out->scheduled = rebuild->scheduled;
	out->scheduled_count = count;
}

static int read_header(struct rebuild *rebuild, struct node_pending *out, struct error *error)
{
	struct cursor in = journal_record(rebuild->journal, 0);

	cursor_fields(&in, out, journal_header_fields);
	out->features_count = cursor_count(&in, sizeof(struct checksum256));
	out->features = (const struct checksum256 *)(const void *)cursor_take(
		&in, out->features_count * sizeof(struct checksum256));
	read_scheduled(rebuild, out, &in);
	return in.failed ? error_set(error, EBADMSG, "its first record is damaged") : 0;
}

/* The block was another process's to make. */
static bool is_of_others(const struct journal *journal)
{
	struct cursor in = journal_has_first(journal) ? journal_record(journal, 0) : cursor_make(NULL, 0);

	cursor_take(&in, 2 * sizeof(uint32_t));
	return !cursor_u64(&in) && !in.failed;
}

/* --- transactions --- */

struct pushed {
	struct rebuild *rebuild;
	struct packed_transaction packed;
	struct public_key *keys;
	struct push_options options;
	struct checksum256 id;
	struct error refused;
	int result;
};

static void push(void *context)
{
	struct pushed *pushed = context;
	struct transaction_trace trace = {0};

	pushed->result = node_add_transaction(pushed->rebuild->node, &trace, &pushed->packed, pushed->keys,
	                                      pushed->packed.signatures_count, &pushed->options,
	                                      &pushed->refused);
	transaction_trace_release(&trace);
}

/* It ended the program before, and would again. */
static int leave_out(struct pushed *pushed, struct cursor record, struct error *error)
{
	struct rebuild *rebuild = pushed->rebuild;
	struct text aside = TEXT_EMPTY;
	int result = file_keep_copy(&aside, rebuild->path, "crashed", record.at, cursor_left(&record), error);

	if (result == 0 && rebuild->notices)
		text_printf(rebuild->notices,
		            "transaction %s of block %" PRIu32
		            " ends the program, and ended it before: it is left out, and lies in \"%s\"\n",
		            checksum256_text(&pushed->id).text, rebuild->name.number, text_string(&aside));
	text_release(&aside);
	return result;
}

static int push_unpacked(struct pushed *pushed, size_t index, struct cursor record, struct error *error)
{
	struct rebuild *rebuild = pushed->rebuild;

	if (!trial_passes(&rebuild->trial, rebuild->name.number, index, push, pushed))
		return leave_out(pushed, record, error);
	push(pushed);
	if (pushed->result == -EALREADY)
		return 0; /* it came into another block meanwhile */
	if (pushed->result && rebuild->notices)
		text_printf(rebuild->notices, "transaction %s of the journal is refused: %s\n",
		            checksum256_text(&pushed->id).text, pushed->refused.sentence);
	/* One that was refused then too could not be taken back; after damage it may depend on what is lost. */
	return pushed->result ? keep_copy(rebuild, "a transaction of it is refused", error) : 0;
}

static bool is_bill(const struct cursor *record)
{
	return cursor_left(record) && record->at[0] == JOURNAL_BILLED;
}

/* What was billed for a transaction; 0: the minimum. */
static uint32_t billed(const struct rebuild *rebuild, size_t index)
{
	if (index + 1 >= journal_count(rebuild->journal))
		return 0;
	struct cursor next = journal_record(rebuild->journal, index + 1);
	return is_bill(&next) && cursor_u8(&next) ? cursor_u32(&next) : 0;
}

/* What a transaction's record begins with. */
static void take_flags(struct push_options *out, struct cursor *in)
{
	uint8_t flags = cursor_u8(in);

	out->without_keys = flags & JOURNAL_WITHOUT_KEYS;
	out->is_foreign = flags & JOURNAL_FOREIGN;
}

/* One transaction again. */
static int push_record(struct rebuild *rebuild, size_t index, struct error *error)
{
	struct cursor record = journal_record(rebuild->journal, index), in = record;
	struct pushed *pushed;

	if (is_bill(&record))
		return 0;
	pushed = memory_allocate(1, sizeof *pushed);
	pushed->rebuild = rebuild;
	pushed->options.again = true;
	pushed->options.billed_cpu_us = billed(rebuild, index);
	take_flags(&pushed->options, &in);
	int result = packed_transaction_unpack(&pushed->packed, &in, error);
	if (result == 0) {
		pushed->id = pushed->packed.id;
		pushed->keys = memory_allocate(pushed->packed.signatures_count + 1, sizeof *pushed->keys);
		result = packed_transaction_keys(&pushed->packed, pushed->keys, &rebuild->chain->base.chain_id,
		                                 error);
	}
	if (result == 0)
		result = push_unpacked(pushed, index, record, error);
	packed_transaction_release(&pushed->packed);
	free(pushed->keys);
	free(pushed);
	return result;
}

/* --- blocks --- */

/* The journal is from now on that of another block: of another number, or of another node's. */
static int rename_journal(struct rebuild *rebuild, uint32_t number, uint64_t node, struct error *error)
{
	struct journal_name name = {.number = number, .node = node};
	char path[JOURNAL_PATH_SIZE];

	if (number == rebuild->name.number && node == rebuild->name.node)
		return 0;
	int result = storage_journal_name(rebuild->storage, path, &name, error);
	if (result)
		return result;
	if (rename(rebuild->path, path) < 0)
		return error_set(error, errno, "cannot rename \"%s\": %s", rebuild->path, strerror(errno));
	memcpy(rebuild->path, path, sizeof path);
	rebuild->name = name;
	return 0;
}

/* Its transactions are for the next block, when all that can be made again is made. */
static int abandon(struct rebuild *rebuild)
{
	LIST_APPEND(rebuild->abandoned, rebuild->abandoned_count, rebuild->abandoned_capacity, rebuild->name);
	return 0;
}

/* Many nodes may have stood on many branches: what cannot be made as it was is no sign of damage. */
static bool has_branches(const struct rebuild *rebuild)
{
	const struct node *first = network_node_from(rebuild->chain->network, 0);

	return network_node_from(rebuild->chain->network, node_name(first) + 1);
}

/* Where the block cannot begin as it was, its transactions go into the next one that can be made. */
static int start_another(struct rebuild *rebuild, const struct node_pending *header, const char *reason,
                         struct error *error)
{
	uint32_t number = rebuild->name.number;
	struct node_pending pending;
	int result = header->features_count ? node_schedule_feature(rebuild->node, header->features, error) : 0;

	if (result == 0)
		result = node_builder(rebuild->node, &rebuild->node, error);
	if (result || !node_pending(rebuild->node, &pending))
		return result;
	if (rebuild->notices)
		text_printf(rebuild->notices, "%s: what block %" PRIu32 " held is in block %" PRIu32 "\n", reason,
		            number, pending.number);
	return rename_journal(rebuild, pending.number, node_name(rebuild->node), error);
}

static int start(struct rebuild *rebuild, const struct node_pending *header, struct error *error)
{
	struct node *node = rebuild->node;
	struct node_pending pending;
	struct error why = {0};
	int result;

	if (header->slot <= node_head(node)->block->header.timestamp)
		result = error_set(&why, EINVAL, "it is not known when the block was to be");
	else
		result = node_begin_block(node, header, &why);
	if (result && has_branches(rebuild) && why.number != EACCES)
		return -ESTALE;
	if (result)
		result = start_another(rebuild, header, why.sentence, error);
	if (result == 0 && node_pending(rebuild->node, &pending))
		storage_journal_adopt(rebuild->storage, rebuild->node, &pending, rebuild->name.copy);
	return result;
}

/* Under lock. On failure no block is in the making. */
static int rebuild_block(struct rebuild *rebuild, const struct node_pending *header, struct error *error)
{
	size_t first = journal_has_first(rebuild->journal) ? 1 : 0;
	int result = start(rebuild, header, error);

	for (size_t i = first; i < journal_count(rebuild->journal) && result == 0; i++)
		result = push_record(rebuild, i, error);
	return result ? result : node_seal_block(rebuild->node, error);
}

/* Blocks before it are lost: what it holds goes into the next one, under whose number it is from now on. */
static int take_number(struct rebuild *rebuild, uint32_t next, struct error *error)
{
	uint32_t number = rebuild->name.number;
	int result = rename_journal(rebuild, next, rebuild->name.node, error);

	if (result == 0 && rebuild->notices)
		text_printf(rebuild->notices,
		            "the journal of block %" PRIu32
		            " is missing, and what it held is lost; what block %" PRIu32
		            " was going to hold goes into block %" PRIu32 "\n",
		            next, number, next);
	return result;
}

static int rebuild_opened(struct rebuild *rebuild, struct error *error)
{
	uint32_t next = node_head(rebuild->node)->number + 1;
	struct node_pending header = {.slot = 0}; /* as when it is lost */
	int result = 0;

	if (journal_has_first(rebuild->journal))
		result = read_header(rebuild, &header, error);
	if (result)
		return set_aside(rebuild, error);
	if (is_of_others(rebuild->journal))
		return abandon(rebuild);
	if (rebuild->name.number != next && has_branches(rebuild))
		return abandon(rebuild);
	if (rebuild->name.number != next)
		result = take_number(rebuild, next, error);
	if (result == 0)
		result = rebuild_block(rebuild, &header, error);
	if (result == -ESTALE)
		return abandon(rebuild);
	if (result && result != -EAGAIN)
		error_prefix(error,
		             "rebuilding block %" PRIu32 " from \"%s\" (set it aside to go on without what it holds)",
		             rebuild->name.number, rebuild->path);
	return result;
}

/* Whether the block that a journal was begun for is in the log or among the reversible ones. */
static bool is_stored(struct storage *storage, const struct node_pending *header)
{
	size_t count;
	const struct reversible_block *blocks = reversible_blocks(storage->reversible, &count);
	struct signed_block block = {0};
	bool found = false;

	for (size_t i = 0; i < count && !found; i++)
		if (blocks[i].number == header->number &&
		    reversible_read(storage->reversible, &block, NULL, &blocks[i], NULL) == 0) {
			found = block.header.timestamp == header->slot && block.header.producer == header->producer;
			signed_block_release(&block);
			block = (struct signed_block){.transactions = NULL};
		}
	if (!found && header->number <= block_log_last(storage->blocks) &&
	    storage_read_block(storage, &block, header->number, NULL) == 0) {
		found = block.header.timestamp == header->slot && block.header.producer == header->producer;
		signed_block_release(&block);
	}
	return found;
}

/* The node's head has that number or a higher one: of the journal's own block, or of another branch. */
static int pass_over(struct rebuild *rebuild)
{
	struct node_pending header;

	if (journal_count(rebuild->journal) && journal_has_first(rebuild->journal) &&
	    read_header(rebuild, &header, NULL) == 0 && !is_stored(rebuild->storage, &header))
		return abandon(rebuild);
	storage_journal_done(rebuild->storage, &rebuild->name);
	return 0;
}

/* Under lock. */
static int rebuild_one(struct rebuild *rebuild, const struct journal_name *name, struct error *error)
{
	int result = storage_journal_path(rebuild->storage, rebuild->path, name, error);

	rebuild->name = *name;
	rebuild->node = network_node(rebuild->chain->network, name->node);
	rebuild->node = rebuild->node ? rebuild->node : embedded_viewed(rebuild->chain);
	rebuild->kept = false;
	if (result)
		return result;
	node_follow(rebuild->node, name->number);
	if (rebuild->chain->sealed_count >= SEALED_MAXIMUM)
		return error_set(error, EAGAIN, "blocks that were made again are being stored");
	result = journal_open(&rebuild->journal, rebuild->path, rebuild->notices, error);
	if (result == -EBADMSG)
		return set_aside(rebuild, error);
	if (result)
		return result;
	if (name->number <= node_head(rebuild->node)->number)
		result = pass_over(rebuild);
	else if (journal_count(rebuild->journal) == 0)
		storage_journal_done(rebuild->storage, name); /* what there was to say is said */
	else
		result = rebuild_opened(rebuild, error);
	journal_close(rebuild->journal);
	rebuild->journal = NULL;
	free(rebuild->scheduled);
	rebuild->scheduled = NULL;
	return result;
}

/* A node that takes it: where it was to be made, else any. -EAGAIN: none can now. */
static int push_again(struct rebuild *rebuild, struct pushed *pushed, struct error *error)
{
	struct node *node = network_node(rebuild->chain->network, rebuild->name.node);
	struct node *next = network_node_from(rebuild->chain->network, 0);
	int result = -EAGAIN;

	while (node || next) {
		struct transaction_trace trace = {0};
		error_clear(error);
		if (node)
			result = node_push(node, &trace, &pushed->packed, pushed->keys, pushed->packed.signatures_count,
			                   &pushed->options, error);
		transaction_trace_release(&trace);
		if (node && result != -EAGAIN && result != -EHOSTUNREACH)
			return result;
		node = next;
		next = next ? network_node_from(rebuild->chain->network, node_name(next) + 1) : NULL;
	}
	return result == -EHOSTUNREACH ? -EAGAIN : result;
}

/* It may have come into the chain, and have expired since. */
static void suspect(struct rebuild *rebuild, const struct checksum256 *id, const char *reason)
{
	struct embedded_chain *chain = rebuild->chain;
	const struct lost_transaction lost = {
		.id = *id, .reason = reason, .block_num = rebuild->name.number, .node = rebuild->name.node};
	struct network_hooks hooks = embedded_hooks(chain);

	if (!rebuild->notices) { /* too late to look for it in the blocks */
		hooks.lost(hooks.context, &lost);
		return;
	}
	memory_grow(&chain->suspects, &chain->suspects_capacity, chain->suspects_count + 1,
	            sizeof *chain->suspects);
	chain->suspects[chain->suspects_count] = lost;
	chain->suspects[chain->suspects_count++].reason = memory_copy_string(reason);
}

/* One transaction of a block that stands on no head: into the next block, or told to be lost. */
static int save_record(struct rebuild *rebuild, size_t index, struct error *error)
{
	struct cursor in = journal_record(rebuild->journal, index);
	struct pushed pushed = {.rebuild = rebuild};

	if (is_bill(&in))
		return 0;
	take_flags(&pushed.options, &in);
	int result = packed_transaction_unpack(&pushed.packed, &in, error);
	if (result)
		return result;
	pushed.id = pushed.packed.id;
	pushed.keys = memory_allocate(pushed.packed.signatures_count + 1, sizeof *pushed.keys);
	result = packed_transaction_keys(&pushed.packed, pushed.keys, &rebuild->chain->base.chain_id, error);
	if (result == 0)
		result = push_again(rebuild, &pushed, error);
	/* The block it refers to may come yet. */
	if (result && error->code == INVALID_REF_BLOCK_EXCEPTION && is_of_others(rebuild->journal) &&
	    pushed.packed.transaction.expiration > embedded_now(rebuild->chain) / SECOND_US)
		result = -EAGAIN;
	if (result && result != -EAGAIN) {
		if (result != -EALREADY && !pushed.options.is_foreign)
			suspect(rebuild, &pushed.id, error->sentence);
		error_clear(error);
		result = 0;
	}
	packed_transaction_release(&pushed.packed);
	free(pushed.keys);
	return result;
}

/* The process ended when its transactions, thrown out by a switch, were waiting for the next block. */
static int save_abandoned(struct rebuild *rebuild, const struct journal_name *name, struct error *error)
{
	int result = storage_journal_path(rebuild->storage, rebuild->path, name, error);

	rebuild->name = *name;
	if (result == 0)
		result = journal_open(&rebuild->journal, rebuild->path, NULL, error);
	if (result)
		return result;
	for (size_t i = 1; i < journal_count(rebuild->journal) && result == 0; i++)
		result = save_record(rebuild, i, error);
	journal_close(rebuild->journal);
	rebuild->journal = NULL;
	if (result == 0)
		storage_journal_done(rebuild->storage, name);
	return result;
}

static void tell_waiting(const struct rebuild *rebuild, const struct error *error)
{
	if (rebuild->notices)
		text_printf(rebuild->notices, "what block %" PRIu32 " was going to hold waits in \"%s\": %s\n",
		            rebuild->name.number, rebuild->path, error->sentence);
}

/* Under lock. What cannot be rebuilt yet waits; without notices, as there is nobody to read them. */
static int rebuild_all(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                       struct error *error)
{
	struct rebuild rebuild = {.storage = storage, .chain = chain, .notices = notices};
	struct journal_name *names = NULL;
	size_t count = 0;
	bool later = false;
	int result = storage_list_journals(storage, &names, &count, error);

	storage->waiting = false;
	if (result == 0 && count)
		result = trial_begin(&rebuild.trial, storage->journal_folder, error);
	for (size_t i = 0; i < count && result == 0; i++)
		if (!storage_journal_in_use(storage, chain, &names[i]))
			result = rebuild_one(&rebuild, &names[i], error);
	if (count)
		trial_end(&rebuild.trial);
	for (size_t i = 0; i < rebuild.abandoned_count && result == 0; i++) {
		result = save_abandoned(&rebuild, &rebuild.abandoned[i], error);
		if (result != -EAGAIN)
			continue;
		/* The chain need not wait for it. */
		tell_waiting(&rebuild, error);
		later = true;
		result = 0;
	}
	free(rebuild.abandoned);
	storage->waiting = later || result != 0;
	if (result == -EAGAIN)
		tell_waiting(&rebuild, error);
	free(names);
	return result;
}

int storage_rebuild(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                    struct error *error)
{
	pthread_mutex_lock(&chain->lock);
	int result = rebuild_all(storage, chain, notices, error);
	pthread_mutex_unlock(&chain->lock);
	if (result == -EAGAIN) {
		error_clear(error);
		result = 0;
	}
	return result ? result : embedded_finish(chain, true, error);
}

int storage_rebuild_waiting(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	return storage && storage->waiting ? rebuild_all(storage, chain, NULL, error) : 0;
}
