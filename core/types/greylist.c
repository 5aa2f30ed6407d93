/* Whom a node holds to less NET and CPU than the chain has to give. */
#include "core/types/greylist.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

void greylist_release(struct greylist *greylist)
{
	name_set_release(&greylist->accounts);
	greylist->limit = 0;
}

struct greylist greylist_copy(const struct greylist *greylist)
{
	struct greylist out = *greylist;

	out.accounts.names = memory_copy(out.accounts.names, out.accounts.count * sizeof *out.accounts.names);
	out.accounts.capacity = out.accounts.count;
	return out;
}

void greylist_apply(struct greylist *greylist, const struct greylist_change *change)
{
	for (size_t i = 0; change->added && i < change->added->count; i++)
		name_set_add(&greylist->accounts, change->added->names[i]);
	for (size_t i = 0; change->removed && i < change->removed->count; i++)
		name_set_remove(&greylist->accounts, change->removed->names[i]);
	if (change->limit)
		greylist->limit = change->limit;
}

uint32_t greylist_multiple(const struct greylist *greylist, uint64_t account)
{
	if (name_set_has(&greylist->accounts, account))
		return 1;
	return greylist->limit ? greylist->limit : ELASTIC_MULTIPLIER;
}

bool greylist_refuses(uint32_t code)
{
	return code == GREYLIST_NET_USAGE_EXCEEDED || code == GREYLIST_CPU_USAGE_EXCEEDED;
}

const struct greylist *greylist_or_none(const struct greylist *greylist)
{
	bool is_elastic = !greylist->limit || greylist->limit >= ELASTIC_MULTIPLIER;

	return greylist->accounts.count || !is_elastic ? greylist : NULL;
}
