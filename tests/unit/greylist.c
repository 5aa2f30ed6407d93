/* Greylists: whom they hold to how much, on which node, and what that is to the others. */
#include "tests/peer_rig.h"

#include "core/base/exception.h"
#include "core/contracts/bundle.h"
#include "core/types/feature.h"

#define ALICE name_literal("alice")

/* eosio.bios's action of alice's own, or, with data (emptied), one of eosio's. */
static struct packed_transaction make(struct mesh *mesh, const char *name, struct bytes *data, uint32_t delay)
{
	struct action *action = memory_allocate(1, sizeof *action);
	struct transaction transaction = {.actions = action, .actions_count = 1, .delay_sec = delay};
	struct block_state *head = node_head(mesh->eosio);
	struct packed_transaction packed;

	transaction.expiration = (uint32_t)(mesh->now / 1000000) + mesh->lifetime +
	                         (uint32_t)(mesh->salt++ % 1000);
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	*action = (struct action){.account = name_literal("eosio"), .name = name_literal(name)};
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){data ? name_literal("eosio") : ALICE,
	                                                     name_literal("active")};
	action->authorization_count = 1;
	if (data)
		action->data = *data;
	else
		bytes_put_u64(&action->data, ALICE);
	packed_transaction_make(&packed, &transaction);
	struct error error = {0};
	assert_int_equal(packed_transaction_sign(&packed, mesh->signer, &mesh->key, NULL,
	                                         ledger_chain_id(mesh->network->ledger), &error),
	                 0);
	return packed;
}

/* The code that it fails with; what fails is the caller's still. */
static uint32_t push_to(struct mesh *mesh, struct node *node, struct packed_transaction *packed)
{
	struct transaction_trace trace = {0};
	struct public_key key;
	struct error error = {0};

	assert_int_equal(packed_transaction_keys(packed, &key, ledger_chain_id(mesh->network->ledger), &error),
	                 0);
	int result = node_push(node, &trace, packed, &key, 1, NULL, &error);
	transaction_trace_release(&trace);
	return result ? error.code : 0;
}

static uint32_t push(struct mesh *mesh, struct node *node)
{
	struct packed_transaction packed = make(mesh, "reqauth", NULL, 0);
	uint32_t code = push_to(mesh, node, &packed);

	packed_transaction_release(&packed);
	return code;
}

static void push_of_eosio(struct mesh *mesh, const char *name, struct bytes data)
{
	struct packed_transaction packed = make(mesh, name, &data, 0);

	assert_int_equal(push_to(mesh, mesh->eosio, &packed), 0);
	packed_transaction_release(&packed);
}

static void limit(struct mesh *mesh, uint64_t account, uint64_t weight)
{
	struct bytes data = {0};

	bytes_put_u64(&data, account);
	bytes_put_u64(&data, UINT64_MAX);
	bytes_put_u64(&data, UINT64_MAX);
	bytes_put_u64(&data, weight);
	push_of_eosio(mesh, "setalimits", data);
}

static void set_code(struct mesh *mesh, const char *name)
{
	const struct bundle *bundle = bundle_find(name);
	struct bytes data = {0};

	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, bundle->code->data, bundle->code->length);
	push_of_eosio(mesh, "setcode", data);
}

/* What eosio.bios asks of the chain. */
static void set_bios(struct mesh *mesh)
{
	const struct checksum256 first = feature_digest(FEATURE_PREACTIVATE_FEATURE),
	                         second = feature_digest(FEATURE_WTMSIG_BLOCK_SIGNATURES);
	struct bytes data = {0};
	struct error error = {0};

	assert_int_equal(node_schedule_feature(mesh->eosio, &first, &error), 0);
	mesh_slot(mesh);
	set_code(mesh, "eosio.boot");
	bytes_put(&data, second.data, sizeof second.data);
	push_of_eosio(mesh, "activate", data);
	mesh_slots(mesh, 2);
	set_code(mesh, "eosio.bios");
}

/* alice may use 150 us of CPU of what blocks hold, and more than 600 of what the window has grown to. */
static void begin(struct mesh *mesh)
{
	struct authority authority = authority_of_key(&ledger_genesis(mesh->network->ledger)->initial_key);
	struct bytes account = {0};

	mesh_start(mesh, mesh->eosio, "--enable-stale-production --producer-name eosio");
	mesh_slots(mesh, 4);
	bytes_put_u64(&account, name_literal("eosio"));
	bytes_put_u64(&account, ALICE);
	authority_pack(&account, &authority);
	authority_pack(&account, &authority);
	authority_release(&authority);
	push_of_eosio(mesh, "newaccount", account);
	set_bios(mesh);
	limit(mesh, ALICE, 1);
	mesh_push(mesh, mesh->eosio, &(struct checksum256){{0}}, NULL);
	limit(mesh, mesh_account(mesh), 115199999);
	mesh_slots(mesh, 800);
}

static void list(struct node *node, bool add, uint32_t limit)
{
	struct name_set alice = {0};

	name_set_add(&alice, ALICE);
	node_change_greylist(node, &(struct greylist_change){add ? &alice : NULL, add ? NULL : &alice, limit});
	name_set_release(&alice);
}

static void whom_it_holds_to_how_much(void **state)
{
	static const char *const names[] = {"dan", "bob", "eve", "bob", "carol"};
	struct greylist greylist = {0};
	struct name_set set = {0};

	(void)state;
	assert_null(greylist_or_none(&greylist));
	assert_int_equal(greylist_multiple(&greylist, ALICE), 1000);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		name_set_add(&set, name_literal(names[i]));
	assert_int_equal(set.count, 4);
	for (size_t i = 1; i < set.count; i++)
		assert_true(set.names[i - 1] < set.names[i]);
	greylist_apply(&greylist, &(struct greylist_change){.added = &set});
	assert_non_null(greylist_or_none(&greylist));
	assert_int_equal(greylist_multiple(&greylist, name_literal("bob")), 1);
	assert_int_equal(greylist_multiple(&greylist, ALICE), 1000);
	name_set_remove(&set, name_literal("bob"));
	name_set_remove(&set, name_literal("bob"));
	assert_int_equal(set.count, 3);
	assert_false(name_set_has(&set, name_literal("bob")));
	greylist_apply(&greylist, &(struct greylist_change){.removed = &set, .limit = 7});
	assert_int_equal(greylist.accounts.count, 1);
	assert_int_equal(greylist_multiple(&greylist, name_literal("bob")), 1);
	assert_int_equal(greylist_multiple(&greylist, ALICE), 7);
	struct greylist copy = greylist_copy(&greylist);
	greylist_release(&greylist);
	assert_int_equal(greylist_multiple(&copy, name_literal("bob")), 1);
	greylist_release(&copy);
	greylist_apply(&greylist, &(struct greylist_change){.limit = 1000});
	assert_null(greylist_or_none(&greylist));
	greylist_release(&greylist);
	name_set_release(&set);
}

/* All blocks of the one process come to the node of another that lists alice too. */
static void send_blocks(struct side *from, struct side *to)
{
	for (size_t i = 2; i < from->blocks; i++) {
		struct cursor in = cursor_make(from->packed[i].data, from->packed[i].length);
		struct signed_block block;
		struct error error = {0};
		bool dropped = false;
		assert_int_equal(signed_block_unpack(&block, &in, &error), 0);
		if (side_receive(to, &block, &dropped, &error) || dropped)
			fail_msg("block %zu: %s", i, error.sentence);
		signed_block_release(&block);
	}
}

static void it_holds_on_its_own_node_alone(void **state)
{
	struct side here, there;
	struct mesh *mesh = &here.mesh;
	struct transaction_trace trace = {0};
	struct error error = {0};

	(void)state;
	memset(&here, 0, sizeof here);
	memset(&there, 0, sizeof there);
	side_begin(&here);
	side_begin(&there);
	struct node *asked = mesh_add(mesh, "--p2p-peer-address eosio");
	begin(mesh);
	list(asked, true, 0);
	assert_int_equal(push(mesh, asked), 0);
	struct packed_transaction packed = make(mesh, "reqauth", NULL, 0);
	assert_int_equal(push_to(mesh, asked, &packed), GREYLIST_CPU_USAGE_EXCEEDED);
	assert_int_equal(push_to(mesh, mesh->eosio, &packed), 0); /* the same */
	packed_transaction_release(&packed);
	mesh_slot(mesh);
	assert_ptr_equal(node_head(asked), node_head(mesh->eosio)); /* it takes what others have made */
	assert_int_equal(node_head(asked)->block->transactions_count, 2);
	packed = make(mesh, "reqauth", NULL, 0);
	const struct push_options dry = {.kind = PUSH_DRY_RUN};
	assert_int_not_equal(node_compute(asked, &trace, &packed, &dry, &error), 0);
	assert_int_equal(error.code, GREYLIST_CPU_USAGE_EXCEEDED);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	assert_int_equal(node_restart(asked, &error), 0); /* kept in memory alone */
	assert_int_equal(push(mesh, asked), 0);
	list(mesh->eosio, true, 0); /* who makes the block is asked too */
	assert_int_equal(push(mesh, asked), GREYLIST_CPU_USAGE_EXCEEDED);
	list(mesh->eosio, false, 1);
	assert_int_equal(push(mesh, asked), GREYLIST_CPU_USAGE_EXCEEDED);
	list(mesh->eosio, false, 1000);
	assert_int_equal(push(mesh, asked), 0);
	mesh_slot(mesh);

	assert_int_equal(node_configure(there.mesh.eosio, "", &error), 0); /* it makes none */
	mesh_start(&there.mesh, there.mesh.eosio, "");
	list(there.mesh.eosio, true, 1);
	network_tell_time(there.mesh.network, mesh->now);
	send_blocks(&here, &there);
	assert_memory_equal(&node_head(there.mesh.eosio)->id, &node_head(mesh->eosio)->id,
	                    sizeof(struct checksum256));
	side_end(&here);
	side_end(&there);
}

/* Whose block in the making is gone does it again, as its greylist has it by then; others may still. */
static void what_one_node_refuses_another_takes(void **state)
{
	struct mesh mesh;
	size_t before;

	(void)state;
	mesh_begin(&mesh);
	mesh_add(&mesh, "--p2p-peer-address eosio");
	mesh_add(&mesh, "--p2p-peer-address eosio");
	begin(&mesh);
	mesh_elect(&mesh);
	struct node *maker = NULL, *next;
	struct error error = {0};
	while (maker != mesh.nodes[0] || branch_block_slot(maker->branch) % TURN) {
		mesh_slot(&mesh);
		assert_int_equal(node_builder(mesh.eosio, &maker, &error), 0);
	}
	assert_int_equal(push(&mesh, mesh.eosio), 0);
	assert_int_equal(push(&mesh, mesh.eosio), 0);
	before = branch_block_transactions(maker->branch);
	assert_int_equal(before, 2);
	list(maker, true, 0);
	node_drop_block(maker);
	network_prepare(mesh.network);
	assert_int_equal(branch_block_transactions(maker->branch), 1);
	do {
		mesh_slot(&mesh);
		assert_int_equal(node_builder(mesh.eosio, &next, &error), 0);
	} while (next == maker);
	assert_int_equal(branch_block_transactions(next->branch), 1);
	assert_int_equal(mesh.lost_count, 0);
	mesh_end(&mesh);
}

/* One that is due is left alone by a node that holds its sender to less, as nodeos leaves it. */
static void deferred_ones_are_left_to_others(void **state)
{
	struct mesh mesh;
	struct packed_transaction packed;

	(void)state;
	mesh_begin(&mesh);
	begin(&mesh);
	packed = make(&mesh, "reqauth", NULL, 1);
	assert_int_equal(push_to(&mesh, mesh.eosio, &packed), 0);
	packed_transaction_release(&packed);
	list(mesh.eosio, true, 0);
	mesh_slots(&mesh, 10);
	assert_int_equal(mesh.eosio->late_count, 1);
	list(mesh.eosio, false, 0);
	mesh_slots(&mesh, 10);
	assert_int_equal(mesh.eosio->late_count, 1);
	mesh_end(&mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whom_it_holds_to_how_much),
		cmocka_unit_test(it_holds_on_its_own_node_alone),
		cmocka_unit_test(what_one_node_refuses_another_takes),
		cmocka_unit_test(deferred_ones_are_left_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
