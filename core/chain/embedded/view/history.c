/* The accounts' histories: a line for each action that an account authorized, received or was told of, and
 * one for each round of a producer. What is stored is told to core/engine/storage/history; what may still
 * be thrown out by a fork, and the block in the making, is told of their deeds. Under index_lock. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/chain/embedded/view/rounds.h"
#include "core/chain/embedded/view/state_view.h"
#include "core/chain/embedded/view/view.h"
#include "core/chain/print.h"
#include "core/engine/block/deeds.h"
#include "core/engine/run/native.h"
#include "core/engine/state/account.h"
#include "core/engine/storage/history/history.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNTOLD_MAXIMUM = 8 }; /* blocks */

/* --- keys: names have their low four bits free, for accounts have at most twelve characters --- */

static uint64_t key_of(enum chain_history_kind kind, uint64_t name)
{
	return (name & ~UINT64_C(15)) | kind;
}

int embedded_open_history(struct embedded_chain *chain, struct error *error)
{
	struct error own = {0};
	uint32_t end = chain->storage ? block_log_last(chain->storage->blocks) : 0;
	char *path = chain->storage ? data_folder_subfolder(chain->storage->folder, "history", &own) : NULL;
	int result = chain->storage && !path ? -own.number : 0;

	if (result == 0)
		result = history_open(&chain->history, path, &chain->base.chain_id, end, error);
	else if (error)
		*error = own;
	free(path);
	if (result)
		return result;
	if (chain->storage)
		chain->storage->told = history_last(chain->history);
	chain->rounds = rounds_create(history_note(chain->history));
	return 0;
}

void embedded_close_history(struct embedded_chain *chain)
{
	rounds_destroy(chain->rounds);
	history_close(chain->history);
}

/* --- telling --- */

/* Half of what telling costs is printing: what lines have in common is made once. */
struct teller {
	struct chain_view *view;
	struct deeds *newest;  /* borrowed: the last of those that led to the view */
	uint32_t before;       /* the block before the first of those that are told */
	struct text begin;     /* owned: of all lines of a block */
	uint32_t block_num;
	struct chain_abi *abi; /* of: */
	uint64_t account;
	uint32_t abi_sequence;
};

static void teller_release(struct teller *teller)
{
	chain_abi_release(teller->view->chain, teller->abi);
	text_release(&teller->begin);
}

/* `"block_num":1,…`: what comes before, the brace and a number, depends on whose line it becomes. */
static void begin_block(struct teller *teller, const struct deeds *deeds)
{
	struct text *out = &teller->begin;

	if (teller->block_num == deeds->block_num)
		return;
	teller->block_num = deeds->block_num;
	text_clear(out);
	text_append(out, "\"block_num\":");
	text_append_number(out, deeds->block_num);
	text_printf(out, ",\"block_time\":\"%s\",\"trx_id\":\"", slot_text(deeds->slot).text);
	text_append_char(out, HISTORY_ID_MARK);
	text_append(out, "\",\"action_ordinal\":");
}

/* The setabi that made an account's ABI of that number; false: it is older than the deeds. last: of the
 * view. */
static bool find_setabi(const struct teller *teller, struct native_setabi *out, uint64_t account,
                        uint32_t sequence, uint32_t last)
{
	union native_data data;

	for (const struct deeds *deeds = teller->newest; deeds; deeds = deeds->previous)
		for (size_t i = deeds->actions_count; i-- > 0;) {
			const struct action *action = &deeds->actions[i].action;
			if (action->account == name_literal("eosio") && action->name == name_literal("setabi") &&
			    native_unpack(&data, action, NULL) == 0 && data.setabi.account == account &&
			    last-- == sequence) {
				*out = data.setabi;
				return true;
			}
		}
	return false;
}

/* The ABI that an account had had that number of: mostly the view's, else one that was replaced since. NULL:
 * it had none. */
static struct chain_abi *find_abi(const struct teller *teller, uint64_t account, uint32_t sequence)
{
	const struct chain_revision before = {.kind = CHAIN_BLOCK, .block_num = teller->before};
	struct account_object now;
	struct native_setabi set;
	struct chain_view *view = NULL;
	struct chain_abi *abi = NULL;

	if (!account_get(((struct state_view *)teller->view)->root, &now, account))
		return NULL;
	if (now.abi_sequence == sequence)
		chain_abi_get(teller->view, &abi, account, NULL);
	else if (find_setabi(teller, &set, account, sequence, now.abi_sequence))
		chain_abi_make(&abi, set.abi.data, set.abi.length, account, NULL);
	else if (chain_view_open(teller->view->chain, &view, &before, NULL, NULL) == 0)
		chain_abi_get(view, &abi, account, NULL);
	chain_view_close(view);
	return abi;
}

static void print_data(struct teller *teller, struct text *out, const struct deed *deed)
{
	uint64_t account = deed->action.account;

	if (teller->account != account || teller->abi_sequence != deed->abi_sequence) {
		chain_abi_release(teller->view->chain, teller->abi);
		teller->abi = find_abi(teller, account, deed->abi_sequence);
		teller->account = account;
		teller->abi_sequence = deed->abi_sequence;
	}
	chain_print_data_by(teller->abi, out, &deed->action, false);
}

static void print_deed(struct teller *teller, struct text *out, const struct deed *deed)
{
	const struct action *action = &deed->action;

	text_append_bytes(out, teller->begin.data, teller->begin.length);
	text_append_number(out, deed->ordinal);
	text_append(out, ",\"account\":\"");
	text_append(out, name_text(action->account).text);
	text_append(out, "\",\"name\":\"");
	text_append(out, name_text(action->name).text);
	text_append(out, "\",\"authorization\":[");
	for (size_t i = 0; i < action->authorization_count; i++) {
		const struct permission_level *level = &action->authorization[i];
		text_append(out, i ? ",\"" : "\"");
		text_append(out, name_text(level->actor).text);
		text_append_char(out, '@');
		text_append(out, name_text(level->permission).text);
		text_append_char(out, '"');
	}
	text_append(out, "],\"data\":");
	if (deed->data_length <= DEED_DATA_MAXIMUM)
		print_data(teller, out, deed);
	else
		text_printf(out, "null,\"data_length\":%zu", deed->data_length);
	text_append_char(out, '}');
}

/* Once; each line with its newline. Names in data are a stranger's text, but JSON has no newlines in it. */
static void tell(struct teller *teller, struct deeds *deeds)
{
	if (deeds->is_told)
		return;
	begin_block(teller, deeds);
	for (size_t i = 0; i < deeds->actions_count; i++) {
		print_deed(teller, &deeds->told, &deeds->actions[i]);
		text_append_char(&deeds->told, '\n');
	}
	deeds->is_told = true;
}

static const char *line_end(const char *line)
{
	return strchr(line, '\n');
}

static int add_transaction(struct embedded_chain *chain, struct teller *teller, struct deeds *deeds,
                           struct error *error)
{
	const char *line, *end;
	int result = 0;

	tell(teller, deeds);
	line = text_string(&deeds->told);
	for (size_t i = 0; i < deeds->actions_count && result == 0; i++, line = end + 1) {
		end = line_end(line);
		result = history_add(chain->history, deeds->actions[i].accounts, deeds->actions[i].accounts_count,
		                     line, (size_t)(end - line), &deeds->id, error);
	}
	return result;
}

struct round_target {
	struct embedded_chain *chain;
	struct error *error;
	int result;
};

static void add_round(void *context, uint64_t producer, const struct text *line)
{
	struct round_target *target = context;
	uint64_t key = key_of(CHAIN_HISTORY_PRODUCER, producer);

	if (target->result == 0)
		target->result = history_add(target->chain->history, &key, 1, line->data, line->length, NULL,
		                             target->error);
}

int embedded_tell(struct embedded_chain *chain, struct chain_view *view, struct deeds *newest,
                  struct deeds *const *deeds, size_t count, struct error *error)
{
	struct round_target target = {chain, error, 0};
	struct teller teller = {.view = view, .newest = newest, .before = history_last(chain->history)};
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		if (!deeds[i]->producer) {
			result = add_transaction(chain, &teller, deeds[i], error);
			continue;
		}
		rounds_take(chain->rounds, deeds[i], add_round, &target);
		result = target.result;
	}
	if (result == 0) {
		rounds_pack(history_note(chain->history), chain->rounds);
		result = history_advance(chain->history, error);
	}
	teller_release(&teller);
	return result;
}

int embedded_save_history(struct embedded_chain *chain, struct error *error)
{
	/* Old blocks are for who asks or has time: an unmount does not wait for them. */
	int result =
		embedded_index_is_near(chain) ? embedded_index_blocks(chain, UINT32_MAX, NULL, error) : 0;

	if (result)
		return result;
	pthread_mutex_lock(&chain->index_lock);
	result = history_save(chain->history, error);
	pthread_mutex_unlock(&chain->index_lock);
	return result;
}

/* --- reading --- */

/* A key's lines as one view sees them: what is stored, and behind it what the view's deeds tell. */
struct reading {
	struct embedded_chain *chain;
	struct history_lines stored;
	struct recent_line {
		const struct deeds *deeds;
		const char *text;
		size_t length;
		uint64_t end; /* of what is shown of it, counted from the first of them */
	} *recent; /* owned; ascending */
	size_t recent_count, recent_capacity;
};

static bool is_about(const struct deed *deed, uint64_t name)
{
	size_t i = 0;

	while (i < deed->accounts_count && deed->accounts[i] < name)
		i++;
	return i < deed->accounts_count && deed->accounts[i] == name;
}

static void turn_around(struct recent_line *lines, size_t count)
{
	for (size_t first = 0; first + 1 < count; first++) {
		struct recent_line line = lines[--count];
		lines[count] = lines[first];
		lines[first] = line;
	}
}

/* Those of one transaction, the last one first. */
static void add_recent(struct reading *reading, struct teller *teller, struct deeds *deeds, uint64_t name)
{
	size_t first = reading->recent_count;
	bool any = false;

	for (size_t i = 0; i < deeds->actions_count && !any; i++)
		any = is_about(&deeds->actions[i], name);
	if (!any)
		return;
	tell(teller, deeds);
	const char *line = text_string(&deeds->told);
	for (size_t i = 0; i < deeds->actions_count; i++) {
		const char *end = line_end(line);
		if (is_about(&deeds->actions[i], name)) {
			LIST_APPEND(reading->recent, reading->recent_count, reading->recent_capacity,
			            (struct recent_line){deeds, line, (size_t)(end - line), 0});
		}
		line = end + 1;
	}
	turn_around(reading->recent + first, reading->recent_count - first);
}

/* An id's mark in text that was not stored yet stands for its digits. */
static size_t recent_size(const struct recent_line *line)
{
	return line->length - 1 + 2 * sizeof line->deeds->id + 1;
}

static void end_lines(struct reading *reading)
{
	uint64_t end = 0;

	turn_around(reading->recent, reading->recent_count);
	for (size_t i = 0; i < reading->recent_count; i++)
		reading->recent[i].end = end += recent_size(&reading->recent[i]);
}

static void end_reading(struct reading *reading)
{
	history_lines_release(&reading->stored);
	free(reading->recent);
	pthread_mutex_unlock(&reading->chain->index_lock);
}

/* Locks the index until end_reading(), also when it fails. */
static int begin_reading(struct reading *reading, struct chain_view *view, enum chain_history_kind kind,
                         uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(view->chain);
	const struct published *state = embedded_state_of(view);
	struct teller teller = {.view = view, .newest = state->deeds};
	int result = 0;

	*reading = (struct reading){.chain = chain};
	pthread_mutex_lock(&chain->index_lock);
	uint32_t told = history_last(chain->history);
	bool behind = told + 1 < chain->deeds_from || told + UNTOLD_MAXIMUM < state->block_num;
	pthread_mutex_unlock(&chain->index_lock);
	if (behind || kind == CHAIN_HISTORY_PRODUCER) /* rounds are told of what is stored alone */
		result = embedded_index_blocks(chain, UINT32_MAX, view->interruption, error);
	pthread_mutex_lock(&chain->index_lock);
	if (result == 0)
		result = history_find(chain->history, &reading->stored, key_of(kind, name), state->block_num, error);
	teller.before = history_last(chain->history);
	for (struct deeds *deeds = state->deeds;
	     result == 0 && kind == CHAIN_HISTORY_ACCOUNT && deeds &&
	     deeds->block_num > history_last(chain->history);
	     deeds = deeds->previous)
		add_recent(reading, &teller, deeds, name);
	teller_release(&teller);
	end_lines(reading);
	return result;
}

/* What stands before a line's own text: its number, from 1. */
#define LINE_BEGIN "{\"seq\":%" PRIu64 ","

static uint64_t begin_size(uint64_t number)
{
	char text[48];

	return (uint64_t)snprintf(text, sizeof text, LINE_BEGIN, number);
}

/* What stands so before the first `count` lines. */
static uint64_t begins_size(uint64_t count)
{
	uint64_t size = count * (begin_size(1) - 1), power = 1;

	for (; count >= power && power <= UINT64_MAX / 10; power *= 10)
		size += count - power + 1; /* those that have that digit */
	return size;
}

static uint64_t lines_of(const struct reading *reading)
{
	return reading->stored.count + reading->recent_count;
}

/* Where the first line behind `count` begins. */
static uint64_t place_of(const struct reading *reading, uint64_t count)
{
	uint64_t stored = count < reading->stored.count ? count : reading->stored.count;
	uint64_t size = begins_size(count) + history_lines_before(&reading->stored, stored);

	return count > stored ? size + reading->recent[count - stored - 1].end : size;
}

static int read_line(struct reading *reading, struct text *out, uint64_t index, struct error *error)
{
	text_printf(out, LINE_BEGIN, index + 1);
	if (index < reading->stored.count)
		return history_read(reading->chain->history, out, &reading->stored, index, error);
	const struct recent_line *line = &reading->recent[index - reading->stored.count];
	const char *mark = memchr(line->text, HISTORY_ID_MARK, line->length);
	size_t before = (size_t)(mark - line->text);
	text_append_bytes(out, line->text, before);
	text_append_hex(out, line->deeds->id.data, sizeof line->deeds->id.data);
	text_append_bytes(out, mark + 1, line->length - before - 1);
	text_append_char(out, '\n');
	return 0;
}

/* The block that a line tells of: its second member. */
static uint32_t block_of(struct reading *reading, uint64_t index)
{
	struct text line = TEXT_EMPTY;
	const char *number = NULL;
	uint32_t block = 0;

	if (read_line(reading, &line, index, NULL) == 0 && (number = strchr(text_string(&line), ',')))
		number = strchr(number, ':');
	if (number)
		block = (uint32_t)strtoul(number + 1, NULL, 10);
	text_release(&line);
	return block;
}

int embedded_history(struct chain_view *view, struct chain_history *out, enum chain_history_kind kind,
                     uint64_t name, uint64_t from, uint64_t maximum, struct error *error)
{
	struct reading reading;
	int result = begin_reading(&reading, view, kind, name, error);

	*out = (struct chain_history){.lines = lines_of(&reading)};
	if (from == UINT64_MAX)
		from = out->lines > maximum ? out->lines - maximum : 0;
	out->from = from < out->lines ? from : out->lines;
	uint64_t end = out->lines - out->from < maximum ? out->lines : out->from + maximum;
	if (result == 0) {
		out->begin = place_of(&reading, out->from);
		out->end = place_of(&reading, end);
		if (end > out->from)
			out->block_num = block_of(&reading, end - 1);
	}
	end_reading(&reading);
	return result;
}

int embedded_history_text(struct chain_view *view, struct text *out, uint64_t *begin,
                          enum chain_history_kind kind, uint64_t name, uint64_t offset, size_t size,
                          struct error *error)
{
	struct reading reading;
	int result = begin_reading(&reading, view, kind, name, error);
	uint64_t low = 0, high = result ? 0 : lines_of(&reading);
	size_t before = out->length;

	/* the line that holds the byte */
	PARTITION_POINT(low, high, at, place_of(&reading, at + 1) <= offset);
	*begin = result ? 0 : place_of(&reading, low);
	for (; result == 0 && low < lines_of(&reading) && out->length - before < offset - *begin + size; low++)
		result = read_line(&reading, out, low, error);
	end_reading(&reading);
	return result;
}
