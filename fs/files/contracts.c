/* contracts/: the contracts that ship with eosiofs, as `contract/install` and `cleos set contract` take
 * them. */
#include "fs/files/contracts.h"

#include "core/contracts/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct bundle *find(const struct request *request, struct error *error)
{
	const struct bundle *bundle = bundle_find(request->capture[0]);
	if (!bundle)
		error_set(error, ENOENT, "no such contract: %s", request->capture[0]);
	return bundle;
}

int contracts_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	const struct bundle *bundle = NULL;
	(void)request;
	(void)error;
	for (size_t i = 0; (bundle = bundle_at(i)); i++)
		if (strcmp(bundle->name, from) >= 0 && listing->add(listing, bundle->name))
			break;
	return 0;
}

int contracts_exists(struct request *request, struct error *error)
{
	return find(request, error) ? 0 : -ENOENT;
}

int contracts_files_list(struct request *request, const char *from, struct listing *listing,
                         struct error *error)
{
	static const char *const endings[] = {".abi", ".wasm"};
	const struct bundle *bundle = find(request, error);
	char name[128];
	if (!bundle)
		return -ENOENT;
	for (size_t i = 0; i < 2; i++) {
		snprintf(name, sizeof name, "%s%s", bundle->name, endings[i]);
		if (strcmp(name, from) >= 0 && listing->add(listing, name))
			break;
	}
	return 0;
}

/* Both files of a bundle bear its name. */
int contracts_files_exists(struct request *request, struct error *error)
{
	if (strcmp(request->capture[0], request->capture[1]) != 0)
		return error_set(error, ENOENT, "no such file: %s", request->capture[1]);
	return contracts_exists(request, error);
}

int contracts_wasm_read(struct request *request, struct text *out, struct error *error)
{
	const struct bundle *bundle = find(request, error);
	if (!bundle)
		return -ENOENT;
	text_append_bytes(out, bundle->code->data, bundle->code->length);
	return 0;
}

int contracts_abi_read(struct request *request, struct text *out, struct error *error)
{
	const struct bundle *bundle = find(request, error);
	if (!bundle)
		return -ENOENT;
	text_append_bytes(out, bundle->abi, strlen(bundle->abi));
	return 0;
}
