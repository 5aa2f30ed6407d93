/* Earlier blocks of the embedded chain: their states, what they did, where a transaction is; those that are
 * kept, those that are made again, and after the chain was closed and opened. */
#include "tests/scene.h"

#include "core/base/system/file.h"
#include "core/chain/print.h"
#include "core/engine/storage/block/transaction_index.h"

#include <errno.h>
#include <fcntl.h>

enum { TRANSFERS = 5, BLOCKS_BETWEEN = 700 };

/* A transfer every BLOCKS_BETWEEN blocks: bob has as many units at its block as transfers there were. */
struct transfers {
	struct checksum256 id[TRANSFERS];
	uint32_t block_num[TRANSFERS];
};

static void make_transfers(struct rig *rig, struct transfers *out)
{
	rig_make_token(rig);
	for (size_t i = 0; i < TRANSFERS; i++) {
		struct transaction_trace trace = {0};
		rig_must(rig_transfer(rig, &trace, "bob"), "transfer", &rig->error);
		out->id[i] = trace.id;
		out->block_num[i] = trace.block_num;
		transaction_trace_release(&trace);
		rig_must(rig_advance(rig, BLOCKS_BETWEEN * SECOND / 2), "advance", &rig->error);
	}
}

static int64_t balance_at(struct rig *rig, uint32_t number)
{
	const struct chain_revision revision = {.kind = CHAIN_BLOCK, .block_num = number};
	struct table_id table = {name_literal("eosio.token"), name_literal("bob"), name_literal("accounts")};
	struct chain_view *view = NULL;
	struct chain_info info;
	struct chain_row row;
	int64_t amount = 0;
	rig_must(chain_view_open(rig->chain, &view, &revision, NULL, &rig->error), "view", &rig->error);
	assert_int_equal(view->block_num, number);
	rig_must(view->operations->info(view, &info, &rig->error), "info", &rig->error);
	assert_int_equal(info.head_block_num, number);
	if (view->operations->row(view, &row, &table, ('S' | 'Y' << 8 | 'S' << 16), NULL) == 0) {
		struct cursor in = cursor_make(row.data, row.length);
		amount = (int64_t)cursor_u64(&in);
	}
	chain_view_close(view);
	return amount;
}

/* Asked for once more they are copies of those that stayed. */
static void expect_same_again(struct rig *rig, struct chain_view *view, uint32_t number,
                              const struct transaction_trace *traces, size_t traces_count)
{
	struct transaction_trace *again = NULL;
	size_t count = 0;
	rig_must(view->operations->traces(view, &again, &count, number, &rig->error), "traces again",
	         &rig->error);
	assert_int_equal(count, traces_count);
	for (size_t i = 0; i < count; i++) {
		struct text texts[2] = {TEXT_EMPTY, TEXT_EMPTY};
		assert_true(transaction_trace_size(&again[i]) >= sizeof again[i]);
		chain_print_trace(view, &texts[0], &traces[i], true);
		chain_print_trace(view, &texts[1], &again[i], true);
		assert_string_equal(text_string(&texts[0]), text_string(&texts[1]));
		assert_memory_equal(&again[i].header, &traces[i].header, sizeof traces[i].header);
		assert_true(!again[i].actions_count || again[i].actions != traces[i].actions);
		text_release(&texts[0]);
		text_release(&texts[1]);
		transaction_trace_release(&again[i]);
	}
	free(again);
}

static void expect_past(struct rig *rig, const struct transfers *transfers)
{
	struct chain_view *view = NULL;
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	for (size_t i = TRANSFERS; i-- > 0;) {
		struct transaction_trace *traces = NULL;
		uint32_t number = 0;
		size_t count = 0;
		rig_must(view->operations->find_transaction(view, &number, &transfers->id[i], &rig->error), "find",
		         &rig->error);
		assert_int_equal(number, transfers->block_num[i]);
		rig_must(view->operations->traces(view, &traces, &count, number, &rig->error), "traces", &rig->error);
		assert_int_equal(count, i ? 2 : 8); /* onblock; the first has what made the token before it, too */
		const struct transaction_trace *last = &traces[count - 1];
		assert_memory_equal(&last->id, &transfers->id[i], sizeof last->id);
		assert_int_equal(last->actions_count, 3);
		assert_int_equal(last->block_num, number);
		assert_true(last->has_receipt);
		expect_same_again(rig, view, number, traces, count);
		for (size_t k = 0; k < count; k++)
			transaction_trace_release(&traces[k]);
		free(traces);
		assert_int_equal(balance_at(rig, number), (int64_t)i + 1);
		assert_int_equal(balance_at(rig, number - 1), (int64_t)i);
		assert_int_equal(balance_at(rig, number + 333), (int64_t)i + 1);
	}
	chain_view_close(view);
}

static void expect_unknown(struct rig *rig)
{
	const struct checksum256 nothing = {{1, 2, 3}};
	struct chain_revision revision = {.kind = CHAIN_BLOCK, .block_num = rig_info(rig).head_block_num + 1};
	struct chain_view *view = NULL, *later = NULL;
	uint32_t number;
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	assert_int_equal(view->operations->find_transaction(view, &number, &nothing, NULL), -ENOENT);
	chain_view_close(view);
	assert_int_equal(chain_view_open(rig->chain, &later, &revision, NULL, &rig->error), -ENOENT);
	revision.block_num = 0;
	assert_int_equal(chain_view_open(rig->chain, &later, &revision, NULL, &rig->error), -ENOENT);
}

static void the_past_is_there_after_closing(void **state)
{
	struct transfers transfers;
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	rig_open(&scene.rig);
	make_transfers(&scene.rig, &transfers);
	expect_past(&scene.rig, &transfers);
	expect_unknown(&scene.rig);
	rig_close(&scene.rig);
	for (int lost = 0; lost < 2; lost++) {
		rig_open(&scene.rig);
		expect_past(&scene.rig, &transfers);
		expect_unknown(&scene.rig);
		rig_close(&scene.rig);
		/* without its index, and with one that is damaged */
		char *path = scene_path(&scene, "transactions.index");
		file_set(path, "no index", 8);
		free(path);
	}
	rig_open(&scene.rig);
	expect_past(&scene.rig, &transfers);
	scene_end(&scene);
}

/* --- blocks of which the transactions are in memory no more --- */

/* A block as the state after it shows it, and as a later one does. */
static void expect_block(struct rig *rig, uint32_t number)
{
	const struct chain_revision revision = {.kind = CHAIN_BLOCK, .block_num = number};
	struct signed_block later = rig_block(rig, number), own = {0};
	struct bytes packed[2] = {{0}, {0}};
	struct chain_view *view = NULL;
	rig_must(chain_view_open(rig->chain, &view, &revision, NULL, &rig->error), "view", &rig->error);
	rig_must(view->operations->block(view, &own, number, &rig->error), "block", &rig->error);
	chain_view_close(view);
	signed_block_pack(&packed[0], &later);
	signed_block_pack(&packed[1], &own);
	assert_true(own.transactions_count > 0);
	assert_int_equal(packed[0].length, packed[1].length);
	assert_memory_equal(packed[0].data, packed[1].data, packed[0].length);
	for (int i = 0; i < 2; i++)
		bytes_release(&packed[i]);
	signed_block_release(&later);
	signed_block_release(&own);
}

static void expect_blocks(struct rig *rig)
{
	struct transaction_trace trace = {0};
	uint32_t numbers[20];
	rig_open(rig);
	rig_make_token(rig);
	for (int i = 0; i < 20; i++) {
		rig_must(rig_transfer(rig, &trace, "bob"), "transfer", &rig->error);
		numbers[i] = trace.block_num;
		transaction_trace_release(&trace);
		assert_int_equal(rig_advance(rig, SECOND), 0);
	}
	assert_int_equal(rig_advance(rig, 10 * SECOND), 0);
	for (int i = 0; i < 20; i++) {
		expect_block(rig, numbers[i]);
		assert_int_equal(balance_at(rig, numbers[i]), i + 1);
	}
}

static void old_blocks_have_their_transactions(void **state)
{
	struct rig memory = {.manual_clock = true};
	struct scene scene;
	(void)state;
	expect_blocks(&memory);
	rig_end(&memory);
	scene_begin(&scene);
	expect_blocks(&scene.rig);
	scene_end(&scene);
}

/* Without a data folder. */
static void the_past_in_memory(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct transaction_trace trace = {0};
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	assert_int_equal(rig_advance(&rig, 1100 * SECOND / 2), 0);
	assert_int_equal(rig_transfer(&rig, &trace, "bob"), 0);
	uint32_t number = trace.block_num, found = 0;
	assert_int_equal(rig_advance(&rig, 100 * SECOND), 0);
	assert_int_equal(balance_at(&rig, number), 1);
	assert_int_equal(balance_at(&rig, number - 1), 0);
	assert_int_equal(balance_at(&rig, number - 700), 0);
	struct chain_view *view = NULL;
	assert_int_equal(chain_view_open(rig.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(view->operations->find_transaction(view, &found, &trace.id, NULL), 0);
	assert_int_equal(found, number);
	chain_view_close(view);
	assert_int_equal(rig_advance(&rig, 1500 * SECOND / 2), 0);
	assert_int_equal(chain_view_open(rig.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(view->operations->find_transaction(view, &found, &trace.id, NULL), 0);
	assert_int_equal(found, number);
	chain_view_close(view);
	assert_int_equal(balance_at(&rig, 1000), 0); /* one in a thousand */
	assert_int_equal(balance_at(&rig, 777), 0); /* from the genesis */
	assert_int_equal(balance_at(&rig, number), 1); /* from block 1 000 */
	assert_int_equal(balance_at(&rig, number - 1), 0);
	expect_unknown(&rig);
	transaction_trace_release(&trace);
	rig_end(&rig);
}

static void the_past_ends_where_history_says(void **state)
{
	struct rig rig = {.manual_clock = true, .history = 50};
	struct chain_revision revision = {.kind = CHAIN_BLOCK};
	struct chain_view *view = NULL;
	(void)state;
	rig_open(&rig);
	assert_int_equal(rig_advance(&rig, 60 * SECOND), 0);
	uint32_t head = rig_info(&rig).head_block_num;
	assert_int_equal(balance_at(&rig, head - 50), 0);
	revision.block_num = head - 51;
	assert_int_equal(chain_view_open(rig.chain, &view, &revision, NULL, &rig.error), -EOPNOTSUPP);
	assert_non_null(strstr(rig.error.sentence, "is 51 blocks old"));
	assert_non_null(strstr(rig.error.sentence, "history"));
	rig_end(&rig);
}

/* --- the index --- */

static struct checksum256 id_of(uint32_t number)
{
	struct bytes bytes = {0};
	bytes_put_u32(&bytes, number % 4 ? number : number + 1); /* some ids stand in two blocks */
	struct checksum256 id = hash_sha256(bytes.data, bytes.length);
	bytes_release(&bytes);
	return id;
}

static void an_index_grows_and_is_found_again(void **state)
{
	enum { MANY = 20000 };
	char *folder = temporary_folder(), *path = temporary_path(folder, "index");
	const struct checksum256 chain = {{7}}, other = {{8}};
	struct transaction_index *index = NULL;
	struct error error = {0};
	struct stat status;
	uint32_t found[4];
	(void)state;
	assert_int_equal(transaction_index_open(&index, path, &chain, 0, &error), 0);
	for (uint32_t number = 1; number <= MANY; number++) {
		struct checksum256 id = id_of(number);
		assert_int_equal(transaction_index_add(index, &id, number, &error), 0);
		assert_int_equal(transaction_index_add(index, &id, number, &error), 0); /* once */
		assert_int_equal(transaction_index_advance(index, &error), 0);
	}
	assert_int_equal(stat(path, &status), 0);
	assert_true(status.st_size < MANY * 100);
	transaction_index_close(index);
	assert_int_equal(transaction_index_open(&index, path, &chain, MANY, &error), 0);
	/* what was synced is certain, the rest is added again */
	assert_true(transaction_index_last(index) > MANY - 1000);
	for (uint32_t number = 1; number < MANY; number += 7) {
		struct checksum256 id = id_of(number);
		int count = transaction_index_find(index, found, 4, &id, &error);
		assert_int_equal(count, number % 4 < 2 && number > 1 ? 2 : 1);
		assert_true(found[0] == number || (count == 2 && found[1] == number));
	}
	struct checksum256 id = id_of(MANY + 50);
	assert_int_equal(transaction_index_find(index, found, 4, &id, &error), 0);
	transaction_index_close(index);
	/* another chain's, or of blocks that are gone: begun anew */
	assert_int_equal(transaction_index_open(&index, path, &chain, 10, &error), 0);
	assert_int_equal(transaction_index_last(index), 0);
	transaction_index_close(index);
	assert_int_equal(transaction_index_open(&index, path, &other, MANY, &error), 0);
	assert_int_equal(transaction_index_last(index), 0);
	transaction_index_close(index);
	free(path);
	temporary_remove(folder);
}

/* Processes that are killed before their headers are written; replaced: the blocks are others each time. */
static void index_through_kills(bool replaced)
{
	enum { KILLS = 5, BLOCKS = 1000, HEADER = 64 };
	char *folder = temporary_folder(), *path = temporary_path(folder, "index");
	const struct checksum256 chain = {{7}};
	struct transaction_index *index = NULL;
	struct error error = {0};
	uint8_t header[HEADER];
	uint64_t size = 0, first_size = 0;
	uint32_t found[4];
	for (uint32_t life = 0; life < KILLS; life++) {
		uint32_t shift = replaced ? life * BLOCKS : 0;
		int fd = -1;
		assert_int_equal(transaction_index_open(&index, path, &chain, BLOCKS, &error), 0);
		if (life == 0) {
			assert_int_equal(file_open(&fd, path, O_RDWR, &error), 0);
			assert_int_equal(file_read(fd, header, sizeof header, 0), 0);
			assert_int_equal(file_size(fd, &first_size), 0);
			close(fd);
		}
		for (uint32_t number = transaction_index_last(index) + 1; number <= BLOCKS; number++) {
			struct checksum256 id = id_of(shift + number);
			assert_int_equal(transaction_index_add(index, &id, number, &error), 0);
			assert_int_equal(transaction_index_advance(index, &error), 0);
		}
		for (uint32_t number = 2; number <= BLOCKS; number += 4) {
			struct checksum256 id = id_of(shift + number);
			assert_int_equal(transaction_index_find(index, found, 4, &id, &error), 1);
			assert_int_equal(found[0], number);
		}
		transaction_index_close(index);
		assert_int_equal(file_open(&fd, path, O_RDWR, &error), 0);
		assert_int_equal(file_size(fd, &size), 0);
		if (size == first_size) /* another size is another file */
			assert_int_equal(file_write(fd, header, sizeof header, 0), 0);
		close(fd);
	}
	/* what stands there uncounted makes it grow all the same */
	assert_true(size > first_size || !replaced);
	free(path);
	temporary_remove(folder);
}

static void an_index_grows_though_its_processes_are_killed(void **state)
{
	(void)state;
	index_through_kills(false);
	index_through_kills(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_is_there_after_closing),
		cmocka_unit_test(old_blocks_have_their_transactions),
		cmocka_unit_test(the_past_in_memory),
		cmocka_unit_test(the_past_ends_where_history_says),
		cmocka_unit_test(an_index_grows_and_is_found_again),
		cmocka_unit_test(an_index_grows_though_its_processes_are_killed),
	};
	return cmocka_run_group_tests_name("past", tests, NULL, NULL);
}
