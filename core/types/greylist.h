/* Whom a node holds to less NET and CPU than the chain has to give: what a window's capacity has grown to,
 * while blocks are not full, is not for accounts of its greylist, and for others to greylist_limit times
 * what blocks hold (nodeos's producers' API). A matter of that node's alone. */
#ifndef EOSIOFS_CORE_TYPES_GREYLIST_H
#define EOSIOFS_CORE_TYPES_GREYLIST_H

#include "core/types/name_set.h"

enum { ELASTIC_MULTIPLIER = 1000 }; /* nodeos's maximum_elastic_resource_multiplier */

/* One of zeroes holds nobody to anything; greylist_release() ends it. */
struct greylist {
	struct name_set accounts;
	uint32_t limit; /* greylist_limit: of all others; 0: ELASTIC_MULTIPLIER */
};
struct greylist_change {
	const struct name_set *added, *removed; /* NULL: none */
	uint32_t limit;                         /* 0: as it is */
};
void greylist_release(struct greylist *greylist);
struct greylist greylist_copy(const struct greylist *greylist);
void greylist_apply(struct greylist *greylist, const struct greylist_change *change);
/* So many times what blocks hold are an account's windows made of, at most: 1 to ELASTIC_MULTIPLIER. */
uint32_t greylist_multiple(const struct greylist *greylist, uint64_t account);
/* Is it the code of a failure for which a greylist was the cause, on that node alone? */
bool greylist_refuses(uint32_t code);
/* NULL where it holds nobody to anything. */
const struct greylist *greylist_or_none(const struct greylist *greylist);

#endif
