/* Attaching to a node by its address. */
#include "mount/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int attach_parse_wait(enum nodeos_wait *out, const char *word, struct error *error)
{
	static const char *const words[] = {[NODEOS_WAIT_ACCEPTED] = "accepted",
	                                    [NODEOS_WAIT_BLOCK] = "block",
	                                    [NODEOS_WAIT_IRREVERSIBLE] = "irreversible"};
	*out = NODEOS_WAIT_BLOCK;
	for (size_t i = 0; word && i < sizeof words / sizeof *words; i++)
		if (strcmp(word, words[i]) == 0) {
			*out = (enum nodeos_wait)i;
			return 0;
		}
	return word ? error_set(error, EINVAL, "-o wait=%s: accepted, block or irreversible", word) : 0;
}

/* What is about a chain of one's own. */
int attach_check(const struct options *options, struct error *error)
{
	const bool own_genesis = options->nodeos[0] != 0;
	const struct {
		bool given;
		const char *option;
	} others[] = {
		{options->genesis_file[0] && !own_genesis, "genesis"},
		{(options->genesis_key || options->genesis_key_file[0]) && !own_genesis, "genesis_key"},
		{options->verify, "verify"},
		{options->history, "history"},
		{options->without_twins, "twins"},
		{options->measured_cpu, "cpu"},
		{options->manual_clock, "clock"},
		{options->peer, "peer"},
		{options->http && strcmp(options->http, "off") != 0, "http"},
		{options->p2p && (options->nodeos[0] || strcmp(options->p2p, "off") != 0), "p2p"},
		{options->without_page, "page"},
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].given)
			return error_set(error, EINVAL,
			                 "-o %s is for a chain of one's own: with -o %s the node has the chain",
			                 others[i].option, options->nodeos[0] ? "nodeos" : "url");
	return 0;
}

int attach_chain(struct chain **out, const struct options *options, struct error *error)
{
	struct nodeos_options nodeos = {.url = options->url, .authorities = getenv("CURL_CA_BUNDLE")};
	int result = attach_check(options, error);

	if (result == 0)
		result = attach_parse_wait(&nodeos.wait, options->wait, error);
	return result ? result : nodeos_chain_create(out, &nodeos, error);
}
