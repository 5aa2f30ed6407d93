/* Protocol features of a state: what it keeps of them, and activating them. */
#include "core/engine/state/feature.h"

#include "core/base/bytes.h"
#include "core/base/exception.h"

#include <string.h>

void feature_set_get(const struct map_root *root, struct feature_set *out)
{
	struct state_key key = state_key_global(GLOBAL_FEATURES);
	struct cursor in;
	size_t count;

	*out = (struct feature_set){0};
	if (!state_read(root, &in, &key))
		return;
	count = cursor_u8(&in);
	for (size_t i = 0; i < count && i < FEATURE_COUNT; i++) {
		uint8_t feature = cursor_u8(&in);
		uint32_t block = cursor_u32(&in);
		if (feature < FEATURE_COUNT) {
			out->activation_block[feature] = block;
			out->order[out->order_count++] = feature;
		}
	}
	count = cursor_u8(&in);
	for (size_t i = 0; i < count && i < FEATURE_COUNT; i++) {
		uint8_t feature = cursor_u8(&in);
		if (feature < FEATURE_COUNT)
			out->preactivated[out->preactivated_count++] = feature;
	}
}

void feature_set_put(struct map_edit *edit, const struct feature_set *set)
{
	struct state_key key = state_key_global(GLOBAL_FEATURES);
	struct bytes value = {0};

	bytes_put_u8(&value, (uint8_t)set->order_count);
	for (size_t i = 0; i < set->order_count; i++) {
		bytes_put_u8(&value, set->order[i]);
		bytes_put_u32(&value, set->activation_block[set->order[i]]);
	}
	bytes_put_u8(&value, (uint8_t)set->preactivated_count);
	bytes_put(&value, set->preactivated, set->preactivated_count);
	state_put(edit, &key, value.data, value.length);
	bytes_release(&value);
}

/* --- activation --- */

static bool preactivated(const struct feature_set *set, enum feature feature)
{
	return memchr(set->preactivated, (int)feature, set->preactivated_count) != NULL;
}

int feature_preactivate(struct feature_set *set, const struct checksum256 *digest, struct error *error)
{
	enum feature feature = feature_find(digest), dependency;

	if (feature == FEATURE_COUNT)
		return error_chain(error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
		                   "protocol feature with digest '%s' is unrecognized",
		                   checksum256_text(digest).text);
	if (feature_active(set, feature))
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "protocol feature with digest '%s' is already activated",
		                   checksum256_text(digest).text);
	if (preactivated(set, feature))
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "protocol feature with digest '%s' is already pre-activated",
		                   checksum256_text(digest).text);
	dependency = feature_table[feature].dependency;
	if (dependency != FEATURE_COUNT && !feature_active(set, dependency) && !preactivated(set, dependency))
		return error_chain(
			error, PROTOCOL_FEATURE_EXCEPTION,
			"not all dependencies of protocol feature with digest '%s' have been activated or pre-activated",
			checksum256_text(digest).text);
	set->preactivated[set->preactivated_count++] = (uint8_t)feature;
	return 0;
}

static int activate_one(struct feature_set *set, size_t *were_preactivated, const struct checksum256 *digest,
                        uint32_t block_num, struct error *error)
{
	enum feature feature = feature_find(digest), dependency;

	if (feature == FEATURE_COUNT)
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "protocol feature with digest '%s' is unrecognized",
		                   checksum256_text(digest).text);
	if (feature_active(set, feature))
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "protocol feature with digest '%s' has already been activated",
		                   checksum256_text(digest).text);
	dependency = feature_table[feature].dependency;
	if (dependency != FEATURE_COUNT && !feature_active(set, dependency))
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "not all dependencies of protocol feature with digest '%s' have been activated",
		                   checksum256_text(digest).text);
	if (preactivated(set, feature))
		++*were_preactivated;
	else if (feature_table[feature].preactivation_required)
		return error_chain(error, PROTOCOL_FEATURE_EXCEPTION,
		                   "attempted to activate protocol feature without prior required preactivation: %s",
		                   checksum256_text(digest).text);
	set->activation_block[feature] = block_num;
	set->order[set->order_count++] = (uint8_t)feature;
	return 0;
}

int feature_activate(struct feature_set *set, const struct checksum256 *digests, size_t count,
                     uint32_t block_num, struct error *error)
{
	size_t were_preactivated = 0;
	for (size_t i = 0; i < count; i++) {
		int result = activate_one(set, &were_preactivated, &digests[i], block_num, error);
		if (result)
			return result;
	}
	if (were_preactivated != set->preactivated_count)
		return error_chain(
			error, BLOCK_VALIDATE_EXCEPTION,
			"There are pre-activated protocol features that were not activated at the start of this block");
	set->preactivated_count = 0;
	return 0;
}
