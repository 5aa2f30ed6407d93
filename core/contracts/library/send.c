/* Sending actions, and choosing what an action's name runs (send.h). */
#include "core/contracts/library/send.h"

void write_action(struct writer *out, uint64_t account, uint64_t action, uint64_t actor, uint64_t second,
                  const struct writer *data)
{
	write_u64(out, account);
	write_u64(out, action);
	write_varuint32(out, second ? 2 : 1);
	write_u64(out, actor);
	write_u64(out, active_permission());
	if (second) {
		write_u64(out, second);
		write_u64(out, active_permission());
	}
	write_blob(out, (struct blob){data->data, data->length});
}

void send_action(uint64_t account, uint64_t action, uint64_t actor, uint64_t second,
                 const struct writer *data)
{
	struct writer out = {0};
	write_action(&out, account, action, actor, second, data);
	send_inline(out.data, (uint32_t)out.length);
}

void send_transfer(uint64_t token, uint64_t from, uint64_t second, uint64_t to, struct asset quantity,
                   const char *memo)
{
	struct writer data = {0};
	write_u64(&data, from);
	write_u64(&data, to);
	write_asset(&data, quantity);
	write_text(&data, memo);
	send_action(token, name("transfer"), from, second, &data);
}

static const struct action_row *action_find(const struct action_row *rows, size_t count, uint64_t action)
{
	char text[NAME_LENGTH + 1];
	name_write(text, action);
	for (size_t i = 0; i < count; i++)
		if (equal_text(rows[i].name, text))
			return &rows[i];
	return NULL;
}

/* What the contract library's dispatcher says of an action it does not know. */
#define UNKNOWN_ACTION UINT64_C(8000000000000000000)

void action_dispatch(const struct action_row *rows, size_t count, uint64_t receiver, uint64_t code,
                     uint64_t action, bool strict)
{
	if (code != receiver)
		return;
	const struct action_row *row = action_find(rows, count, action);
	if (row) {
		struct reader in = reader_of_action();
		row->run(receiver, &in);
	} else if (strict && receiver != name("eosio")) {
		eosio_assert_code(false, UNKNOWN_ACTION);
	}
}
