/* Protocol features: the table and the digests made of it. */
#include "core/types/feature.h"

#include "core/base/bytes.h"
#include "core/base/encoding/hex.h"

#define NONE FEATURE_COUNT

const struct feature_row feature_table[FEATURE_COUNT] = {
	[FEATURE_PREACTIVATE_FEATURE] = {0, "PREACTIVATE_FEATURE",
		"64fe7df32e9b86be2b296b3f81dfd527f84e82b98e363bc97e40bc7a83733310", NONE, false},
	[FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION] = {1, "ONLY_LINK_TO_EXISTING_PERMISSION",
		"f3c3d91c4603cde2397268bfed4e662465293aab10cd9416db0d442b8cec2949", NONE, true},
	[FEATURE_REPLACE_DEFERRED] = {2, "REPLACE_DEFERRED",
		"9908b3f8413c8474ab2a6be149d3f4f6d0421d37886033f27d4759c47a26d944", NONE, true},
	[FEATURE_NO_DUPLICATE_DEFERRED_ID] = {3, "NO_DUPLICATE_DEFERRED_ID",
		"45967387ee92da70171efd9fefd1ca8061b5efe6f124d269cd2468b47f1575a0", FEATURE_REPLACE_DEFERRED, true},
	[FEATURE_FIX_LINKAUTH_RESTRICTION] = {4, "FIX_LINKAUTH_RESTRICTION",
		"a98241c83511dc86c857221b9372b4aa7cea3aaebc567a48604e1d3db3557050", NONE, true},
	[FEATURE_DISALLOW_EMPTY_PRODUCER_SCHEDULE] = {5, "DISALLOW_EMPTY_PRODUCER_SCHEDULE",
		"2853617cec3eabd41881eb48882e6fc5e81a0db917d375057864b3befbe29acd", NONE, true},
	[FEATURE_RESTRICT_ACTION_TO_SELF] = {6, "RESTRICT_ACTION_TO_SELF",
		"e71b6712188391994c78d8c722c1d42c477cf091e5601b5cf1befd05721a57f3", NONE, true},
	[FEATURE_ONLY_BILL_FIRST_AUTHORIZER] = {7, "ONLY_BILL_FIRST_AUTHORIZER",
		"2f1f13e291c79da5a2bbad259ed7c1f2d34f697ea460b14b565ac33b063b73e2", NONE, true},
	[FEATURE_FORWARD_SETCODE] = {8, "FORWARD_SETCODE",
		"898082c59f921d0042e581f00a59d5ceb8be6f1d9c7a45b6f07c0e26eaee0222", NONE, true},
	[FEATURE_GET_SENDER] = {9, "GET_SENDER",
		"1eab748b95a2e6f4d7cb42065bdee5566af8efddf01a55a0a8d831b823f8828a", NONE, true},
	[FEATURE_RAM_RESTRICTIONS] = {10, "RAM_RESTRICTIONS",
		"1812fdb5096fd854a4958eb9d53b43219d114de0e858ce00255bd46569ad2c68", NONE, true},
	[FEATURE_WEBAUTHN_KEY] = {11, "WEBAUTHN_KEY",
		"927fdf78c51e77a899f2db938249fb1f8bb38f4e43d9c1f75b190492080cbc34", NONE, true},
	[FEATURE_WTMSIG_BLOCK_SIGNATURES] = {12, "WTMSIG_BLOCK_SIGNATURES",
		"ab76031cad7a457f4fd5f5fca97a3f03b8a635278e0416f77dcc91eb99a48e10", NONE, true},
	[FEATURE_ACTION_RETURN_VALUE] = {13, "ACTION_RETURN_VALUE",
		"69b064c5178e2738e144ed6caa9349a3995370d78db29e494b3126ebd9111966", NONE, true},
	[FEATURE_BLOCKCHAIN_PARAMETERS] = {16, "BLOCKCHAIN_PARAMETERS",
		"70787548dcea1a2c52c913a37f74ce99e6caae79110d7ca7b859936a0075b314", NONE, true},
	[FEATURE_GET_CODE_HASH] = {17, "GET_CODE_HASH",
		"d2596697fed14a0840013647b99045022ae6a885089f35a7e78da7a43ad76ed4", NONE, true},
	[FEATURE_CONFIGURABLE_WASM_LIMITS2] = {18, "CONFIGURABLE_WASM_LIMITS2",
		"8139e99247b87f18ef7eae99f07f00ea3adf39ed53f4d2da3f44e6aa0bfd7c62", NONE, true},
	[FEATURE_CRYPTO_PRIMITIVES] = {19, "CRYPTO_PRIMITIVES",
		"68d6405cb8df3de95bd834ebb408196578500a9f818ff62ccc68f60b932f7d82", NONE, true},
	[FEATURE_GET_BLOCK_NUM] = {20, "GET_BLOCK_NUM",
		"e5d7992006e628a38c5e6c28dd55ff5e57ea682079bf41fef9b3cced0f46b491", NONE, true},
};

struct checksum256 feature_digest(enum feature feature)
{
	const struct feature_row *row = &feature_table[feature];
	uint8_t description[32] = {0};
	struct checksum256 dependency;
	struct bytes in = {0};
	hex_parse(description, row->description, 2 * sizeof description);
	bytes_put_u32(&in, 0);
	bytes_put(&in, description, sizeof description);
	bytes_put_varuint32(&in, row->dependency != NONE);
	if (row->dependency != NONE) {
		dependency = feature_digest(row->dependency);
		bytes_put(&in, dependency.data, sizeof dependency.data);
	}
	bytes_put_u32(&in, row->id);
	return hash_packed(&in);
}

enum feature feature_find(const struct checksum256 *digest)
{
	int feature = 0;
	for (; feature < FEATURE_COUNT; feature++) {
		struct checksum256 own = feature_digest((enum feature)feature);
		if (checksum256_equal(&own, digest))
			break;
	}
	return (enum feature)feature;
}
