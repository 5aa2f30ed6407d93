/* Protocol features: published digests, dependencies, preactivation, activation. */
#include "core/engine/state/feature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void digests(void **state)
{
	static const struct {
		enum feature feature;
		const char *digest;
	} published[] = {
		{FEATURE_PREACTIVATE_FEATURE, "0ec7e080177b2c02b278d5088611686b49d739925a92d9bfcacd7fc6b74053bd"},
		{FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION,
	     "1a99a59d87e06e09ec5b028a9cbb7749b4a5ad8819004365d02dc4379a8b7241"},
		{FEATURE_REPLACE_DEFERRED, "ef43112c6543b88db2283a2e077278c315ae2c84719a8b25f25cc88565fbea99"},
		{FEATURE_NO_DUPLICATE_DEFERRED_ID,
	     "4a90c00d55454dc5b059055ca213579c6ea856967712a56017487886a4d4cc0f"},
		{FEATURE_FIX_LINKAUTH_RESTRICTION,
	     "e0fb64b1085cc5538970158d05a009c24e276fb94e1a0bf6a528b48fbc4ff526"},
		{FEATURE_DISALLOW_EMPTY_PRODUCER_SCHEDULE,
	     "68dcaa34c0517d19666e6b33add67351d8c5f69e999ca1e37931bc410a297428"},
		{FEATURE_RESTRICT_ACTION_TO_SELF, "ad9e3d8f650687709fd68f4b90b41f7d825a365b02c23a636cef88ac2ac00c43"},
		{FEATURE_ONLY_BILL_FIRST_AUTHORIZER,
	     "8ba52fe7a3956c5cd3a656a3174b931d3bb2abb45578befc59f283ecd816a405"},
		{FEATURE_FORWARD_SETCODE, "2652f5f96006294109b3dd0bbde63693f55324af452b799ee137a81a905eed25"},
		{FEATURE_GET_SENDER, "f0af56d2c5a48d60a4a5b5c903edfb7db3a736a94ed589d0b797df33ff9d3e1d"},
		{FEATURE_RAM_RESTRICTIONS, "4e7bf348da00a945489b2a681749eb56f5de00b900014e137ddae39f48f69d67"},
		{FEATURE_WEBAUTHN_KEY, "4fca8bd82bbd181e714e283f83e1b45d95ca5af40fb89ad3977b653c448f78c2"},
		{FEATURE_WTMSIG_BLOCK_SIGNATURES, "299dcb6af692324b899b39f16d5a530a33062804e41f09dc97e9f156b4476707"},
		{FEATURE_ACTION_RETURN_VALUE, "c3a6138c5061cf291310887c0b5c71fcaffeab90d5deb50d3b9e687cead45071"},
		{FEATURE_BLOCKCHAIN_PARAMETERS, "5443fcf88330c586bc0e5f3dee10e7f63c76c00249c87fe4fbf7f38c082006b4"},
		{FEATURE_GET_CODE_HASH, "bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99"},
		{FEATURE_CONFIGURABLE_WASM_LIMITS2,
	     "d528b9f6e9693f45ed277af93474fd473ce7d831dae2180cca35d907bd10cb40"},
		{FEATURE_CRYPTO_PRIMITIVES, "6bcb40a24e49c26d0a60513b6aeb8551d264e4717f306b81a37a5afb3b47cedc"},
		{FEATURE_GET_BLOCK_NUM, "35c2186cc36f7bb4aeaf4487b36e57039ccf45a9136aa856a5d569ecca55ef2b"},
	};

	(void)state;
	assert_int_equal(sizeof published / sizeof published[0], FEATURE_COUNT);
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		struct checksum256 digest = feature_digest(published[i].feature);
		assert_string_equal(checksum256_text(&digest).text, published[i].digest);
		assert_int_equal(feature_find(&digest), published[i].feature);
	}
	assert_int_equal(feature_find(&(struct checksum256){{1}}), FEATURE_COUNT);
}

static void activation(void **state)
{
	struct checksum256 preactivate = feature_digest(FEATURE_PREACTIVATE_FEATURE),
	                   replace = feature_digest(FEATURE_REPLACE_DEFERRED);
	struct checksum256 no_duplicate = feature_digest(FEATURE_NO_DUPLICATE_DEFERRED_ID), unknown = {{9}};
	struct checksum256 both[2] = {replace, no_duplicate};
	struct feature_set set = {0}, copy;
	struct error error = {0};

	(void)state;
	copy = set;
	assert_int_not_equal(feature_activate(&copy, &replace, 1, 5, &error), 0); /* not preactivated */
	assert_int_equal(error.code, 3250000);
	assert_int_not_equal(feature_activate(&copy, &unknown, 1, 5, &error), 0);
	assert_int_equal(feature_activate(&set, &preactivate, 1, 5, &error), 0);
	assert_true(feature_active(&set, FEATURE_PREACTIVATE_FEATURE));
	assert_int_not_equal(feature_activate(&set, &preactivate, 1, 6, &error), 0); /* twice */

	assert_int_not_equal(feature_preactivate(&set, &no_duplicate, &error), 0); /* depends on the other */
	assert_non_null(strstr(error.sentence, "not all dependencies"));
	assert_int_equal(feature_preactivate(&set, &replace, &error), 0);
	assert_int_not_equal(feature_preactivate(&set, &replace, &error), 0);
	assert_non_null(strstr(error.sentence, "already pre-activated"));
	assert_int_equal(feature_preactivate(&set, &no_duplicate, &error), 0);

	copy = set;
	assert_int_not_equal(feature_activate(&copy, both, 1, 7, &error),
	                     0); /* all that are preactivated must come */
	assert_int_equal(error.code, 3030000);
	assert_int_equal(feature_activate(&set, both, 2, 7, &error), 0);
	assert_int_equal(set.activation_block[FEATURE_NO_DUPLICATE_DEFERRED_ID], 7);
	assert_int_equal(set.order_count, 3);
	assert_int_equal(set.preactivated_count, 0);
	assert_int_not_equal(feature_preactivate(&set, &replace, &error), 0);
	assert_non_null(strstr(error.sentence, "already activated"));
}

static void kept_in_the_state(void **state)
{
	struct feature_set set = {.order = {FEATURE_GET_SENDER},
	                          .order_count = 1,
	                          .preactivated = {FEATURE_WEBAUTHN_KEY, FEATURE_REPLACE_DEFERRED},
	                          .preactivated_count = 2},
	                   back;
	struct map *map = map_create();
	struct map_root *empty = map_empty(map);
	struct map_edit *edit = map_edit_begin(empty);

	(void)state;
	map_root_release(empty);
	set.activation_block[FEATURE_GET_SENDER] = 77;
	feature_set_put(edit, &set);
	feature_set_get(map_edit_view(edit), &back);
	assert_memory_equal(&set, &back, sizeof set);
	map_edit_drop(edit);
	map_destroy(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests), cmocka_unit_test(activation), cmocka_unit_test(kept_in_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
