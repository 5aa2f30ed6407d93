/* Asking the node, and the answers that are kept while its head stays. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A head is taken to stand for so long without asking again: less than half a block. */
enum { INFO_FRESH_MS = 200, BEHIND_MS = 20000 };
/* Codes of the chain's own exceptions begin here; those below are fc's (protocol.md F.9). */
enum { CHAIN_EXCEPTIONS = 3000000 };

/* --- failures --- */

/* Which line of the node's configuration a call needs. */
static const struct plugin_line {
	const char *path, *line;
} plugin_lines[] = {
	{"/v1/chain/get_accounts_by_authorizers", "enable-account-queries = true"},
	{"/v1/chain/", "plugin = eosio::chain_api_plugin"},
	{"/v1/producer/", "plugin = eosio::producer_api_plugin"},
	{"/v1/net/", "plugin = eosio::net_api_plugin"},
	{"/v1/trace_api/", "plugin = eosio::trace_api_plugin"},
};

static int not_served(const char *url, const char *path, struct error *error)
{
	for (size_t i = 0; i < sizeof plugin_lines / sizeof *plugin_lines; i++)
		if (strncmp(path, plugin_lines[i].path, strlen(plugin_lines[i].path)) == 0)
			return error_set(error, EOPNOTSUPP,
			                 "the node at %s does not answer %s: `%s` in "
			                 "its config.ini would help",
			                 url, path, plugin_lines[i].line);
	return error_set(error, EOPNOTSUPP, "the node at %s does not answer %s", url, path);
}

/* nodeos's error reply (protocol.md F.2). */
static int node_failure(const char *url, const char *path, unsigned status, const struct json *json,
                        struct error *error)
{
	const struct json *failure = json_member(json, "error");
	const char *sentence = json_string(json_member(json_first(json_member(failure, "details")), "message"));
	const char *message = json_string(json_member(json, "message"));
	uint64_t code = 0;

	if (status == 404 && message && strncmp(message, "Trace API", 9) == 0)
		return error_set(error, ENOENT, "%s", message);
	if (status == 404)
		return not_served(url, path, error);
	if (json_type(failure) != JSON_OBJECT || json_uint64(&code, json_member(failure, "code")) != 0)
		return error_set(error, EPROTO, "the node at %s answers %s with status %u and no reason", url, path,
		                 status);
	if (!sentence)
		sentence = message ? message : "it does not say why";
	if (status == 400 && strstr(sentence, "HTTP HOST header")) /* a tunnel, a container's port */
		return error_set(error, EACCES,
		                 "the node at %s wants to be asked at its own address: %s; "
		                 "`http-validate-host = false` in its config.ini would help",
		                 url, sentence);
	if (code == UNKNOWN_BLOCK_EXCEPTION || (code < CHAIN_EXCEPTIONS && strstr(sentence, "unknown key")))
		return error_set(error, ENOENT, "%s", sentence);
	if (code < CHAIN_EXCEPTIONS)
		return error_set(error,
		                 code == TIMEOUT_EXCEPTION ? ETIMEDOUT
		                 : status == 503           ? EAGAIN
		                                           : ECANCELED,
		                 "the node at %s: %s", url, sentence);
	return error_chain(error, (uint32_t)code, "%s", sentence);
}

static int parse_body(struct json **out, const char *url, const struct text *answer, unsigned status,
                      struct error *error)
{
	struct error why = {0};

	if (status >= 300 && status < 400)
		return error_set(error, EHOSTUNREACH, "%s redirects elsewhere: give the address itself", url);
	if (json_parse(out, text_string(answer), answer->length, &why) == 0)
		return 0;
	const char *from = text_string(answer) + strspn(text_string(answer), " \t\r\n");
	if (*from == '<')
		return error_set(
			error, status >= 400 && status < 500 ? EHOSTUNREACH : EPROTO,
			"%s answers HTML (status %u) and no JSON: there is a proxy or a web server, and no node", url,
			status);
	return error_set(error, EPROTO, "%s answers no JSON (status %u): %s", url, status, why.sentence);
}

/* answer: its text, appended. */
static int call(struct nodeos_chain *chain, struct json **out, struct text *answer, const char *path,
                const struct text *body, const struct interruption *interruption, struct error *error)
{
	const struct text none = TEXT_EMPTY;
	const char *url = http_client_url(chain->client);
	unsigned status = 0;

	*out = NULL;
	int result = http_client_post(chain->client, answer, &status, path, body ? body : &none, interruption,
	                              error);
	if (result == 0)
		result = parse_body(out, url, answer, status, error);
	if (result == 0 && status >= 400) {
		result = node_failure(url, path, status, *out, error);
		json_release(*out);
		*out = NULL;
	}
	return result;
}

int nodeos_call(struct nodeos_chain *chain, struct json **out, const char *path, const struct text *body,
                const struct interruption *interruption, struct error *error)
{
	struct text answer = TEXT_EMPTY;
	int result = call(chain, out, &answer, path, body, interruption, error);

	text_release(&answer);
	return result;
}

/* --- the head --- */

static int ask_info(struct nodeos_chain *chain, struct chain_info *out, int64_t *sent,
                    const struct interruption *interruption, struct error *error)
{
	struct json *json = NULL;

	*sent = clock_monotonic_us();
	int result = nodeos_call(chain, &json, "/v1/chain/get_info", NULL, interruption, error);

	if (result == 0)
		result = parse_info(out, json, error);
	json_release(json);
	if (result == -ENOENT) /* there is always a head */
		return error_set(error, EPROTO, "the node at %s tells no head", http_client_url(chain->client));
	if (result)
		return result;
	if (!checksum256_is_zero(&chain->base.chain_id) &&
	    !checksum256_equal(&chain->base.chain_id, &out->chain_id))
		return error_set(error, ESTALE, "the node at %s is on another chain now than when it was mounted",
		                 http_client_url(chain->client));
	return 0;
}

static void take_info(struct nodeos_chain *chain, uint64_t *sequence, const struct chain_info *info,
                      int64_t sent)
{
	pthread_mutex_lock(&chain->mutex);
	if (!checksum256_equal(&chain->info.head_block_id, &info->head_block_id))
		chain->sequence++;
	if (info->irreversible_block_num < chain->info.irreversible_block_num)
		nodeos_doubt(chain);
	chain->info = *info;
	chain->info_at = clock_monotonic_ms();
	chain->info_sent = sent;
	*sequence = chain->sequence;
	pthread_mutex_unlock(&chain->mutex);
	nodeos_know_slot(chain, info->head_slot, info->head_block_num);
}

/* The head has to show what was written here: behind a load balancer the next node may be late. */
int nodeos_info(struct nodeos_chain *chain, struct chain_info *out, uint64_t *sequence, bool fresh,
                const struct interruption *interruption, struct error *error)
{
	const int64_t end = clock_monotonic_ms() + BEHIND_MS;
	int64_t sent;

	pthread_mutex_lock(&chain->mutex);
	bool known = !fresh && chain->info_at && clock_monotonic_ms() - chain->info_at < INFO_FRESH_MS;
	uint32_t wrote_in = chain->wrote_in;
	*out = chain->info;
	*sequence = chain->sequence;
	pthread_mutex_unlock(&chain->mutex);
	if (known)
		return 0;
	for (;;) {
		int result = ask_info(chain, out, &sent, interruption, error);
		if (result)
			return result;
		if (out->head_block_num >= wrote_in)
			break;
		if (interruption_happened(interruption))
			return error_set(error, EINTR, "interrupted while the node was behind");
		if (clock_monotonic_ms() >= end) {
			pthread_mutex_lock(&chain->mutex);
			chain->wrote_in = 0; /* said once: the chain may have been put back */
			pthread_mutex_unlock(&chain->mutex);
			return error_set(error, ETIMEDOUT,
			                 "the node at %s is at block %" PRIu32
			                 ", and what was written here is in block %" PRIu32,
			                 http_client_url(chain->client), out->head_block_num, wrote_in);
		}
		nodeos_pause_a_moment();
	}
	take_info(chain, sequence, out, sent);
	return 0;
}

/* --- kept answers; under the mutex --- */

static size_t bucket_of(const char *key)
{
	return memory_hash(0, key, strlen(key)) % ANSWER_BUCKETS;
}

static struct answer *find(const struct nodeos_chain *chain, const char *key)
{
	struct answer *at = chain->buckets[bucket_of(key)];
	while (at && strcmp(at->key, key) != 0)
		at = at->next;
	return at;
}

static void unreference(struct answer *answer)
{
	if (--answer->references > 0)
		return;
	json_release(answer->json);
	free(answer->key);
	free(answer);
}

static void unlink_answer(struct nodeos_chain *chain, struct answer *answer)
{
	struct answer **at = &chain->buckets[bucket_of(answer->key)];
	while (*at != answer)
		at = &(*at)->next;
	*at = answer->next;
	*(answer->newer ? &answer->newer->older : &chain->newest) = answer->older;
	*(answer->older ? &answer->older->newer : &chain->oldest) = answer->newer;
	chain->bytes -= answer->bytes;
	unreference(answer);
}

static void link_answer(struct nodeos_chain *chain, struct answer *answer)
{
	struct answer **bucket = &chain->buckets[bucket_of(answer->key)];
	answer->next = *bucket;
	*bucket = answer;
	answer->newer = NULL;
	answer->older = chain->newest;
	*(chain->newest ? &chain->newest->newer : &chain->oldest) = answer;
	chain->newest = answer;
	chain->bytes += answer->bytes;
	answer->references++;
	while (chain->bytes > ANSWERS_BYTES_MAXIMUM && chain->oldest != answer)
		unlink_answer(chain, chain->oldest);
}

void nodeos_cache_release(struct nodeos_chain *chain)
{
	while (chain->newest)
		unlink_answer(chain, chain->newest);
}

void nodeos_give_back(struct nodeos_chain *chain, struct answer *answer)
{
	if (!answer)
		return;
	pthread_mutex_lock(&chain->mutex);
	unreference(answer);
	pthread_mutex_unlock(&chain->mutex);
}

/* A new answer takes an older one's place; where the content is the same, so is the block it is first
 * known from. */
static void keep(struct nodeos_chain *chain, struct answer *answer, uint32_t block_num)
{
	pthread_mutex_lock(&chain->mutex);
	struct answer *before = find(chain, answer->key);
	answer->arrival.number = ++chain->answers;
	answer->first_block = before && checksum256_equal(&before->content, &answer->content)
	                          ? before->first_block
	                          : block_num;
	if (before)
		unlink_answer(chain, before);
	link_answer(chain, answer);
	pthread_mutex_unlock(&chain->mutex);
}

static int fetch(struct chain_view *view, struct answer **out, char *key, const char *path, const char *body,
                 struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct text sent = TEXT_EMPTY, text = TEXT_EMPTY;
	struct json *json = NULL;

	text_append(&sent, body ? body : "");
	int result = call(chain, &json, &text, path, &sent, view->interruption, error);
	text_release(&sent);
	if (result) {
		text_release(&text);
		free(key);
		return result;
	}
	struct answer *answer = memory_allocate(1, sizeof *answer);
	*answer = (struct answer){.key = key,
	                          .json = json,
	                          .bytes = 4 * text.length + 256,
	                          .arrival = {.sequence = view->sequence, .at = clock_monotonic_us()},
	                          .content = hash_sha256(text.data, text.length),
	                          .references = 1};
	text_release(&text);
	keep(chain, answer, view->block_num);
	*out = answer;
	return 0;
}

/* One answer is of one block in itself; several are when the head has not moved until the last came. */
void nodeos_note_use(struct chain_view *base, const struct arrival *arrival)
{
	struct nodeos_view *view = (struct nodeos_view *)base;

	pthread_mutex_lock(&nodeos_chain_of(base)->mutex);
	view->several = view->several || (view->first && view->first != arrival->number);
	view->first = view->first ? view->first : arrival->number;
	if (view->last_at < arrival->at)
		view->last_at = arrival->at;
	pthread_mutex_unlock(&nodeos_chain_of(base)->mutex);
}

int nodeos_newest(struct chain_view *base, uint32_t *block_num, struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(base);
	const struct nodeos_view *view = (const struct nodeos_view *)base;
	struct chain_info info;
	uint64_t sequence;

	*block_num = base->block_num;
	pthread_mutex_lock(&chain->mutex);
	bool known = !view->several ||
	             (checksum256_equal(&chain->info.head_block_id, &view->info.head_block_id) &&
	              chain->info_sent >= view->last_at);
	pthread_mutex_unlock(&chain->mutex);
	if (known)
		return 0;
	int result = nodeos_info(chain, &info, &sequence, true, base->interruption, error);
	if (result == 0 && !checksum256_equal(&info.head_block_id, &view->info.head_block_id))
		*block_num = info.head_block_num > base->block_num ? info.head_block_num : base->block_num + 1;
	return result;
}

int nodeos_ask(struct chain_view *view, struct answer **out, const char *path, const char *body,
               struct error *error)
{
	struct nodeos_chain *chain = nodeos_chain_of(view);
	struct text key = TEXT_EMPTY;

	text_printf(&key, "%s\n%s", path, body ? body : "");
	pthread_mutex_lock(&chain->mutex);
	struct answer *known = find(chain, text_string(&key));
	if (known && known->arrival.sequence == view->sequence)
		known->references++;
	else
		known = NULL;
	pthread_mutex_unlock(&chain->mutex);
	int result = 0;
	if (known)
		*out = known;
	else
		result = fetch(view, out, text_take(&key), path, body, error);
	text_release(&key);
	if (result == 0)
		nodeos_note_use(view, &(*out)->arrival);
	return result;
}
