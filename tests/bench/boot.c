/* boot all for so many users, on a chain in a data folder: seconds beside the same bare canonical signatures
 * one after another and beside its CPU time shared by the processors, CPU time a transaction, memory. usage:
 * boot USERS DATA_FOLDER [twins=off] */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"

#include "core/base/system/parallel.h"
#include "core/boot/boot.h"
#include "core/chain/embedded/embedded.h"
#include "core/engine/storage/data_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BARE_ROUNDS = 500 };

static double cpu_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void count(void *context, const struct transaction_trace *trace, const char *command)
{
	(void)trace;
	(void)command;
	++*(size_t *)context;
}

/* ns of CPU for a bare canonical signature. */
static double bare_signature(void)
{
	struct bare bare;
	bare_begin(&bare);
	double start = cpu_now();
	for (int i = 0; i < BARE_ROUNDS; i++) {
		bare_next(&bare);
		bare_sign(&bare);
	}
	double spent = (cpu_now() - start) / BARE_ROUNDS;
	bare_end(&bare);
	return spent;
}

/* The process's greatest resident memory, MB. */
static double peak_memory(void)
{
	char line[256];
	double kilobytes = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (status && fgets(line, sizeof line, status))
		if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1)
			break;
	if (status)
		fclose(status);
	return kilobytes / 1024;
}

static void fail(const struct error *error)
{
	fprintf(stderr, "boot: %s\n", error->sentence);
	exit(1);
}

static void measure(struct boot *boot, const char *users, bool without_twins)
{
	struct error error = {0};
	size_t transactions = 0;
	struct boot_runner runner = {.sent = count, .context = &transactions};
	char name[96];
	int option = boot_option_find("user-limit", &error);
	if (option < 0 || boot_option_write(boot, (size_t)option, users, NULL, &error))
		fail(&error);
	double before = bare_signature(), start = bench_now(), cpu = cpu_now();
	if (boot_run(boot, "all", &runner, &error))
		fail(&error);
	double wall = bench_now() - start;
	cpu = cpu_now() - cpu;
	double bare = (before + bare_signature()) / 2;
	if (without_twins) {
		snprintf(name, sizeof name, "boot all, %s users, twins=off: CPU a transaction", users);
		bench_report(name, cpu / (double)transactions / 1000, "us", "a bare signature", bare / 1000);
		return;
	}
	snprintf(name, sizeof name, "boot all, %s users, %zu transactions", users, transactions);
	bench_report(name, wall / 1e9, "s", "its bare signatures on one core", bare * (double)transactions / 1e9);
	snprintf(name, sizeof name, "boot all, %s users: elapsed", users);
	bench_report(name, wall / 1e9, "s", "its CPU time by processors",
	             cpu / (double)parallel_processors() / 1e9);
	snprintf(name, sizeof name, "boot all, %s users: CPU a transaction", users);
	bench_report(name, cpu / (double)transactions / 1000, "us", "a bare signature", bare / 1000);
	snprintf(name, sizeof name, "boot all, %s users: memory", users);
	bench_report(name, peak_memory(), "MB", NULL, 0);
}

int main(int arguments, char **argument)
{
	struct error error = {0};
	struct data_folder *folder = NULL;
	struct wallet *wallet = NULL;
	struct chain *chain = NULL;
	struct boot *boot = NULL;
	bool without_twins = arguments == 4 && strcmp(argument[3], "twins=off") == 0;
	if (arguments != 3 && !without_twins)
		return fputs("usage: boot USERS DATA_FOLDER [twins=off]\n", stderr), 2;
	struct signer *signer = signer_create();
	if (data_folder_open(&folder, argument[2], &error) || wallet_open(&wallet, NULL, false, signer, &error))
		fail(&error);
	struct embedded_options options = {
		.data_folder = folder, .wallet = wallet, .signer = signer, .without_twins = without_twins};
	if (embedded_chain_create(&chain, &options, &error))
		fail(&error);
	struct boot_environment environment = {.chain = chain, .wallet = wallet, .signer = signer};
	if (boot_create(&boot, &environment, &error))
		fail(&error);
	measure(boot, argument[1], without_twins);
	boot_destroy(boot);
	chain_destroy(chain);
	wallet_close(wallet);
	data_folder_close(folder);
	signer_destroy(signer);
	return 0;
}
