/* boot/: the whole boot sequence as one write; its steps, options and accounts as files. What it does is
 * core/boot's. */
#include "fs/files/boot.h"

#include "core/boot/boot.h"
#include "fs/tree/sent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int boot_of(struct request *request, struct boot **out, struct error *error)
{
	*out = request_options(request)->boot;
	return *out ? 0 : error_set(error, EOPNOTSUPP, "this mount has no boot sequence");
}

/* --- running --- */

static void sent(void *context, const struct transaction_trace *trace, const char *command)
{
	struct request *request = context;
	tree_wrote(request->tree);
	transaction_log_add_command(request->tree, trace, command);
}

static int run(struct request *request, const char *words, struct error *error)
{
	struct boot *boot = NULL;
	struct boot_runner runner = {.pid = request->caller ? (int)request->caller->pid : 0,
	                             .interruption = request_interruption(request),
	                             .sent = sent,
	                             .context = request};
	int result = boot_of(request, &boot, error);
	if (result)
		return result;
	request_end(request);
	result = boot_run(boot, words, &runner, error);
	tree_wrote(request->tree);
	return result;
}

int boot_run_file_read(struct request *request, struct text *out, struct error *error)
{
	struct boot *boot = NULL;
	int result = boot_of(request, &boot, error);
	return result < 0 ? result : boot_run_read(boot, out, request_interruption(request), error);
}

int boot_run_file_write(struct request *request, const char *data, size_t length, struct error *error)
{
	(void)length;
	return run(request, data, error);
}

/* --- steps --- */

int boot_steps_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	char name[64];
	(void)request;
	(void)error;
	for (size_t i = 0; boot_step_name(name, i); i++)
		if (strcmp(name, from) >= 0 && listing->add(listing, name))
			break;
	return 0;
}

static int step_of(const struct request *request, struct error *error)
{
	char name[64];
	for (size_t i = 0; boot_step_name(name, i); i++)
		if (strcmp(name, request->capture[0]) == 0)
			return (int)i;
	return error_set(error, ENOENT, "no such step: %s", request->capture[0]);
}

int boot_steps_exists(struct request *request, struct error *error)
{
	int step = step_of(request, error);
	return step < 0 ? step : 0;
}

int boot_steps_read(struct request *request, struct text *out, struct error *error)
{
	struct boot *boot = NULL;
	int step = step_of(request, error), result = step < 0 ? step : boot_of(request, &boot, error);
	return result ? result : boot_step_read(boot, out, (size_t)step, request_interruption(request), error);
}

int boot_steps_write(struct request *request, const char *data, size_t length, struct error *error)
{
	int step = step_of(request, error);
	(void)data;
	(void)length;
	return step < 0 ? step : run(request, request->capture[0], error);
}

/* --- options --- */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int boot_options_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	const char *names[BOOT_OPTIONS];
	(void)request;
	(void)error;
	for (size_t i = 0; i < BOOT_OPTIONS; i++)
		names[i] = boot_options[i].name;
	qsort(names, BOOT_OPTIONS, sizeof *names, compare_names);
	for (size_t i = 0; i < BOOT_OPTIONS; i++)
		if (strcmp(names[i], from) >= 0 && listing->add(listing, names[i]))
			break;
	return 0;
}

int boot_options_exists(struct request *request, struct error *error)
{
	int option = boot_option_find(request->capture[0], error);
	return option < 0 ? option : 0;
}

int boot_options_read(struct request *request, struct text *out, struct error *error)
{
	struct boot *boot = NULL;
	int option = boot_option_find(request->capture[0], error),
		result = option < 0 ? option : boot_of(request, &boot, error);
	if (result == 0)
		boot_option_read(boot, out, (size_t)option);
	return result;
}

int boot_options_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct boot *boot = NULL;
	int option = boot_option_find(request->capture[0], error),
		result = option < 0 ? option : boot_of(request, &boot, error);
	(void)length;
	return result ? result
	              : boot_option_write(boot, (size_t)option, data, request_interruption(request), error);
}

/* --- progress, output, accounts --- */

struct growing_text *boot_progress_grow(struct request *request, struct error *error)
{
	struct boot *boot = NULL;
	return boot_of(request, &boot, error) < 0 ? NULL : boot_progress(boot);
}

struct growing_text *boot_output_grow(struct request *request, struct error *error)
{
	struct boot *boot = NULL;
	return boot_of(request, &boot, error) < 0 ? NULL : boot_output(boot);
}

int boot_accounts_json_read(struct request *request, struct text *out, struct error *error)
{
	struct boot *boot = NULL;
	int result = boot_of(request, &boot, error);
	return result < 0 ? result : boot_accounts_read(boot, out, request_interruption(request), error);
}

int boot_accounts_json_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct boot *boot = NULL;
	int result = boot_of(request, &boot, error);
	return result < 0 ? result
	                  : boot_accounts_write(boot, data, length, request_interruption(request), error);
}
