/* The bundled ABIs: valid, and to the byte what the recorded node's setabi stored (where it recorded one). */
#include "core/contracts/abis.h"

#include "core/base/crypto/hash.h"
#include "core/types/abi/abi.h"
#include "core/types/abi/eosio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check(const char *name, struct bytes *packed, size_t length, const char *sha256)
{
	struct checksum256 checksum = hash_sha256(packed->data, packed->length);
	if (length && packed->length != length)
		fail_msg("%s has %zu bytes, not %zu", name, packed->length, length);
	if (sha256)
		assert_string_equal(checksum256_text(&checksum).text, sha256);
}

static void test_bundled(void **state)
{
	(void)state;
	const struct { const char *name, *json; size_t json_length, length; const char *sha256;
	} rows[] = {
		{"eosio.boot", abi_eosio_boot, abi_eosio_boot_length, 1105,
	     "78e48e6183cd499a1910e642a2259a7993ba99b660eee30a6ab0f16cfd298a70"},
		{"eosio.token", abi_eosio_token, abi_eosio_token_length, 509,
	     "962d32224f5917a954c7dc11ac8e175b96ae4d60968003b3a23590d9d3992c7e"},
		{"eosio.msig", abi_eosio_msig, abi_eosio_msig_length, 1487,
	     "8d6a32bd23e57a40da9100108605d2ce783dd9bec328fbe17af5fd7c0bf9ad44"},
		{"eosio.system", abi_eosio_system, abi_eosio_system_length, 7158,
	     "cc59e81820866ac016863d1c47ff21ca5ec0fbaa1dad1821e1b44a1a4f9b4b48"},
		{"eosio.bios", abi_eosio_bios, abi_eosio_bios_length, 0, NULL},
		{"eosio.wrap", abi_eosio_wrap, abi_eosio_wrap_length, 0, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct abi *abi, *again;
		struct error error = {0};
		struct bytes packed = {0}, repacked = {0};
		struct text json = TEXT_EMPTY;
		assert_int_equal(rows[i].json_length, strlen(rows[i].json));
		if (abi_parse(&abi, rows[i].json, rows[i].json_length, &error) < 0)
			fail_msg("%s: %s", rows[i].name, error.sentence);
		abi_pack(&packed, abi);
		check(rows[i].name, &packed, rows[i].length, rows[i].sha256);
		if (abi_unpack(&again, packed.data, packed.length, &error) < 0)
			fail_msg("%s: %s", rows[i].name, error.sentence);
		abi_pack(&repacked, again);
		assert_int_equal(packed.length, repacked.length);
		assert_memory_equal(packed.data, repacked.data, packed.length);
		abi_release(again);
		abi_print(&json, abi);
		if (abi_parse(&again, json.data, json.length, &error) < 0)
			fail_msg("%s: %s", rows[i].name, error.sentence);
		bytes_clear(&repacked);
		abi_pack(&repacked, again);
		assert_memory_equal(packed.data, repacked.data, packed.length);
		abi_release(again);
		abi_release(abi);
		bytes_release(&packed);
		bytes_release(&repacked);
		text_release(&json);
	}
}

static void test_genesis(void **state)
{
	(void)state;
	struct bytes packed = {0};
	struct abi *abi;
	abi_eosio_pack(&packed);
	check("genesis", &packed, 2132, "ae67fd3b82d11a374330c96910014c0873af19696df619c669748f2173098e5d");
	assert_int_equal(abi_unpack(&abi, packed.data, packed.length, NULL), 0);
	abi_release(abi);
	bytes_release(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_bundled), cmocka_unit_test(test_genesis)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
