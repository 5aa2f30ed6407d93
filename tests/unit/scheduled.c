/* Deferred transactions in the blocks that a node makes: one that takes too long is tried once and expires;
 * others run meanwhile. */
#include "tests/network_rig.h"

#include "tests/wasm_builder.h"

struct clock {
	int64_t now;
	size_t looks;
};

static int64_t look(void *context)
{
	struct clock *clock = context;
	clock->looks++;
	return clock->now += 1000;
}

/* An action of eosio's, with what is packed (emptied). */
static void push(struct mesh *mesh, const char *account, const char *name, struct bytes *data, uint32_t delay)
{
	struct action *action = memory_allocate(1, sizeof *action);
	struct transaction transaction = {.actions = action, .actions_count = 1, .delay_sec = delay};
	struct packed_transaction packed = {0};
	struct push_options options = {.without_keys = true};
	struct transaction_trace trace = {0};
	struct error error = {0};
	struct block_state *head = node_head(mesh->eosio);
	transaction.expiration = (uint32_t)(mesh->now / 1000000) + 60;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	*action = (struct action){.account = name_literal(account),
	                          .name = name_literal(name),
	                          .data = *data,
	                          .authorization_count = 1};
	*data = (struct bytes){0};
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal("eosio"), name_literal("active")};
	packed_transaction_make(&packed, &transaction);
	if (node_push(mesh->eosio, &trace, &packed, NULL, 0, &options, &error))
		fail_msg("%s", error.sentence);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
}

/* eosio's own code: `go` never ends, everything else does nothing. */
static void set_code(struct mesh *mesh)
{
	struct builder builder = {0};
	struct bytes data = {0}, code = {0}, body = {0};
	bytes_put(&body, "\x20\2\x42", 3);
	put_leb(&body, name_literal("go"));
	bytes_put(&body, "\x51\x04\x40\x03\x40\x0c\0\x0b\x0b", 9);
	build_export(&builder, "apply", 0, build_function(&builder, "lll:v", "", body.data, body.length));
	build_finish(&builder, &code);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, code.data, code.length);
	push(mesh, "eosio", "setcode", &data, 0);
	bytes_release(&code);
	bytes_release(&body);
}

static size_t waiting(struct mesh *mesh)
{
	struct generated_transaction generated;
	const struct map_root *root = node_head(mesh->eosio)->root;
	int64_t from = 0;
	uint64_t object = 0;
	size_t count = 0;
	while (generated_transaction_seek(root, &generated, from, object)) {
		count++;
		from = generated.delay_until;
		object = generated.object_id + 1;
	}
	return count;
}

static void one_that_never_ends_is_tried_once(void **state)
{
	struct mesh mesh;
	struct clock clock = {0};
	struct bytes none = {0};
	(void)state;
	mesh_begin(&mesh);
	mesh_start(&mesh, mesh.eosio, "--enable-stale-production --producer-name eosio");
	mesh_slots(&mesh, 4);
	set_code(&mesh);
	mesh_slot(&mesh);
	push(&mesh, "eosio", "go", &none, 1);
	push(&mesh, "eosio", "fine", &none, 2);
	mesh_slot(&mesh);
	assert_int_equal(waiting(&mesh), 2);
	const struct contract_options options = {.clock = look, .context = &clock};
	ledger_set_contract_options(mesh.network->ledger, &options);
	mesh_slots(&mesh, 8);
	assert_int_equal(waiting(&mesh), 1); /* the one beside it has run */
	assert_int_equal(mesh.eosio->late_count, 1);
	size_t looks = clock.looks;
	assert_true(looks > 30); /* of a millisecond each, until 30 */
	mesh_slots(&mesh, 100);
	assert_int_equal(clock.looks, looks);
	assert_int_equal(waiting(&mesh), 1);
	mesh_slots(&mesh, 2 * 600); /* deferred_trx_expiration_window */
	assert_int_equal(waiting(&mesh), 0);
	assert_int_equal(clock.looks, looks);
	mesh_slots(&mesh, 2);
	assert_int_equal(mesh.eosio->late_count, 0);
	mesh_end(&mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(one_that_never_ends_is_tried_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
