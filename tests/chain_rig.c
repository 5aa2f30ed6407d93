/* The chain that chain_rig.h tells of. */
#include "tests/chain_rig.h"

void rig_must(int result, const char *what, const struct error *error)
{
	if (result == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, error->sentence);
	abort();
}

int rig_try_open(struct rig *rig)
{
	struct embedded_options options = {.genesis = rig->genesis,
	                                   .manual_clock = rig->manual_clock,
	                                   .verify = rig->verify,
	                                   .history = rig->history,
	                                   .begin_earlier_us = rig->begin_earlier_us,
	                                   .notices = &rig->notices};
	error_clear(&rig->error);
	text_clear(&rig->notices);
	if (!rig->signer)
		rig->signer = signer_create();
	if (!rig->wallet) {
		struct private_key key;
		rig_must(wallet_open(&rig->wallet, NULL, true, rig->signer, &rig->error), "wallet", &rig->error);
		rig_must(private_key_parse(&key, GENESIS_PRIVATE_KEY, &rig->error), "key", &rig->error);
		rig_must(wallet_import(rig->wallet, NULL, &key, &rig->error), "wallet", &rig->error);
	}
	if (rig->folder)
		rig_must(data_folder_open(&rig->data, rig->folder, &rig->error), "data folder", &rig->error);
	options.data_folder = rig->data;
	options.wallet = rig->wallet;
	options.signer = rig->signer;
	int result = embedded_chain_create(&rig->chain, &options, &rig->error);
	if (result) {
		data_folder_close(rig->data);
		rig->data = NULL;
	}
	return result;
}

void rig_open(struct rig *rig)
{
	rig_must(rig_try_open(rig), "chain", &rig->error);
}

void rig_close(struct rig *rig)
{
	chain_destroy(rig->chain);
	data_folder_close(rig->data);
	rig->chain = NULL;
	rig->data = NULL;
}

void rig_end(struct rig *rig)
{
	rig_close(rig);
	wallet_close(rig->wallet);
	signer_destroy(rig->signer);
	text_release(&rig->notices);
}

int rig_make_action(struct chain_view *view, struct action *out, const char *contract, const char *name,
                    const char *actor, const char *json, struct error *error)
{
	const struct permission_level level = {name_literal(actor), name_literal("active")};
	struct json *data = NULL;
	int result = json_parse(&data, json, strlen(json), error);

	if (result == 0)
		result = chain_action_make(view, out, name_literal(contract), name_literal(name), data, &level, 1,
		                           error);
	json_release(data);
	return result;
}

int rig_act(struct rig *rig, struct transaction_trace *trace, const char *contract, const char *name,
            const char *actor, const char *json)
{
	struct chain_view *view = NULL;
	struct action action;

	error_clear(&rig->error);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	int result = rig_make_action(view, &action, contract, name, actor, json, &rig->error);
	chain_view_close(view);
	return result ? result : chain_send(rig->chain, trace, rig->wallet, &action, 1, NULL, &rig->error);
}

void rig_activate(struct rig *rig, enum feature feature)
{
	struct checksum256 digest = feature_digest(feature);
	char json[128];

	snprintf(json, sizeof json, "{\"feature_digest\":\"%s\"}", checksum256_text(&digest).text);
	rig_must(rig_act(rig, NULL, "eosio", "activate", "eosio", json), "activate", &rig->error);
}

int rig_create_account(struct rig *rig, struct transaction_trace *trace, const char *name)
{
	char json[1024];
	struct key_text key = public_key_text(&rig->chain->genesis.initial_key);
	snprintf(
		json, sizeof json,
		"{\"creator\":\"eosio\",\"name\":\"%s\",\"owner\":{\"threshold\":1,\"keys\":[{\"key\":\"%s\","
		"\"weight\":1}],\"accounts\":[],\"waits\":[]},"
		"\"active\":{\"threshold\":1,\"keys\":[{\"key\":\"%s\",\"weight\":1}],\"accounts\":[],\"waits\":[]}}",
		name, key.text, key.text);
	return rig_act(rig, trace, "eosio", "newaccount", "eosio", json);
}

void rig_set_contract(struct rig *rig, const char *account, const void *code, size_t length,
                      const char *abi_text)
{
	struct permission_level level = {name_literal(account), name_literal("active")};
	struct action actions[2];
	struct bytes abi_bytes = {0};
	struct abi *abi = NULL;

	rig_must(abi_parse(&abi, abi_text, strlen(abi_text), &rig->error), account, &rig->error);
	abi_pack(&abi_bytes, abi);
	abi_release(abi);
	for (size_t i = 0; i < 2; i++) {
		actions[i] = (struct action){.account = name_literal("eosio"),
		                             .name = i ? name_literal("setabi") : name_literal("setcode"),
		                             .authorization = memory_copy(&level, sizeof level),
		                             .authorization_count = 1};
		bytes_put_u64(&actions[i].data, name_literal(account));
		if (i == 0)
			bytes_put_u16(&actions[i].data, 0); /* vmtype, vmversion */
		bytes_put_counted(&actions[i].data, i ? abi_bytes.data : code,
		                  i ? abi_bytes.length : length);
	}
	bytes_release(&abi_bytes);
	rig_must(chain_send(rig->chain, NULL, rig->wallet, actions, 2, NULL, &rig->error), account, &rig->error);
}

void rig_install(struct rig *rig, const char *account, const char *name)
{
	const struct bundle *bundle = bundle_find(name);

	rig_set_contract(rig, account, bundle->code->data, bundle->code->length, bundle->abi);
}

void rig_make_token(struct rig *rig)
{
	static const char *const accounts[] = {"eosio.token", "alice", "bob"};
	for (size_t i = 0; i < 3; i++)
		rig_must(rig_create_account(rig, NULL, accounts[i]), accounts[i], &rig->error);
	rig_install(rig, "eosio.token", "eosio.token");
	rig_must(
		rig_act(rig, NULL, "eosio.token", "create", "eosio.token", "[\"eosio\",\"1000000000.0000 SYS\"]"),
		"create", &rig->error);
	rig_must(rig_act(rig, NULL, "eosio.token", "issue", "eosio", "[\"eosio\",\"1000000000.0000 SYS\",\"\"]"),
	         "issue", &rig->error);
}

int rig_transfer(struct rig *rig, struct transaction_trace *trace, const char *to)
{
	char json[128];
	snprintf(json, sizeof json, "[\"eosio\",\"%s\",\"0.0001 SYS\",\"\"]", to);
	return rig_act(rig, trace, "eosio.token", "transfer", "eosio", json);
}

int64_t rig_balance(struct rig *rig, const char *account)
{
	struct table_id table = {name_literal("eosio.token"), name_literal(account), name_literal("accounts")};
	struct chain_view *view = NULL;
	struct chain_row row;
	int64_t amount = 0;
	uint64_t symbol;

	rig_must(symbol_parse(&symbol, "4,SYS", &rig->error), "symbol", &rig->error);
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	if (view->operations->row(view, &row, &table, symbol >> 8, NULL) == 0) {
		struct cursor in = cursor_make(row.data, row.length);
		amount = (int64_t)cursor_u64(&in);
	}
	chain_view_close(view);
	return amount;
}

int rig_advance(struct rig *rig, int64_t us)
{
	error_clear(&rig->error);
	return rig->chain->operations->clock_advance(rig->chain, us, false, NULL, &rig->error);
}

struct chain_info rig_info(struct rig *rig)
{
	struct chain_view *view = NULL;
	struct chain_info info;
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	rig_must(view->operations->info(view, &info, &rig->error), "info", &rig->error);
	chain_view_close(view);
	return info;
}

struct signed_block rig_block(struct rig *rig, uint32_t number)
{
	struct chain_view *view = NULL;
	struct signed_block block = {0};
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	rig_must(view->operations->block(view, &block, number, &rig->error), "block", &rig->error);
	chain_view_close(view);
	return block;
}

bool rig_has_account(struct rig *rig, const char *name)
{
	struct chain_view *view = NULL;
	rig_must(chain_view_open(rig->chain, &view, NULL, NULL, &rig->error), "view", &rig->error);
	bool there = view->operations->account_exists(view, NULL, name_literal(name), NULL) == 0;
	chain_view_close(view);
	return there;
}

void rig_make_node(struct rig *rig, const char *name, const char *configuration)
{
	const struct chain_operations *operations = rig->chain->operations;
	struct error error = {0};

	rig_must(operations->node_make(rig->chain, name_literal(name), &error), "make", &error);
	rig_must(operations->node_configure(rig->chain, name_literal(name), configuration, &error), "configure",
	         &error);
}

void rig_command_node(struct rig *rig, const char *name, const char *word)
{
	struct error error = {0};

	rig_must(rig->chain->operations->node_command(rig->chain, name_literal(name), &word, 1, &error), word,
	         &error);
}
