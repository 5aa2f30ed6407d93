/* defaults/: a mount's own settings for new accounts; nothing here is the chain's. */
#include "fs/files/defaults.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "fs/tree/command.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RAM_BYTES_DEFAULT = 8192, STAKE_DEFAULT = 10 };
#define RAM_BYTES_MAXIMUM (INT64_C(1) << 40)

struct defaults {
	pthread_mutex_t lock;
	struct account_defaults values; /* amounts: symbol 0 while nobody set them */
};

static void *create(void)
{
	struct defaults *defaults = memory_allocate(1, sizeof *defaults);
	pthread_mutex_init(&defaults->lock, NULL);
	defaults->values = (struct account_defaults){
		.creator = name_literal("eosio"), .new_key = true, .ram_bytes = RAM_BYTES_DEFAULT};
	return defaults;
}

static void destroy(void *state)
{
	struct defaults *defaults = state;
	pthread_mutex_destroy(&defaults->lock);
	free(defaults);
}

static const struct mount_state defaults_state = {create, destroy};

static void fill_amount(struct asset *amount, uint64_t symbol)
{
	if (amount->symbol)
		return;
	*amount = (struct asset){.amount = STAKE_DEFAULT, .symbol = symbol};
	for (unsigned i = 0; i < symbol_precision(symbol); i++)
		amount->amount *= 10;
}

int defaults_get(struct request *request, struct account_defaults *out, struct error *error)
{
	struct defaults *defaults = request_state(request, &defaults_state);
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result)
		return result;
	uint64_t symbol = chain_core_symbol(view);
	pthread_mutex_lock(&defaults->lock);
	*out = defaults->values;
	pthread_mutex_unlock(&defaults->lock);
	fill_amount(&out->stake_net, symbol);
	fill_amount(&out->stake_cpu, symbol);
	return 0;
}

/* --- the fields --- */

static void print_creator(struct text *out, const struct account_defaults *values)
{
	text_append(out, name_text(values->creator).text);
}

static int parse_creator(struct account_defaults *values, struct request *request, const char *text,
                         struct error *error)
{
	struct chain_view *view = NULL;
	int result = name_parse_account(&values->creator, text, error);
	if (result == 0)
		result = request_view(request, &view, error);
	return result ? result : view->operations->account_exists(view, NULL, values->creator, error);
}

static void print_key(struct text *out, const struct account_defaults *values)
{
	char key[KEY_TEXT_SIZE] = "new";
	if (!values->new_key)
		public_key_print(key, &values->key);
	text_append(out, key);
}

static int parse_key(struct account_defaults *values, struct request *request, const char *text,
                     struct error *error)
{
	(void)request;
	values->new_key = strcmp(text, "new") == 0;
	return values->new_key ? 0 : public_key_parse(&values->key, text, error);
}

static void print_amount(struct text *out, const struct asset *amount)
{
	char text[ASSET_TEXT_SIZE];
	asset_print(text, amount);
	text_append(out, text);
}

static int parse_amount(struct asset *amount, struct request *request, const char *text, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = asset_parse_as(amount, text, chain_core_symbol(view), error);
	if (result == 0 && amount->amount < 0)
		result = error_set(error, EINVAL, "\"%s\" is negative", text);
	return result;
}

static void print_stake_net(struct text *out, const struct account_defaults *values)
{
	print_amount(out, &values->stake_net);
}

static void print_stake_cpu(struct text *out, const struct account_defaults *values)
{
	print_amount(out, &values->stake_cpu);
}

static int parse_stake_net(struct account_defaults *values, struct request *request, const char *text,
                           struct error *error)
{
	return parse_amount(&values->stake_net, request, text, error);
}

static int parse_stake_cpu(struct account_defaults *values, struct request *request, const char *text,
                           struct error *error)
{
	return parse_amount(&values->stake_cpu, request, text, error);
}

static void print_ram_bytes(struct text *out, const struct account_defaults *values)
{
	text_printf(out, "%lld", (long long)values->ram_bytes);
}

static int parse_ram_bytes(struct account_defaults *values, struct request *request, const char *text,
                           struct error *error)
{
	(void)request;
	return command_int64(&values->ram_bytes, text, 0, RAM_BYTES_MAXIMUM, "RAM in bytes", error);
}

static void print_transfer(struct text *out, const struct account_defaults *values)
{
	text_append(out, values->transfer ? "1" : "0");
}

static int parse_transfer(struct account_defaults *values, struct request *request, const char *text,
                          struct error *error)
{
	(void)request;
	return command_bool(&values->transfer, text, error);
}

static const struct field {
	const char *name;
	void (*print)(struct text *out, const struct account_defaults *values);
	int (*parse)(struct account_defaults *values, struct request *request, const char *text,
	             struct error *error);
} fields[] = {
	{"creator", print_creator, parse_creator},       {"key", print_key, parse_key},
	{"stake_net", print_stake_net, parse_stake_net}, {"stake_cpu", print_stake_cpu, parse_stake_cpu},
	{"ram_bytes", print_ram_bytes, parse_ram_bytes}, {"transfer", print_transfer, parse_transfer},
};

static const struct field *field_of(const struct request *request)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(fields[i].name, node_name(request->node)) == 0)
			return &fields[i];
	return NULL;
}

int defaults_read(struct request *request, struct text *out, struct error *error)
{
	const struct field *field = field_of(request);
	struct account_defaults values;
	int result = field ? defaults_get(request, &values, error) : error_set(error, ENOENT, "no such setting");
	if (result)
		return result;
	field->print(out, &values);
	text_append_char(out, '\n');
	request_saw_block(request, 1);
	return 0;
}

int defaults_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct defaults *defaults = request_state(request, &defaults_state);
	const struct field *field = field_of(request);
	struct account_defaults values;
	int result = 0;
	(void)length;
	if (!field)
		return error_set(error, ENOENT, "no such setting");
	if (!*data)
		return error_set(error, EINVAL, "a value is missing");
	/* The lock is not held while the chain is asked; settings are written one at a time by their one user. */
	pthread_mutex_lock(&defaults->lock);
	values = defaults->values;
	pthread_mutex_unlock(&defaults->lock);
	result = field->parse(&values, request, data, error);
	if (result)
		return result;
	pthread_mutex_lock(&defaults->lock);
	defaults->values = values;
	pthread_mutex_unlock(&defaults->lock);
	return 0;
}
