/* /v1/db_size: the state lies in this process's memory, so its figures are those of the process. */
#include "core/server/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static uint64_t resident_bytes(void)
{
	unsigned long all = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file) {
		if (fscanf(file, "%lu %lu", &all, &resident) != 2)
			resident = 0;
		fclose(file);
	}
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int get(struct call *call)
{
	uint64_t used = resident_bytes();
	uint64_t available = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

	text_printf(call->out, "{\"free_bytes\":%s,\"used_bytes\":%s,\"size\":%s,\"indices\":[]}",
	            chain_number_text(available).text, chain_number_text(used).text,
	            chain_number_text(used + available).text);
	return 0;
}

const struct endpoint db_size_endpoints[] = {
	{"/v1/db_size/get", PLUGIN_DB_SIZE, PARAMETERS_NONE, 200, get, .reads = false},
	{.path = NULL},
};
