/* A mount attached over HTTP beside the mount of the chain it is attached to: a balance read again and again,
 * the list of all accounts. usage: attached MOUNT ATTACHED ACCOUNT */
#include "tests/bench/rig/bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READS = 1000 };

struct place {
	char balance[4096], accounts[4096];
	size_t names; /* that the last listing had */
};

static struct place place_of(const char *mount, const char *account)
{
	struct place place = {.names = 0};
	snprintf(place.balance, sizeof place.balance, "%s/accounts/%s/balance", mount, account);
	snprintf(place.accounts, sizeof place.accounts, "%s/accounts", mount);
	return place;
}

static _Noreturn void stop(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

static void read_balance(void *context, size_t times)
{
	const struct place *place = context;
	char buffer[4096];
	while (times--) {
		int fd = open(place->balance, O_RDONLY);
		if (fd < 0 || read(fd, buffer, sizeof buffer) <= 0 || close(fd) < 0)
			stop(place->balance);
	}
}

static void list_accounts(void *context, size_t times)
{
	struct place *place = context;
	while (times--) {
		DIR *folder = opendir(place->accounts);
		if (!folder)
			stop(place->accounts);
		for (place->names = 0; readdir(folder); place->names++)
			continue;
		closedir(folder);
	}
}

int main(int count, char **arguments)
{
	char name[96];
	if (count != 4) {
		fprintf(stderr, "usage: attached MOUNT ATTACHED ACCOUNT\n");
		return 2;
	}
	struct place own = place_of(arguments[1], arguments[3]), attached = place_of(arguments[2], arguments[3]);
	struct bench_pair pair = bench_measure(read_balance, &attached, READS, read_balance, &own, READS);
	bench_report("attached: cat balance, warm", pair.value / 1000, "us", "the chain's own mount",
	             pair.against / 1000);
	pair = bench_measure(list_accounts, &attached, 1, list_accounts, &own, 1);
	if (attached.names != own.names) {
		fprintf(stderr, "%zu names attached, %zu in the chain's own mount\n", attached.names, own.names);
		return 1;
	}
	snprintf(name, sizeof name, "attached: ls accounts, %zu names", attached.names);
	bench_report(name, pair.value / 1e6, "ms", "the chain's own mount", pair.against / 1e6);
	return 0;
}
