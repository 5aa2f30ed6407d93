/* The nodes in the data folder: which there are, how each is configured and whether it runs ("nodes"). Where
 * each stands is found among the reversible blocks. */
#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/process.h"
#include "core/chain/embedded/storage/storage_private.h"
#include "core/chain/embedded/view/view.h"
#include "core/engine/storage/record.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_FILE_MAXIMUM = 64 << 20, CHECK_LENGTH = 15 /* "check 01234567\n" */ };
#define CHECK_WORD "check "

#define EOSIO name_literal("eosio")

/* --- where each stands --- */

/* The branches that the reversible blocks make, and which node's head was on which. */
struct forest {
	struct branch **branches; /* owned */
	size_t count, capacity;
	struct node_place {
		uint64_t node;
		struct block_state *head; /* held */
	} *places; /* owned */
	size_t places_count, places_capacity;
};

static void forest_release(struct forest *forest)
{
	for (size_t i = 0; i < forest->places_count; i++)
		block_state_release(forest->places[i].head);
	for (size_t i = 0; i < forest->count; i++)
		branch_destroy(forest->branches[i]);
	free(forest->places);
	free(forest->branches);
}

static void forest_add(struct forest *forest, struct branch *branch)
{
	LIST_APPEND(forest->branches, forest->count, forest->capacity, branch);
}

/* The branch that a block goes on from; NULL: its past is not there. */
static struct branch *forest_find(struct forest *forest, struct ledger *ledger,
                                  const struct checksum256 *previous)
{
	for (size_t i = 0; i < forest->count; i++)
		if (checksum256_equal(&branch_head(forest->branches[i])->id, previous))
			return forest->branches[i];
	struct block_state *parent = ledger_find(ledger, previous);
	if (!parent)
		return NULL;
	forest_add(forest, branch_fork(ledger, parent));
	return forest->branches[forest->count - 1];
}

static void forest_place(struct forest *forest, uint64_t node, struct block_state *head)
{
	size_t i = 0;

	while (i < forest->places_count && forest->places[i].node != node)
		i++;
	if (i == forest->places_count) {
		memory_grow(&forest->places, &forest->places_capacity, i + 1, sizeof *forest->places);
		forest->places[i] = (struct node_place){.node = node};
		forest->places_count++;
	}
	block_state_release(forest->places[i].head);
	forest->places[i].head = block_state_hold(head);
}

static int grow_one(struct forest *forest, struct storage *storage, struct ledger *ledger,
                    const struct reversible_block *stored, struct error *error)
{
	struct signed_block block = {0};
	struct reversible_note note = {0};
	int result = reversible_read(storage->reversible, &block, &note, stored, error);
	struct branch *branch = result ? NULL : forest_find(forest, ledger, &block.header.previous);

	if (branch)
		result = storage_apply(branch, &block, error);
	for (size_t i = 0; i < note.heads_count && result == 0 && branch; i++)
		forest_place(forest, note.heads[i], branch_head(branch));
	signed_block_release(&block);
	reversible_note_release(&note);
	if (result)
		error_prefix(error, "replaying the reversible blocks");
	return result;
}

static int grow_forest(struct forest *forest, struct storage *storage, struct branch *first,
                       struct error *error)
{
	size_t count;
	const struct reversible_block *blocks = reversible_blocks(storage->reversible, &count);
	uint32_t logged = branch_head(first)->number;
	int result = 0;

	forest_add(forest, first);
	for (size_t i = 0; i < count && result == 0; i++)
		if (blocks[i].number > logged)
			result = grow_one(forest, storage, branch_ledger(first), &blocks[i], error);
	return result;
}

/* A process that ended meanwhile left the log behind what is irreversible; whether a block before that is the
 * chain's is asked of the log alone. */
static int complete_log(const struct forest *forest, struct storage *storage, struct embedded_chain *chain,
                        struct error *error)
{
	int result = 0;

	for (size_t i = 0; i < forest->count && result == 0; i++) {
		const struct block_state *head = branch_head(forest->branches[i]);
		result = storage_advance_log(storage, &head->irreversible_id, head->dpos_irreversible, error);
	}
	struct block_state *logged = ledger_find(chain->ledger, &storage->logged);
	if (logged && result == 0) {
		block_state_hold(logged);
		block_state_release(chain->stored);
		chain->stored = logged;
	}
	return result;
}

static bool is_known(void *ledger, const struct checksum256 *id)
{
	return ledger_find(ledger, id) != NULL;
}

/* After damage: blocks whose past is lost stand on nothing, and the file is written anew without them. */
static int leave_out_lost(struct storage *storage, struct ledger *ledger, uint32_t logged,
                          struct text *notices, struct error *error)
{
	size_t count, lost = 0;
	uint32_t first = UINT32_MAX, last = 0;
	const struct reversible_block *blocks = reversible_blocks(storage->reversible, &count);

	for (size_t i = 0; i < count; i++) {
		uint32_t number = blocks[i].number;
		if (number <= logged || is_known(ledger, &blocks[i].id))
			continue;
		lost++;
		first = number < first ? number : first;
		last = number > last ? number : last;
	}
	if (lost && notices)
		text_printf(
			notices,
			"%zu blocks (%" PRIu32 " to %" PRIu32
			") stand on what the damage hit, and what they held is not in the chain any more: put a copy "
			"of \"%s\" back before anything else happens, or go on without it\n",
			lost, first, last, storage->reversible_path);
	return reversible_repair(storage->reversible, is_known, ledger, error);
}

/* Where a node stands: where it was seen last, else where the best branch ends. */
static struct block_state *place_of(const struct forest *forest, uint64_t node)
{
	struct block_state *best = branch_head(forest->branches[0]);

	for (size_t i = 0; i < forest->places_count; i++)
		if (forest->places[i].node == node)
			return forest->places[i].head;
	for (size_t i = 1; i < forest->count && node == EOSIO; i++)
		if (branch_head(forest->branches[i])->number > best->number)
			best = branch_head(forest->branches[i]);
	return best;
}

/* The file of nodes is gone, and others than the first were there. */
static void tell_lost_nodes(const struct storage *storage, const struct forest *forest, struct text *notices)
{
	size_t others = 0;

	for (size_t i = 0; i < forest->places_count; i++)
		others += forest->places[i].node != EOSIO;
	if (others && notices)
		text_printf(notices,
		            "the nodes are lost, %zu and node eosio: \"%s\" is missing (put a copy back, or make "
		            "them again: mkdir nodes/NAME)\n",
		            others, storage->nodes_path);
}

/* --- the file of nodes --- */

static void print_check(char out[CHECK_LENGTH + 1], const char *lines, size_t length)
{
	snprintf(out, CHECK_LENGTH + 1, CHECK_WORD "%08" PRIx32 "\n", record_checksum(0, lines, length));
}

struct saved_node {
	uint64_t name;
	bool is_running;
	struct text configuration;
	char **arguments; /* owned strings */
	size_t arguments_count, arguments_capacity;
};

static void saved_node_release(struct saved_node *saved)
{
	text_release(&saved->configuration);
	for (size_t i = 0; i < saved->arguments_count; i++)
		free(saved->arguments[i]);
	free(saved->arguments);
	*saved = (struct saved_node){0};
}

/* "name = value" as one word of a command line. */
static char *argument_of(const char *line)
{
	const char *equals = strstr(line, " = ");
	struct text word = TEXT_EMPTY;

	text_printf(&word, "--%.*s=%s", equals ? (int)(equals - line) : (int)strlen(line), line,
	            equals ? equals + 3 : "true");
	return text_take(&word);
}

static int restore_node(struct embedded_chain *chain, const struct forest *forest,
                        const struct saved_node *saved, struct error *error)
{
	struct node *node;
	int result = network_add_node(chain->network, &node, saved->name, place_of(forest, saved->name),
	                              text_string(&saved->configuration), error);

	return result || !saved->is_running
	           ? result
	           : node_start(node, (const char *const *)saved->arguments, saved->arguments_count, error);
}

/* A line of the file: what it says is added to *saved; *complete: the node is. false: it says nothing. */
static bool take_line(struct embedded_chain *chain, struct saved_node *saved, bool *complete,
                      const char *line)
{
	uint64_t name;

	*complete = strcmp(line, "end") == 0;
	if (strncmp(line, "node ", 5) == 0 && name_parse(&name, line + 5, NULL) == 0) {
		saved_node_release(saved);
		saved->name = name;
	} else if (strcmp(line, "running") == 0) {
		saved->is_running = true;
	} else if (strncmp(line, "argument ", 9) == 0) {
		LIST_APPEND(saved->arguments, saved->arguments_count, saved->arguments_capacity,
		            argument_of(line + 9));
	} else if (strncmp(line, "config ", 7) == 0) {
		text_printf(&saved->configuration, "%s\n", line + 7);
	} else if (strncmp(line, "viewed ", 7) == 0 && name_parse(&name, line + 7, NULL) == 0) {
		chain->viewed = name;
	} else {
		return *complete;
	}
	return true;
}

static int nodes_damaged(const struct storage *storage, const char *how, struct error *error)
{
	return error_set(
		error, EBADMSG,
		"\"%s\" is damaged (%s): put a copy of it back, or move it away to go on with node eosio "
		"alone",
		storage->nodes_path, how);
}

/* Its last line tells what the others come to; files of before have none. */
static int check_nodes(const struct storage *storage, struct text *content, struct error *error)
{
	char *last = content->length > CHECK_LENGTH ? content->data + content->length - CHECK_LENGTH : NULL;
	char expected[CHECK_LENGTH + 1];

	if (!last || last[-1] != '\n' || strncmp(last, CHECK_WORD, strlen(CHECK_WORD)) != 0)
		return 0;
	print_check(expected, content->data, content->length - CHECK_LENGTH);
	if (memcmp(last, expected, CHECK_LENGTH) != 0)
		return nodes_damaged(storage, "its checksum is another", error);
	*last = 0;
	return 0;
}

static int restore_from(struct storage *storage, struct embedded_chain *chain, const struct forest *forest,
                        struct text *text, struct error *error)
{
	struct saved_node saved = {0};
	bool complete;
	int result = check_nodes(storage, text, error);
	char *content = text->data;

	if (result)
		return result;
	for (char *line = strtok_r(content, "\n", &content); line && result == 0;
	     line = strtok_r(NULL, "\n", &content))
		if (!take_line(chain, &saved, &complete, line)) {
			result = nodes_damaged(storage, "a line of it says nothing", error);
		} else if (complete) {
			result = restore_node(chain, forest, &saved, error);
			saved_node_release(&saved);
		}
	if (result == 0 && saved.name)
		result = nodes_damaged(storage, "it ends within a node", error);
	saved_node_release(&saved);
	return result;
}

static int begin_with_eosio(struct embedded_chain *chain, struct block_state *head, const char *joined,
                            struct error *error)
{
	struct text configuration = TEXT_EMPTY;
	struct node *node;

	text_printf(&configuration,
	            "p2p-peer-address = %s\np2p-max-nodes-per-host = 25\n# with these, and a signature-provider, "
	            "it produces:\n"
	            "# producer-name = \n# enable-stale-production = true\n",
	            joined ? joined : "");
	int result = network_add_node(chain->network, &node, EOSIO, head,
	                              joined ? text_string(&configuration) : NULL, error);
	text_release(&configuration);
	return result ? result : node_start(node, NULL, 0, error);
}

static int begin_process(struct embedded_chain *chain, struct block_state *head,
                         const struct embedded_process *process, struct error *error)
{
	struct node *node;
	int result = network_add_node(chain->network, &node, process->name, head, process->configuration, error);

	if (result == 0)
		node_set_home(node, &process->home);
	return result ? result : node_start(node, process->arguments, process->arguments_count, error);
}

/* A node that is there already connects to it too. */
static int join(struct embedded_chain *chain, const char *joined, struct error *error)
{
	struct node *node = network_node(chain->network, EOSIO);
	size_t count = 0;
	const char *const *peers = node ? node_peers(node, &count) : NULL;
	const char **all = memory_allocate(count + 1, sizeof *all);
	bool is_named = false;
	int result = 0;

	for (size_t i = 0; i < count; i++) {
		all[i] = peers[i];
		is_named = is_named || strcmp(peers[i], joined) == 0;
	}
	all[count] = joined;
	if (node && !is_named)
		result = node_set_peers(node, all, count + 1, error);
	free(all);
	return result;
}

int storage_restore_nodes(struct storage *storage, struct embedded_chain *chain, struct branch *first,
                          const struct embedded_options *options, struct error *error)
{
	const char *joined = options->joined;
	struct text *notices = options->notices;
	struct forest forest = {0};
	struct text content = TEXT_EMPTY;
	int result;

	if (!storage) {
		result = begin_with_eosio(chain, branch_head(first), joined, error);
		branch_destroy(first);
		return result;
	}
	uint32_t logged = branch_head(first)->number;
	result = grow_forest(&forest, storage, first, error);
	if (result == 0 && reversible_is_damaged(storage->reversible))
		result = leave_out_lost(storage, branch_ledger(first), logged, notices, error);
	if (result == 0)
		result = complete_log(&forest, storage, chain, error);
	if (result == 0 && options->process) {
		result = begin_process(chain, place_of(&forest, options->process->name), options->process, error);
		goto out;
	}
	if (result == 0)
		result = file_load(&content, storage->nodes_path, NODES_FILE_MAXIMUM, error);
	if (result == -ENOENT) {
		error_clear(error);
		tell_lost_nodes(storage, &forest, notices);
		result = begin_with_eosio(chain, place_of(&forest, EOSIO), joined, error);
	} else if (result == 0) {
		result = restore_from(storage, chain, &forest, &content, error);
	}
	if (result == 0 && !network_node_from(chain->network, 0))
		result = begin_with_eosio(chain, place_of(&forest, EOSIO), joined, error);
	if (result == 0 && joined)
		result = join(chain, joined, error);
out:
	text_release(&content);
	forest_release(&forest);
	return result;
}

/* --- what was acknowledged --- */

/* Whether somebody stands on a branch with that block. Under lock. */
static bool has_holder(const struct embedded_chain *chain, const struct checksum256 *id, uint32_t number)
{
	struct node *node = network_node_from(chain->network, 0);

	for (; node; node = network_node_from(chain->network, node_name(node) + 1)) {
		struct checksum256 own;
		if (node_block_id(node, &own, number) && checksum256_equal(&own, id))
			return true;
	}
	return false;
}

/* One that was thrown out may have come into the chain since, or been told to be lost. */
static int recall(struct embedded_chain *chain, const struct packed_transaction *packed,
                  const struct reversible_block *block, uint64_t producer, bool is_held, struct error *error)
{
	uint32_t number;

	if (!is_held && storage_lost_has(chain->storage, &packed->id))
		return 0;
	struct published *state = is_held ? NULL : embedded_pin(chain);
	int result = state ? embedded_find_transaction(chain, &number, state->head, &packed->id, NULL, error)
	                   : -ENOENT;

	if (state)
		embedded_unpin(chain, state);
	if (result != -ENOENT)
		return result;
	error_clear(error);
	pthread_mutex_lock(&chain->lock);
	network_recall(chain->network, packed, &block->id, producer);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* Another process's nodes see to it. */
static bool is_foreign(const struct reversible_note *note, size_t index)
{
	return index / 8 < note->foreign.length && note->foreign.data[index / 8] >> index % 8 & 1;
}

static int recall_block(struct storage *storage, struct embedded_chain *chain,
                        const struct reversible_block *stored, bool is_held, struct error *error)
{
	struct signed_block block = {0};
	struct reversible_note note = {0};
	int result = reversible_read(storage->reversible, &block, &note, stored, error);

	for (size_t i = 0; i < block.transactions_count && result == 0; i++)
		if (!block.transactions[i].is_id && !is_foreign(&note, i))
			result = recall(chain, &block.transactions[i].packed, stored, block.header.producer, is_held,
			                error);
	signed_block_release(&block);
	reversible_note_release(&note);
	return result;
}

/* What is irreversible cannot be thrown out. */
static bool is_logged(struct storage *storage, const struct reversible_block *block)
{
	struct checksum256 id;

	return storage_old_id(storage, &id, block->number) && checksum256_equal(&id, &block->id);
}

/* Of the blocks that somebody stands on, or of the others. */
static int recall_blocks(struct storage *storage, struct embedded_chain *chain, bool held,
                         struct error *error)
{
	size_t count;
	const struct reversible_block *blocks = reversible_blocks(storage->reversible, &count);
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		pthread_mutex_lock(&chain->lock);
		bool is_held = has_holder(chain, &blocks[i].id, blocks[i].number);
		pthread_mutex_unlock(&chain->lock);
		if (is_held == held && !is_logged(storage, &blocks[i]))
			result = recall_block(storage, chain, &blocks[i], held, error);
	}
	return result;
}

int storage_recall_held(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	return recall_blocks(storage, chain, true, error);
}

/* What journals hold and the chain does not take: told to be lost, where no block has it. */
static int judge_suspects(struct embedded_chain *chain, struct error *error)
{
	struct network_hooks hooks = embedded_hooks(chain);
	int result = 0;

	for (size_t i = 0; i < chain->suspects_count; i++) {
		struct lost_transaction *lost = &chain->suspects[i];
		struct published *state = embedded_pin(chain);
		uint32_t number;
		if (result == 0)
			result = embedded_find_transaction(chain, &number, state->head, &lost->id, NULL, error);
		embedded_unpin(chain, state);
		if (result == -ENOENT) {
			error_clear(error);
			result = 0;
			pthread_mutex_lock(&chain->lock);
			hooks.lost(hooks.context, lost);
			pthread_mutex_unlock(&chain->lock);
		}
		free((char *)(uintptr_t)lost->reason);
	}
	free(chain->suspects);
	chain->suspects = NULL;
	chain->suspects_count = chain->suspects_capacity = 0;
	return result;
}

int storage_recall_thrown_out(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	int result = judge_suspects(chain, error);

	if (result == 0)
		result = recall_blocks(storage, chain, false, error);
	return result ? result : storage_lost_tidy(storage, error);
}

/* --- saving --- */

static void print_node(struct text *out, const struct node *node)
{
	struct text configuration = TEXT_EMPTY;
	size_t count;
	char *const *arguments = node_arguments(node, &count);

	text_printf(out, "node %s\n", name_text(node_name(node)).text);
	if (node_state(node, NULL) != NODE_STOPPED)
		text_append(out, "running\n");
	for (size_t i = 0; i < count; i++)
		text_printf(out, "argument %s\n", arguments[i]);
	node_configuration_print(node, &configuration);
	char *rest = configuration.data;
	for (char *line; rest && *rest; rest = line) {
		line = strchr(rest, '\n');
		line = line ? line + 1 : rest + strlen(rest);
		text_append(out, "config ");
		text_append_bytes(out, rest, (size_t)(line - rest));
		if (line[-1] != '\n')
			text_append_char(out, '\n');
	}
	text_append(out, "end\n");
	text_release(&configuration);
}

void storage_print_nodes(struct text *out, struct embedded_chain *chain)
{
	size_t begin = out->length;
	char check[CHECK_LENGTH + 1];

	text_printf(out, "viewed %s\n", name_text(chain->viewed).text);
	for (struct node *node = network_node_from(chain->network, 0); node;
	     node = network_node_from(chain->network, node_name(node) + 1))
		print_node(out, node);
	print_check(check, out->data + begin, out->length - begin);
	text_append(out, check);
}

int storage_save_nodes(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	struct text text = TEXT_EMPTY;

	if (!storage)
		return 0;
	int result = key_store_save(chain->node_keys, error);
	storage_print_nodes(&text, chain);
	if (result == 0)
		result = file_replace(storage->nodes_path, text.data, text.length, error);
	text_release(&text);
	return result;
}
