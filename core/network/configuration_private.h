/* Inside a configuration: what configuration.c and configuration_keys.c share. */
#ifndef EOSIOFS_CORE_NETWORK_CONFIGURATION_PRIVATE_H
#define EOSIOFS_CORE_NETWORK_CONFIGURATION_PRIVATE_H

#include "core/network/configuration.h"

void key_list_join(struct key_list *list, const struct key_list *more);
void configuration_add_keosd(struct configuration *configuration, const struct keosd_key *keosd);

/* An option's value; -EINVAL. What is taken is the last of its list. */
int configuration_take_signature_provider(struct configuration *configuration, const char *value,
                                          struct key_store *keys, struct error *error);
int configuration_take_private_key(struct configuration *configuration, const char *value,
                                   struct key_store *keys, struct error *error);
int configuration_take_peer_private_key(struct configuration *configuration, const char *value,
                                        struct key_store *keys, struct error *error);
int configuration_take_peer_key(struct configuration *configuration, const char *value, struct error *error);

#endif
