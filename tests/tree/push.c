/* push: actions, lists of actions and whole transactions. */
#include "tests/tree/fixture.h"

#include "core/chain/print.h"

#define ALICE "accounts/alice1111111/"
#define BOB "accounts/bob111111111/"

static void an_action_is_pushed_as_cleos_does(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_account("bob111111111", "100.0000 SYS");
	fixture_write("push", "eosio.token transfer '[\"alice1111111\",\"bob111111111\",\"1.0000 SYS\",\"one\"]' "
	                      "-p alice1111111@active\n");
	fixture_expect(BOB "balance", "1001.0000 SYS\n");
	/* pretty-printed, unquoted; who acts is found in the parameters */
	fixture_write("push", "eosio.token transfer {\n \"from\": \"alice1111111\", \"to\": \"bob111111111\",\n "
	                      "\"quantity\": \"2.0000 SYS\", \"memo\": \"two words\"\n}\n");
	fixture_expect(BOB "balance", "1003.0000 SYS\n");
	fixture_expect_part("log", "two words");
	fixture_refuse(EINVAL, "Unknown action trnsfer in contract eosio.token", "push",
	               "eosio.token trnsfer {}\n");
	fixture_refuse(EINVAL, "the action's name", "push", "eosio.token\n");
	fixture_refuse(EINVAL, "JSON object or array", "push", "eosio.token transfer alice1111111\n");
	fixture_refuse(ENOENT, "ghost1111111", "push",
	               "eosio.token open '[\"alice1111111\",\"4,SYS\",\"alice1111111\"]' -p ghost1111111\n");
	fixture_refuse(ECANCELED, "overdrawn balance", "push",
	               "eosio.token transfer '[\"alice1111111\",\"bob111111111\",\"9000.0000 SYS\",\"\"]'\n");
}

#define TRANSFER(quantity, actor)                                                                          \
	"{\"account\":\"eosio.token\",\"name\":\"transfer\",\"authorization\":[\"" actor "@active\"],\"data\":" \
	"{\"from\":\"" actor "\",\"to\":\"eosio\",\"quantity\":\"" quantity "\",\"memo\":\"\"}}"

static void a_list_is_one_transaction(void **state)
{
	(void)state;
	fixture_write("push", "[" TRANSFER("1.0000 SYS", "alice1111111") ",\n" TRANSFER("3.0000 SYS",
	                                                                                "bob111111111") "]\n");
	fixture_expect(ALICE "balance", "996.0000 SYS\n");
	fixture_expect(BOB "balance", "1000.0000 SYS\n");
	/* all or nothing */
	fixture_refuse(
		ECANCELED, "overdrawn balance", "push",
		"[" TRANSFER("1.0000 SYS", "alice1111111") "," TRANSFER("9999.0000 SYS", "bob111111111") "]\n");
	fixture_expect(ALICE "balance", "996.0000 SYS\n");
	fixture_refuse(EINVAL, "does nothing", "push", "[]\n");
	fixture_refuse(EINVAL, "NO SUCH", "push", "[{\"account\":\"NO SUCH\",\"name\":\"transfer\"}]\n");
	/* all lines of a write are parsed before the first is sent */
	static const char lines[] = "[" TRANSFER("1.0000 SYS", "alice1111111") "]\n[{}]\n";
	assert_int_equal(fixture_try_write_flags("push", lines, sizeof lines - 1, O_TRUNC, false), -EINVAL);
	fixture_expect(ALICE "balance", "996.0000 SYS\n");
	fixture_write("push", "{\"actions\":[" TRANSFER("1.0000 SYS", "alice1111111") "]}");
	fixture_expect(ALICE "balance", "995.0000 SYS\n");
}

/* A transaction that moves 1 SYS from alice to eosio, as somebody else would make it. */
static void make_transaction(struct packed_transaction *out, uint32_t nonce)
{
	struct json *json = NULL;
	struct chain_view *view = NULL;
	struct transaction transaction;
	struct checksum256 reference;
	uint32_t seconds;
	static const char text[] = "{\"actions\":[" TRANSFER("1.0000 SYS", "alice1111111") "]}";

	assert_int_equal(json_parse(&json, text, strlen(text), NULL), 0);
	assert_int_equal(chain_view_open(fixture.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(chain_transaction_parse(view, &transaction, json, NULL), 0);
	assert_int_equal(fixture.chain->operations->reference(fixture.chain, &reference, &seconds, NULL, NULL),
	                 0);
	transaction.expiration = seconds + 60 + nonce;
	transaction.ref_block_num = (uint16_t)block_id_number(&reference);
	transaction.ref_block_prefix = block_id_prefix(&reference);
	packed_transaction_make(out, &transaction);
	chain_view_close(view);
	json_release(json);
}

static void append_signatures(struct text *out, const struct packed_transaction *packed)
{
	text_append(out, "\"signatures\":[");
	for (size_t i = 0; i < packed->signatures_count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", signature_text(&packed->signatures[i]).text);
	text_append(out, "]");
}

static void sign(struct packed_transaction *packed)
{
	struct chain_view *view = NULL;
	struct wallet_keys *keys = NULL;
	struct public_key *required = NULL;
	size_t count = 0;
	assert_int_equal(chain_view_open(fixture.chain, &view, NULL, NULL, NULL), 0);
	assert_int_equal(wallet_keys_hold(fixture.wallet, &keys, NULL), 0);
	assert_int_equal(view->operations->required_keys(view, &required, &count, &packed->transaction,
	                                                 keys->list, keys->count, NULL),
	                 0);
	assert_int_equal(wallet_sign(fixture.wallet, packed, required, count, &fixture.chain->chain_id, NULL), 0);
	assert_int_equal(packed->signatures_count, 1);
	free(required);
	wallet_keys_release(keys);
	chain_view_close(view);
}

static void packed_elsewhere(void **state)
{
	struct packed_transaction packed;
	struct text text = TEXT_EMPTY;
	(void)state;
	make_transaction(&packed, 0);
	sign(&packed);
	text_append(&text, "{");
	append_signatures(&text, &packed);
	text_append(&text, ",\"compression\":\"none\",\"packed_context_free_data\":\"\",\"packed_trx\":\"");
	text_append_hex(&text, packed.packed_trx.data, packed.packed_trx.length);
	text_append(&text, "\"}\n");
	/* with a wallet that can sign nothing */
	fixture_write("wallet/state", "lock\n");
	fixture_write("push", text_string(&text));
	fixture_expect(ALICE "balance", "992.0000 SYS\n");
	char id[66];
	snprintf(id, sizeof id, "%s\n", checksum256_text(&packed.id).text);
	fixture_expect("last_transaction", id);
	/* exactly once */
	fixture_refuse(EALREADY, "uplicate", "push", text_string(&text));
	fixture_expect(ALICE "balance", "992.0000 SYS\n");
	fixture_refuse(EINVAL, "Invalid packed transaction", "push", "{\"packed_trx\":\"0g\"}\n");
	assert_true(fixture_try_write("push", "{\"packed_trx\":\"00\"}\n") < 0);
	text_release(&text);
	packed_transaction_release(&packed);
}

/* As `cleos sign` prints it; and one without signatures, which the wallet signs. */
static void whole_transactions(void **state)
{
	struct chain_view *view = NULL;
	(void)state;
	for (uint32_t is_signed = 0; is_signed < 2; is_signed++) {
		struct packed_transaction packed;
		struct text text = TEXT_EMPTY;
		make_transaction(&packed, 1 + is_signed);
		if (is_signed)
			sign(&packed);
		assert_int_equal(chain_view_open(fixture.chain, &view, NULL, NULL, NULL), 0);
		chain_print_transaction(view, &text, &packed.transaction, CHAIN_PRINT_SENT);
		chain_view_close(view);
		text.length--;
		text_append(&text, ",");
		append_signatures(&text, &packed);
		text_append(&text, ",\"context_free_data\":[]}\n");
		fixture_write("push", text_string(&text));
		fixture_refuse(EALREADY, "uplicate", "push", text_string(&text));
		text_release(&text);
		packed_transaction_release(&packed);
	}
	fixture_expect(ALICE "balance", "993.0000 SYS\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_action_is_pushed_as_cleos_does),
		cmocka_unit_test(a_list_is_one_transaction),
		cmocka_unit_test(whole_transactions),
		cmocka_unit_test(packed_elsewhere),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
