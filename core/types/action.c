/* Actions: bytes and digests (protocol.md B.1, D.2). */
#include "core/types/action.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>

enum { PERMISSION_LEVEL_SIZE = 16 };

void action_release(struct action *action)
{
	free(action->authorization);
	bytes_release(&action->data);
	*action = (struct action){0};
}

struct action action_copy(const struct action *action)
{
	struct action copy = {
		.account = action->account, .name = action->name, .authorization_count = action->authorization_count};
	copy.authorization = memory_copy(action->authorization,
	                                 action->authorization_count * sizeof *action->authorization);
	bytes_put(&copy.data, action->data.data, action->data.length);
	return copy;
}

/* All but the data. */
static void action_pack_head(struct bytes *out, const struct action *action)
{
	bytes_put_u64(out, action->account);
	bytes_put_u64(out, action->name);
	bytes_put_varuint32(out, (uint32_t)action->authorization_count);
	for (size_t i = 0; i < action->authorization_count; i++)
		permission_level_pack(out, &action->authorization[i]);
}

void action_pack(struct bytes *out, const struct action *action)
{
	action_pack_head(out, action);
	bytes_put_counted(out, action->data.data, action->data.length);
}

int action_unpack(struct action *out, struct cursor *in)
{
	const uint8_t *data;
	size_t length;
	*out = (struct action){.account = cursor_u64(in), .name = 0};
	out->name = cursor_u64(in);
	out->authorization_count = cursor_count_up_to(in, PERMISSION_LEVEL_SIZE);
	out->authorization = memory_allocate(out->authorization_count, sizeof *out->authorization);
	for (size_t i = 0; i < out->authorization_count; i++)
		permission_level_unpack(&out->authorization[i], in);
	data = cursor_counted(in, &length);
	if (in->failed) {
		action_release(out);
		return -EINVAL;
	}
	bytes_put(&out->data, data, length);
	return 0;
}

struct checksum256 action_digest(const struct action *action)
{
	struct bytes packed = {0};
	action_pack(&packed, action);
	return hash_packed(&packed);
}

struct checksum256 action_digest_with_return_value(const struct action *action, const void *value,
                                                   size_t length)
{
	struct checksum256 halves[2];
	struct bytes packed = {0};
	action_pack_head(&packed, action);
	halves[0] = hash_sha256(packed.data, packed.length);
	bytes_clear(&packed);
	bytes_put_counted(&packed, action->data.data, action->data.length);
	bytes_put_counted(&packed, value, length);
	halves[1] = hash_packed(&packed);
	return hash_sha256(halves, sizeof halves);
}
