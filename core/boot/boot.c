/* The boot as a thing with options and accounts, kept in the data folder. */
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/file.h"
#include "core/boot/boot_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_LIMIT = 1 << 20, OUTPUT_LIMIT = 4 << 20, BOOT_FILE_MAXIMUM = 64 << 20 };

void boot_append(struct growing_text *text, const char *line, size_t length)
{
	if (length > 0)
		growing_text_append(text, line, length, clock_real());
}

void boot_enter(struct boot *boot, const struct interruption *interruption)
{
	pthread_mutex_lock(&boot->lock);
	boot->interruption = interruption;
}

void boot_leave(struct boot *boot)
{
	boot->interruption = NULL;
	pthread_mutex_unlock(&boot->lock);
}

int boot_context_open(struct boot *boot, struct boot_context *out, struct error *error)
{
	*out = (struct boot_context){.plan = boot->plan,
	                             .chain = boot->environment.chain,
	                             .wallet = boot->environment.wallet,
	                             .interruption = boot->interruption};
	return chain_view_open(out->chain, &out->view, NULL, out->interruption, error);
}

/* --- files --- */

static int file_path(const struct boot *boot, char out[BOOT_PATH_SIZE], const char *name, struct error *error)
{
	if (snprintf(out, BOOT_PATH_SIZE, "%s/%s", boot->folder, name) >= BOOT_PATH_SIZE)
		return error_set(error, ENAMETOOLONG, "the folder \"%s\" has too long a path", boot->folder);
	return 0;
}

static int read_file(const struct boot *boot, struct text *out, const char *name, struct error *error)
{
	char path[BOOT_PATH_SIZE];
	int result = boot->folder ? file_path(boot, path, name, error) : -ENOENT;

	if (result == 0)
		result = file_load(out, path, BOOT_FILE_MAXIMUM, error);
	return result == -ENOENT ? 0 : result;
}

static int write_file(const struct boot *boot, const char *name, const struct text *text, struct error *error)
{
	char path[BOOT_PATH_SIZE];

	if (!boot->folder)
		return 0;
	int result = file_path(boot, path, name, error);
	return result ? result : file_replace(path, text_string(text), text->length, error);
}

/* Which steps have ended, and how long each took. Where that cannot be kept, a step that is run again after
 * the next start finds on the chain what is done. */
void boot_keep_steps(const struct boot *boot)
{
	struct text text = TEXT_EMPTY;

	for (size_t i = 0; i < boot_steps_count; i++) {
		const struct boot_step_state *state = &boot->steps[i];
		if (atomic_load(&state->spent_us) || atomic_load(&state->ended))
			text_printf(&text, "%s %" PRId64 " %" PRIu32 "\n", boot_steps[i].name,
			            atomic_load(&state->spent_us), atomic_load(&state->ended));
	}
	write_file(boot, "steps", &text, NULL);
	text_release(&text);
}

/* A step that ended in a block which the chain has lost (with the power) has not ended. */
static void read_steps(struct boot *boot)
{
	struct text text = TEXT_EMPTY;
	struct chain_view *view = NULL;
	char name[64];
	int64_t spent;
	uint32_t ended;
	int length = 0;

	read_file(boot, &text, "steps", NULL);
	chain_view_open(boot->environment.chain, &view, NULL, NULL, NULL);
	for (const char *at = text_string(&text);
	     sscanf(at, "%63s %" SCNd64 " %" SCNu32 "%n", name, &spent, &ended, &length) == 3; at += length) {
		int step = boot_step_find(name, NULL);
		if (step < 0)
			continue;
		atomic_store(&boot->steps[step].spent_us, spent);
		if (view && ended <= view->block_num)
			atomic_store(&boot->steps[step].ended, ended);
	}
	boot->first_head = view ? view->block_num : 0;
	chain_view_close(view);
	text_release(&text);
}

void boot_set_back(struct boot *boot, uint32_t block_num)
{
	bool is_any = false;

	for (size_t i = 0; i < boot_steps_count; i++)
		if (atomic_load(&boot->steps[i].ended) > block_num) {
			memset(&boot->steps[i], 0, sizeof boot->steps[i]);
			is_any = true;
		}
	if (is_any) /* who goes back between tests waits for no disk here */
		boot_keep_steps(boot);
}

/* --- the whole --- */

int boot_create(struct boot **out, const struct boot_environment *environment, struct error *error)
{
	struct boot *boot = memory_allocate(1, sizeof *boot);
	struct text options = TEXT_EMPTY;

	boot->environment = *environment;
	boot->folder = environment->folder ? memory_copy_string(environment->folder) : NULL;
	pthread_mutex_init(&boot->lock, NULL);
	boot_settings_reset(&boot->settings);
	boot->progress = growing_text_create(PROGRESS_LIMIT);
	boot->output = growing_text_create(OUTPUT_LIMIT);
	int result = read_file(boot, &options, "options", error);
	if (result == 0)
		boot_settings_parse(&boot->settings, text_string(&options));
	text_release_secret(&options);
	if (result == 0)
		result = read_file(boot, &boot->given, "accounts.json", error);
	read_steps(boot);
	if (result) {
		boot_destroy(boot);
		return result;
	}
	*out = boot;
	return 0;
}

static void forget_plan(struct boot *boot)
{
	boot_plan_destroy(boot->plan);
	boot->plan = NULL;
	boot->judged = false;
}

void boot_destroy(struct boot *boot)
{
	if (!boot)
		return;
	forget_plan(boot);
	memory_wipe(&boot->settings, sizeof boot->settings);
	text_release_secret(&boot->given);
	growing_text_destroy(boot->progress);
	growing_text_destroy(boot->output);
	pthread_mutex_destroy(&boot->lock);
	free(boot->folder);
	free(boot);
}

/* A plan of these settings and this document. */
static int make_plan(const struct boot *boot, struct boot_plan **out, const struct boot_settings *settings,
                     const char *document, size_t length, struct error *error)
{
	struct boot_accounts accounts;
	int result = 0;

	boot_accounts_init(&accounts, boot->environment.signer);
	if (length)
		result = boot_accounts_parse(&accounts, document, length, settings, NULL, error);
	if (result == 0)
		result = boot_plan_create(out, settings, &accounts, boot->environment.chain, boot->interruption,
		                          error);
	boot_accounts_release(&accounts);
	return result;
}

int boot_plan_ensure(struct boot *boot, struct error *error)
{
	return boot->plan ? 0
	                  : make_plan(boot, &boot->plan, &boot->settings, text_string(&boot->given),
	                              boot->given.length, error);
}

uint64_t boot_first_user(struct boot *boot, const struct interruption *interruption)
{
	uint64_t name = 0;

	boot_enter(boot, interruption);
	if (atomic_load(&boot->steps[boot_step_find("stake", NULL)].ended) && boot_plan_ensure(boot, NULL) == 0 &&
	    boot->plan->accounts.count)
		name = boot->plan->accounts.list[0].name;
	boot_leave(boot);
	return name;
}

static int refuse_while_running(const struct boot *boot, struct error *error)
{
	return boot->running
	           ? error_set(error, EBUSY, "the boot is running (started by process %d)", boot->running_pid)
	           : 0;
}

/* What the steps said in this process was said of other options or accounts. What ended on the chain stays;
 * other keys may have to go into the wallet. */
static void forget_states(struct boot *boot)
{
	static const char *const of_the_wallet[] = {"wallet", "start-prod"};

	for (size_t i = 0; i < boot_steps_count; i++) {
		uint32_t ended = atomic_load(&boot->steps[i].ended);
		memset(&boot->steps[i], 0, sizeof boot->steps[i]);
		atomic_store(&boot->steps[i].ended, ended);
	}
	for (size_t i = 0; i < sizeof of_the_wallet / sizeof *of_the_wallet; i++)
		atomic_store(&boot->steps[boot_step_find(of_the_wallet[i], NULL)].ended, 0);
	boot_keep_steps(boot);
}

/* Once that step has ended, the chain is made by what it went by. */
static int refuse_after(const struct boot *boot, const char *what, const char *step, struct error *error)
{
	int found = step ? boot_step_find(step, NULL) : -1;

	if (found < 0 || !atomic_load(&boot->steps[found].ended))
		return 0;
	return error_set(error, EPERM,
	                 "%s: step \"%s\" has ended, and the chain is made by the value that it had then; "
	                 "another one takes a new chain (make run FRESH=1, or another -o data=FOLDER)",
	                 what, step);
}

void boot_option_read(struct boot *boot, struct text *out, size_t option)
{
	boot_enter(boot, NULL);
	text_printf(out, "%s\n", boot_settings_shown(&boot->settings, option));
	boot_leave(boot);
}

/* A number that leaves nothing to do by is refused when it is set, not when it is used; unless there was
 * nothing to do by before. */
static int check_option(struct boot *boot, const struct boot_settings *settings, size_t option,
                        struct error *error)
{
	struct boot_plan *plan = NULL;
	int result = 0;

	if ((boot_options[option].kind == BOOT_OPTION_COUNT ||
	     boot_options[option].kind == BOOT_OPTION_QUANTITY) &&
	    boot_plan_ensure(boot, NULL) == 0)
		result = make_plan(boot, &plan, settings, text_string(&boot->given), boot->given.length, error);
	boot_plan_destroy(plan);
	return result;
}

int boot_option_write(struct boot *boot, size_t option, const char *value,
                      const struct interruption *interruption, struct error *error)
{
	struct boot_settings settings;
	struct text text = TEXT_EMPTY;

	boot_enter(boot, interruption);
	settings = boot->settings;
	int result = refuse_while_running(boot, error);
	if (result == 0)
		result = boot_settings_set(&settings, option, value, error);
	bool changes = memcmp(&settings, &boot->settings, sizeof settings) != 0;
	if (result == 0 && changes)
		result = refuse_after(boot, boot_options[option].name, boot_options[option].fixed_by, error);
	if (result == 0 && changes)
		result = check_option(boot, &settings, option, error);
	if (result == 0 && changes) {
		boot_settings_print(&text, &settings);
		result = write_file(boot, "options", &text, error);
		if (result == 0) {
			boot->settings = settings;
			forget_plan(boot);
			forget_states(boot);
		}
	}
	boot_leave(boot);
	text_release_secret(&text);
	memory_wipe(&settings, sizeof settings);
	return result;
}

int boot_accounts_read(struct boot *boot, struct text *out, const struct interruption *interruption,
                       struct error *error)
{
	boot_enter(boot, interruption);
	int result = boot_plan_ensure(boot, error);
	if (result == 0)
		result = boot_accounts_print(&boot->plan->accounts, out, false, error);
	boot_leave(boot);
	return result;
}

/* What is kept: the document's accounts with the private keys that were given, now or before. Accounts
 * beyond the limits stay in it. */
static int keep_document(struct boot *boot, struct text *out, const char *text, size_t length,
                         struct error *error)
{
	struct boot_accounts accounts;

	boot_accounts_init(&accounts, boot->environment.signer);
	int result = boot_accounts_parse(&accounts, text, length, &boot->settings,
	                                 boot->plan ? &boot->plan->accounts : NULL, error);
	if (result == 0 && accounts.count)
		result = boot_accounts_print(&accounts, out, true, error);
	boot_accounts_release(&accounts);
	return result;
}

static bool same_document(struct boot *boot, const char *text, size_t length)
{
	struct text shown = TEXT_EMPTY;
	bool same = boot_plan_ensure(boot, NULL) == 0 &&
	            boot_accounts_print(&boot->plan->accounts, &shown, false, NULL) == 0;

	while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
		length--;
	while (shown.length && shown.data[shown.length - 1] == '\n')
		shown.length--;
	same = same && shown.length == length && memcmp(shown.data, text, length) == 0;
	text_release(&shown);
	return same;
}

/* Names, funds and public keys: private ones may come later. */
static bool same_accounts(struct boot *boot, struct boot_plan *plan)
{
	if (boot_plan_ensure(boot, NULL) != 0)
		return false;
	struct boot_accounts *now = &boot->plan->accounts, *then = &plan->accounts;
	bool same = now->count == then->count && now->users == then->users;
	for (size_t i = 0; i < now->count && same; i++) {
		struct public_key ours, theirs;
		same = now->list[i].name == then->list[i].name && now->list[i].funds == then->list[i].funds &&
		       boot_account_key(now, &ours, NULL, i, NULL) == 0 &&
		       boot_account_key(then, &theirs, NULL, i, NULL) == 0 && public_key_compare(&ours, &theirs) == 0;
	}
	return same;
}

int boot_accounts_write(struct boot *boot, const char *text, size_t length,
                        const struct interruption *interruption, struct error *error)
{
	struct text kept = TEXT_EMPTY;
	struct boot_plan *plan = NULL;

	boot_enter(boot, interruption);
	int result = refuse_while_running(boot, error);
	if (result || same_document(boot, text, length))
		goto out;
	result = keep_document(boot, &kept, text, length, error);
	if (result == 0)
		result = make_plan(boot, &plan, &boot->settings, text_string(&kept), kept.length, error);
	if (result == 0 && !same_accounts(boot, plan))
		result = refuse_after(boot, "accounts.json", "tokens", error);
	if (result) {
		boot_plan_destroy(plan);
		goto out;
	}
	result = write_file(boot, "accounts.json", &kept, error);
	if (result) {
		boot_plan_destroy(plan);
		goto out;
	}
	forget_plan(boot);
	forget_states(boot);
	boot->plan = plan;
	text_release_secret(&boot->given);
	boot->given = kept;
	kept = (struct text)TEXT_EMPTY;
out:
	boot_leave(boot);
	text_release_secret(&kept);
	return result;
}

struct growing_text *boot_progress(struct boot *boot) { return boot->progress; }
struct growing_text *boot_output(struct boot *boot) { return boot->output; }
