/* defaults/: a mount's own settings for new accounts; nothing here is the chain's. What was set is kept in a
 * file of lines `NAME VALUE`. */
#include "fs/files/defaults.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/boot/boot.h"
#include "core/types/name.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RAM_BYTES_DEFAULT = 8192, STAKE_DEFAULT = 1, FIELDS = 6, DEFAULTS_FILE_MAXIMUM = 4096 };
#define RAM_BYTES_MAXIMUM UINT32_MAX

struct defaults {
	pthread_mutex_t lock;
	struct account_defaults values; /* creator 0, symbol of an amount 0: nobody has set it */
	bool set[FIELDS];               /* what somebody set, in the order of `fields` */
	bool loaded;                    /* what was kept is here */
};

static void *create(void)
{
	struct defaults *defaults = memory_allocate(1, sizeof *defaults);
	pthread_mutex_init(&defaults->lock, NULL);
	defaults->values = (struct account_defaults){.new_key = true, .ram_bytes = RAM_BYTES_DEFAULT};
	return defaults;
}

static void destroy(void *state)
{
	struct defaults *defaults = state;
	pthread_mutex_destroy(&defaults->lock);
	free(defaults);
}

static const struct mount_state defaults_state = {create, destroy};

/* eosio, until the boot has given all of its tokens away: then the first who got some. */
static uint64_t usual_creator(struct request *request)
{
	struct boot *boot = request_options(request)->boot;
	uint64_t user = boot ? boot_first_user(boot, request_interruption(request)) : 0;

	return user ? user : name_literal("eosio");
}

static void fill_amount(struct asset *amount, uint64_t symbol)
{
	if (amount->symbol)
		return;
	*amount = (struct asset){.amount = STAKE_DEFAULT, .symbol = symbol};
	for (unsigned i = 0; i < symbol_precision(symbol); i++)
		amount->amount *= 10;
}

/* --- the fields; a parser without a request asks the chain nothing: the value was good when set --- */

static void print_creator(struct text *out, const struct account_defaults *values)
{
	text_append(out, name_text(values->creator).text);
}

static int parse_creator(struct account_defaults *values, struct request *request, const char *text,
                         struct error *error)
{
	int result = name_parse_account(&values->creator, text, error);
	if (result || !request)
		return result;
	result = request_view(request, error);
	return result ? result
	              : request->view->operations->account_exists(request->view, NULL, values->creator, error);
}

static void print_key(struct text *out, const struct account_defaults *values)
{
	text_append(out, values->new_key ? "new" : public_key_text(&values->key).text);
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
	text_append(out, asset_text(amount).text);
}

static int parse_amount(struct asset *amount, struct request *request, const char *text, struct error *error)
{
	struct command command;
	int result = request ? request_view(request, error) : 0;
	if (result)
		return result;
	result = command_parse(&command, text, strlen(text), NULL, 0, error);
	if (result == 0)
		result = command_take_quantity(&command, amount, request ? chain_core_symbol(request->view) : 0, NULL,
		                               "the stake", error);
	if (result == 0)
		result = command_end(&command, "QUANTITY SYM", error);
	if (result == 0 && amount->amount < 0)
		result = error_set(error, EINVAL, "\"%s\" is negative", text);
	command_release(&command);
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
} fields[FIELDS] = {
	{"creator", print_creator, parse_creator},       {"key", print_key, parse_key},
	{"stake_net", print_stake_net, parse_stake_net}, {"stake_cpu", print_stake_cpu, parse_stake_cpu},
	{"ram_bytes", print_ram_bytes, parse_ram_bytes}, {"transfer", print_transfer, parse_transfer},
};

static const struct field *field_named(const char *name)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	return NULL;
}

/* --- the file --- */

static int load_line(struct defaults *defaults, char *line, struct error *error)
{
	char *value = strchr(line, ' ');
	if (value)
		*value++ = '\0';
	const struct field *field = field_named(line);
	if (!field || !value)
		return error_set(error, EBADMSG, "\"%s\" is no setting", line);
	defaults->set[field - fields] = true;
	return field->parse(&defaults->values, NULL, value, error);
}

static int load(struct defaults *defaults, const char *path, struct error *error)
{
	struct text content = TEXT_EMPTY;
	int result = file_load(&content, path, DEFAULTS_FILE_MAXIMUM, error);
	if (result == -ENOENT) {
		error_clear(error);
		return 0;
	}
	for (char *rest = content.data, *line; result == 0 && (line = strsep(&rest, "\n"));)
		if (*line)
			result = load_line(defaults, line, error);
	if (result)
		error_prefix(error, "the settings in \"%s\" cannot be read (remove it to begin with none)", path);
	text_release(&content);
	return result;
}

static int save(const char *path, const struct account_defaults *values, const bool *set, struct error *error)
{
	struct text content = TEXT_EMPTY;
	for (size_t i = 0; i < FIELDS; i++) {
		if (!set[i])
			continue;
		text_printf(&content, "%s ", fields[i].name);
		fields[i].print(&content, values);
		text_append_char(&content, '\n');
	}
	int result = 0;
	if (path)
		result = file_replace(path, text_string(&content), content.length, error);
	text_release(&content);
	return result;
}

/* The mount's, with what was kept. */
static int hold(struct request *request, struct defaults **out, struct error *error)
{
	struct defaults *defaults = request_state(request, &defaults_state);
	const char *path = request_options(request)->defaults_file;
	int result = 0;
	pthread_mutex_lock(&defaults->lock);
	if (!defaults->loaded && path)
		result = load(defaults, path, error);
	defaults->loaded = result == 0;
	pthread_mutex_unlock(&defaults->lock);
	*out = defaults;
	return result;
}

/* --- reading and writing --- */

int defaults_get(struct request *request, struct account_defaults *out, struct error *error)
{
	struct defaults *defaults;
	int result = hold(request, &defaults, error);
	if (result == 0)
		result = request_view(request, error);
	if (result)
		return result;
	uint64_t symbol = chain_core_symbol(request->view);
	pthread_mutex_lock(&defaults->lock);
	*out = defaults->values;
	pthread_mutex_unlock(&defaults->lock);
	if (!out->creator)
		out->creator = usual_creator(request);
	fill_amount(&out->stake_net, symbol);
	fill_amount(&out->stake_cpu, symbol);
	return 0;
}

int defaults_read(struct request *request, struct text *out, struct error *error)
{
	const struct field *field = field_named(dentry_name(request->dentry));
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
	struct defaults *defaults;
	const struct field *field = field_named(dentry_name(request->dentry));
	struct account_defaults values;
	bool set[FIELDS];
	(void)length;
	if (!field)
		return error_set(error, ENOENT, "no such setting");
	if (!*data)
		return error_set(error, EINVAL, "a value is missing");
	int result = hold(request, &defaults, error);
	if (result)
		return result;
	/* The lock is not held while the chain is asked; settings are written one at a time by their one user. */
	pthread_mutex_lock(&defaults->lock);
	values = defaults->values;
	memcpy(set, defaults->set, sizeof set);
	pthread_mutex_unlock(&defaults->lock);
	set[field - fields] = true;
	result = field->parse(&values, request, data, error);
	if (result == 0)
		result = save(request_options(request)->defaults_file, &values, set, error);
	if (result)
		return result;
	pthread_mutex_lock(&defaults->lock);
	defaults->values = values;
	memcpy(defaults->set, set, sizeof set);
	pthread_mutex_unlock(&defaults->lock);
	return 0;
}
