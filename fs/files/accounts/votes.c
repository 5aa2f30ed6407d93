/* accounts/NAME/votes, proxy and is_proxy (contracts.md 8.6 to 8.9). What the contract's own words would
 * leave in the dark, which of the producers is the wrong one, is looked up before anything is sent. */
#include "fs/files/accounts/accounts.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EOSIO name_literal("eosio")

/* A voter that there is not yet has voted for nobody. */
static int read_voter(struct request *request, struct voter_row *out, bool *exists, struct error *error)
{
	int result = voter_row_read(request, out, request->name[0], error);
	*exists = result == 0;
	if (result == -ENOENT) {
		*out = (struct voter_row){.owner = request->name[0]};
		result = 0;
	}
	return result;
}

static int send_vote(struct request *request, uint64_t proxy, const uint64_t *producers, size_t count,
                     struct error *error)
{
	struct action action;
	make_voteproducer(&action, request->name[0], proxy, producers, count);
	return request_act(request, &action, error);
}

/* --- votes --- */

int accounts_votes_read(struct request *request, struct text *out, struct error *error)
{
	struct voter_row voter;
	bool exists = false;
	int result = read_voter(request, &voter, &exists, error);
	for (size_t i = 0; result == 0 && i < voter.producers_count; i++)
		text_printf(out, "%s\n", name_text(voter.producers[i]).text);
	return result;
}

struct votes {
	uint64_t *producers; /* owned */
	size_t count, capacity;
};

static void add_vote(struct votes *votes, uint64_t producer)
{
	LIST_APPEND(votes->producers, votes->count, votes->capacity, producer);
}

static void remove_vote(struct votes *votes, size_t index)
{
	votes->producers[index] = votes->producers[--votes->count];
}

/* One of a list, or `+NAME` and `-NAME`, which change what is there. */
static int take_vote(struct votes *votes, const char *word, bool *changes, bool first, struct error *error)
{
	const char sign = *word == '+' || *word == '-' ? *word : '\0';
	uint64_t producer = 0;
	size_t at = 0;
	if (strpbrk(word, ",[]{}\"'"))
		return error_set(error, EINVAL,
		                 "\"%s\": producers are names with blanks or newlines between them, no JSON and no "
		                 "commas",
		                 word);
	if (first)
		*changes = sign;
	if (*changes != (sign != '\0'))
		return error_set(error, EINVAL,
		                 "\"%s\": either all producers are given, or all lines are +PRODUCER and -PRODUCER",
		                 word);
	int result = name_parse_account(&producer, word + (sign != '\0'), error);
	if (result)
		return result;
	while (at < votes->count && votes->producers[at] != producer)
		at++;
	if (sign != '-')
		add_vote(votes, producer);
	else if (at < votes->count)
		remove_vote(votes, at);
	else
		return error_set(error, ENOENT, "no such vote: %s", name_text(producer).text);
	return 0;
}

/* Of a list that changes what is there, lines that an earlier write has sent are done. */
static int parse_votes(struct votes *votes, const struct voter_row *voter, const char *data, size_t length,
                       size_t sent, struct error *error)
{
	char word[64];
	bool changes = false, first = true, based = false;
	int result = 0;
	for (size_t at = 0, end; at < length && result == 0; at = end) {
		while (at < length && strchr(" \t\r\n", data[at]))
			at++;
		for (end = at; end < length && !strchr(" \t\r\n", data[end]); end++)
			;
		if (end == at)
			break;
		snprintf(word, sizeof word, "%.*s", (int)(end - at < sizeof word ? end - at : sizeof word - 1),
		         data + at);
		if (first && !based && (*word == '+' || *word == '-')) {
			based = true;
			for (size_t i = 0; i < voter->producers_count; i++)
				add_vote(votes, voter->producers[i]);
			if (sent > at) {
				end = sent;
				continue;
			}
		}
		result = take_vote(votes, word, &changes, first, error);
		first = false;
	}
	return result;
}

static int check_producer(struct request *request, uint64_t name, struct error *error)
{
	struct producer_row producer;
	int result = producer_row_read(request, &producer, name, error);
	if (result == 0)
		return producer.active ? 0
		                       : error_set(error, ECANCELED, "producer is not currently registered: %s",
		                                   name_text(name).text);
	if (result != -ENOENT)
		return result;
	if (require_account(request, name, NULL) == 0)
		return error_set(error, ENOENT,
		                 "no such producer: %s is an account, but not registered (mkdir producers/%s)",
		                 name_text(name).text, name_text(name).text);
	return error_set(error, ENOENT, "no such producer: %s", name_text(name).text);
}

static int check_votes(struct request *request, const struct votes *votes, struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < votes->count && result == 0; i++)
		result = check_producer(request, votes->producers[i], error);
	if (result == 0 && votes->count > VOTES_MAXIMUM)
		result = error_set(error, EINVAL, "attempt to vote for too many producers: %zu, of at most %d",
		                   votes->count, VOTES_MAXIMUM);
	return result;
}

int accounts_votes_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct votes votes = {0};
	struct voter_row voter = {0};
	bool exists = false;
	int result = read_voter(request, &voter, &exists, error);
	if (result == 0)
		result = parse_votes(&votes, &voter, data, length, request->sent, error);
	/* Clearing what is clear: there may be no stake yet, or a proxy, which this file is not about. */
	if (result || (votes.count == 0 && voter.producers_count == 0 && (!exists || voter.proxy)))
		goto out;
	for (size_t i = 0; request->append && i < voter.producers_count; i++)
		add_vote(&votes, voter.producers[i]);
	votes.count = names_sort(votes.producers, votes.count); /* as the contract demands */
	result = require_system_contract(request, NULL, error);
	if (result == 0)
		result = check_votes(request, &votes, error);
	if (result == 0)
		result = send_vote(request, 0, votes.producers, votes.count, error);
out:
	free(votes.producers);
	return result;
}

/* --- proxy --- */

int accounts_proxy_read(struct request *request, struct text *out, struct error *error)
{
	struct voter_row voter;
	bool exists = false;
	int result = read_voter(request, &voter, &exists, error);
	if (result == 0 && voter.proxy)
		text_printf(out, "%s\n", name_text(voter.proxy).text);
	return result;
}

static int check_proxy(struct request *request, uint64_t name, struct error *error)
{
	struct voter_row proxy;
	int result = require_account(request, name, error);
	if (result)
		return result;
	result = voter_row_read(request, &proxy, name, error);
	if (result && result != -ENOENT)
		return result;
	if (result == 0 && proxy.is_proxy)
		return 0;
	return error_set(error, ENOENT,
	                 "no such proxy: %s has not registered as one (echo 1 > accounts/%s/is_proxy)",
	                 name_text(name).text, name_text(name).text);
}

int accounts_proxy_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct voter_row voter;
	uint64_t proxy = 0;
	bool exists = false;
	int result = length ? name_parse_account(&proxy, data, error) : 0;
	if (result == 0)
		result = read_voter(request, &voter, &exists, error);
	if (result || voter.proxy == proxy)
		return result;
	result = require_system_contract(request, NULL, error);
	if (result == 0 && proxy)
		result = check_proxy(request, proxy, error);
	return result ? result : send_vote(request, proxy, NULL, 0, error);
}

int accounts_is_proxy_read(struct request *request, struct text *out, struct error *error)
{
	struct voter_row voter;
	uint64_t symbol = 0;
	bool exists = false;
	int result = read_voter(request, &voter, &exists, error);
	if (result == 0 && (exists || chain_market_symbol(request->view, &symbol)))
		text_append(out, voter.is_proxy ? "1\n" : "0\n");
	return result;
}

int accounts_is_proxy_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct voter_row voter;
	bool exists = false, wanted = false;
	uint64_t symbol = 0;
	int result = read_voter(request, &voter, &exists, error);
	if (result == 0 && length == 0 && !exists && !chain_market_symbol(request->view, &symbol))
		return 0;
	if (result == 0)
		result = command_bool(&wanted, data, error);
	if (result == 0 && voter.is_proxy != wanted)
		result = require_system_contract(request, NULL, error);
	if (result || voter.is_proxy == wanted)
		return result;
	struct action action;
	make_regproxy(&action, request->name[0], wanted);
	return request_act(request, &action, error);
}
