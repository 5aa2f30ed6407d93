/* snapshots/: states that are kept under a name, and looked at as the past is. */
#include "fs/files/snapshots.h"

#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct chain_operations *operations_of(struct request *request, struct error *error)
{
	const struct chain_operations *operations = request->chain ? request->chain->operations : NULL;
	if (operations && operations->keep)
		return operations;
	error_set(error, EOPNOTSUPP, "this chain keeps no snapshots");
	return NULL;
}

int snapshots_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	char name[CHAIN_KEPT_NAME_SIZE + 1] = "";
	strncat(name, from, sizeof name - 2);
	while (operations && operations->kept_from(request->chain, name, name, NULL) == 0) {
		if (listing->add(listing, name))
			break;
		strcat(name, "!"); /* sorts before all that a name may go on with */
	}
	return 0;
}

int snapshots_make(struct request *request, const char *name, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	return operations ? operations->keep(request->chain, name, error) : -EOPNOTSUPP;
}

int snapshots_exists(struct request *request, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	char name[CHAIN_KEPT_NAME_SIZE];
	if (!operations)
		return -EOPNOTSUPP;
	if (operations->kept_from(request->chain, name, request->capture[0], NULL) != 0 ||
	    strcmp(name, request->capture[0]) != 0)
		return error_set(error, ENOENT, "there is no snapshot \"%s\"", request->capture[0]);
	return 0;
}

int snapshots_graft(struct request *request, struct chain_revision *out, struct error *error)
{
	(void)error;
	*out = (struct chain_revision){.kind = CHAIN_KEPT, .kept = request->capture[0]};
	return 0;
}

/* One name, and what is done with it. */
static int act_on_name(struct request *request, const char *data, size_t length,
                       int (*act)(struct chain *chain, const char *name, struct error *error),
                       struct error *error)
{
	struct text name = TEXT_EMPTY;
	while (length && (*data == ' ' || *data == '\t')) {
		data++;
		length--;
	}
	while (length && (data[length - 1] == ' ' || data[length - 1] == '\t'))
		length--;
	text_append_bytes(&name, data, length);
	chain_view_close(request->view);
	request->view = NULL;
	int result = act(request->chain, text_string(&name), error);
	text_release(&name);
	return result;
}

int snapshots_drop_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	return operations ? act_on_name(request, data, length, operations->drop, error) : -EOPNOTSUPP;
}

int snapshots_restore_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const struct chain_operations *operations = operations_of(request, error);
	return operations ? act_on_name(request, data, length, operations->restore_kept, error) : -EOPNOTSUPP;
}
