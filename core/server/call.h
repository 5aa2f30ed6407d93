/* One call of an endpoint: what came with it and what goes back. Handlers work on JSON and text, so that
 * they need no socket. */
#ifndef EOSIOFS_CORE_SERVER_CALL_H
#define EOSIOFS_CORE_SERVER_CALL_H

#include "core/base/exception.h"
#include "core/chain/chain.h"
#include "core/chain/print.h"
#include "core/server/http/http.h"

struct server_node;

/* nodeos's plugins: a node serves the endpoints of those that its config.ini names. */
enum plugin {
	PLUGIN_CHAIN = 1 << 0,
	PLUGIN_PRODUCER = 1 << 1,
	PLUGIN_NET = 1 << 2,
	PLUGIN_TRACE = 1 << 3,
	PLUGIN_DB_SIZE = 1 << 4,
	PLUGIN_WALLET = 1 << 5,
	PLUGIN_HTTP = 1 << 6,             /* what every node answers */
	PLUGIN_ACCOUNT_QUERIES = 1 << 7, /* the chain plugin's, with enable-account-queries */
	PLUGIN_PAGE = 1 << 8,             /* index.html: no plugin of nodeos's */
	PLUGIN_STATUS = 1 << 9, /* the chain plugin's, with transaction-finality-status-max-storage-size-gb */
	PLUGIN_SIGNING = 1 << 10, /* of keosd's calls sign_digest alone, for nodes' keys */
	PLUGIN_RETRY = 1 << 11, /* the chain plugin's, with transaction-retry-max-storage-size-gb */
};

/* What nodeos demands of a body before the endpoint sees it. */
enum parameters {
	PARAMETERS_NONE,     /* empty or {} */
	PARAMETERS_POSSIBLE, /* empty counts as {} */
	PARAMETERS_REQUIRED, /* neither empty nor {} */
	PARAMETERS_LIST,     /* a list */
	PARAMETERS_OWN,      /* the endpoint looks itself */
};

struct call {
	struct server_node *node;
	struct chain *chain;
	struct chain_view *view;  /* opened for endpoints that read; else NULL */
	const struct json *body;  /* NULL: none was sent, or it is no JSON */
	const char *sent;         /* the body as it came */
	size_t sent_length;
	struct text *out;         /* the answer; what stands there when the handler fails is dropped */
	struct text *headers;     /* "name: value\n" each, beside those every answer has */
	const char *content_type; /* NULL: JSON */
	unsigned status;          /* the endpoint's for success; a handler may change it */
	unsigned failure_status;  /* of a failure; 0: what its code says */
	bool at_once;             /* CALL_AGAIN rather than waiting for others */
	bool *begun;              /* the handler's own, kept after CALL_AGAIN; false at first */
	bool bad;                 /* a parameter was of a wrong kind */
	struct text strings[8];   /* what parameters' texts were made of, released after the call */
	size_t strings_count;
	struct error error;
};

struct endpoint {
	const char *path;
	enum plugin plugin;
	enum parameters parameters;
	unsigned status; /* of success */
	/* 0; -errno with call->error set; CALL_AGAIN: not yet */
	int (*answer)(struct call *call);
	bool reads;      /* wants a view */
	bool unlisted;   /* get_supported_apis does not name it */
	enum http_pace pace;
};
enum { CALL_AGAIN = 1 };

/* The tables, one a plugin or part of it; each ends with a row without a path. */
extern const struct endpoint chain_info_endpoints[], chain_block_endpoints[], chain_account_endpoints[],
	chain_table_endpoints[], chain_transaction_endpoints[], chain_push_endpoints[], producer_endpoints[],
	producer_list_endpoints[], db_size_endpoints[], trace_endpoints[], page_endpoints[],
	net_endpoints[], wallet_endpoints[], chain_status_endpoints[];

/* --- body.c: parameters, converted as nodeos's variants are. A missing one is 0 or empty, one of a wrong
 * kind sets call->bad, which call_bad_parameters() makes an answer of. --- */

/* Is there such a member, and is it not null? */
bool body_has(const struct call *call, const char *name);
uint64_t body_name(struct call *call, const char *name);
/* Valid for the call. */
const char *body_text(struct call *call, const char *name);
bool body_bool(struct call *call, const char *name, bool missing);
uint32_t body_uint32(struct call *call, const char *name, uint32_t missing);
/* The same of any value. */
uint64_t value_name(struct call *call, const struct json *value);
const char *value_text(struct call *call, const struct json *value);
uint64_t value_uint64(struct call *call, const struct json *value);
/* What the call's node shows now. */
int call_view_open(struct call *call, struct chain_view **out);
int call_succeed(struct call *call); /* {"result":"ok"} */
/* {"code", "message", "error": all empty} (F.2): no exception stands behind it. */
void print_refusal(struct text *out, unsigned status, const char *message);
/* Such an answer. */
int call_refuse(struct call *call, unsigned status, const char *message);
/* 3200006 `Unable to parse valid input from POST body` */
int call_bad_parameters(struct call *call);

#endif
