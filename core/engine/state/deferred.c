/* Deferred and delayed transactions in the state map, and the two ways to find them: when due, and by id. */
#include "core/engine/state/deferred.h"

#include "core/engine/state/resource.h"

static const struct packed_field head_fields[] = {
	PACKED_FIELD(struct generated_transaction, id),
	PACKED_FIELD(struct generated_transaction, payer),
	PACKED_FIELD(struct generated_transaction, delay_until),
	PACKED_FIELD(struct generated_transaction, expiration),
	PACKED_FIELD(struct generated_transaction, published),
	PACKED_FIELD(struct generated_transaction, object_id),
	{0},
};

/* What both indices hold: where the object itself is. */
static const struct packed_field place_fields[] = {
	PACKED_FIELD(struct generated_transaction, sender),
	PACKED_FIELD(struct generated_transaction, sender_id),
	{0},
};

void generated_transaction_sender_id(uint64_t sender_id[2], const struct checksum256 *id)
{
	struct cursor in = cursor_make(id->data + 16, 16);

	sender_id[0] = cursor_u64(&in);
	sender_id[1] = cursor_u64(&in);
}

int64_t generated_transaction_ram(size_t packed_length)
{
	return RAM_GENERATED_TRANSACTION + (int64_t)packed_length;
}

static struct state_key main_key(uint64_t sender, const uint64_t sender_id[2])
{
	return state_key_triple(STATE_GENERATED, sender, sender_id[1], sender_id[0]);
}

static struct state_key id_key(const struct generated_transaction *generated)
{
	struct state_key key = state_key_hash(STATE_GENERATED_ID, &generated->id);

	state_key_add_u64(&key, generated->object_id);
	return key;
}

bool generated_transaction_get(const struct map_root *root, struct generated_transaction *out,
                               uint64_t sender, const uint64_t sender_id[2])
{
	struct state_key key = main_key(sender, sender_id);
	struct cursor in;

	if (!state_read(root, &in, &key))
		return false;
	*out = (struct generated_transaction){.sender = sender, .sender_id = {sender_id[0], sender_id[1]}};
	cursor_fields(&in, out, head_fields);
	out->packed_length = cursor_left(&in);
	out->packed = cursor_take(&in, out->packed_length);
	return true;
}

static bool follow(const struct map_root *root, struct generated_transaction *out,
                   const struct map_value *value)
{
	struct cursor in = cursor_make(value->data, value->length);
	struct generated_transaction place;

	cursor_fields(&in, &place, place_fields);
	return !in.failed && generated_transaction_get(root, out, place.sender, place.sender_id);
}

bool generated_transaction_find(const struct map_root *root, struct generated_transaction *out,
                                const struct checksum256 *id)
{
	struct state_key prefix = state_key_hash(STATE_GENERATED_ID, id);
	struct state_walk walk;

	state_walk_begin(&walk, &prefix, NULL);
	return state_walk_next(&walk, root) && follow(root, out, &walk.entry.value);
}

bool generated_transaction_seek(const struct map_root *root, struct generated_transaction *out,
                                int64_t delay_until, uint64_t object_id)
{
	struct state_key prefix = state_key_make(STATE_GENERATED_DELAY, NULL, 0);
	struct state_key first = state_key_pair(STATE_GENERATED_DELAY, (uint64_t)delay_until, object_id);
	struct state_walk walk;

	state_walk_begin(&walk, &prefix, &first);
	return state_walk_next(&walk, root) && follow(root, out, &walk.entry.value);
}

void generated_transaction_put(struct map_edit *edit, const struct generated_transaction *generated)
{
	struct state_key key = main_key(generated->sender, generated->sender_id);
	struct state_key delay = state_key_pair(STATE_GENERATED_DELAY, (uint64_t)generated->delay_until,
	                                        generated->object_id);
	struct state_key id = id_key(generated);
	struct bytes value = {0};

	bytes_put_fields(&value, generated, head_fields);
	bytes_put(&value, generated->packed, generated->packed_length);
	state_put(edit, &key, value.data, value.length);
	bytes_release(&value);
	state_put_fields(edit, &delay, generated, place_fields);
	state_put_fields(edit, &id, generated, place_fields);
}

void generated_transaction_remove(struct map_edit *edit, const struct generated_transaction *generated)
{
	struct state_key key = main_key(generated->sender, generated->sender_id);
	struct state_key delay = state_key_pair(STATE_GENERATED_DELAY, (uint64_t)generated->delay_until,
	                                        generated->object_id);
	struct state_key id = id_key(generated);

	state_remove(edit, &delay);
	state_remove(edit, &id);
	state_remove(edit, &key);
}
