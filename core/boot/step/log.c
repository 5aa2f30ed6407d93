/* log: the tail of the boot node's log, into output.log. */
#include "core/boot/step/step.h"

#include "core/types/name.h"

enum { LOG_LINES = 60, LOG_TAIL = 16384 };

static int show_log(struct boot_context *context, size_t index, struct error *error)
{
	struct chain_node node;
	char tail[LOG_TAIL + 1];
	int result = context->chain->operations->node(context->chain, &node, name_literal("eosio"),
	                                              context->interruption, error);

	(void)index;
	if (result || !node.log)
		return result;
	size_t size = growing_text_size(node.log, NULL), from = size > LOG_TAIL ? size - LOG_TAIL : 0;
	size_t length = growing_text_read(node.log, tail, LOG_TAIL, from), start = length;
	for (unsigned lines = 0; start > 0; start--)
		if (tail[start - 1] == '\n' && start < length && ++lines == LOG_LINES)
			break;
	text_append_bytes(context->notes, tail + start, length - start);
	return 0;
}

size_t step_log_count(struct boot_context *context)
{
	(void)context;
	return 1;
}

/* The chain shows nothing of it. */
int step_log_done(struct boot_context *context, size_t index, struct error *error)
{
	(void)context;
	(void)index;
	(void)error;
	return BOOT_ITEM_OPEN;
}

int step_log_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	(void)index;
	(void)error;
	text_printf(&item->command, "tail -n %d %s00-eosio/stderr", LOG_LINES,
	            context->plan->settings.value[OPTION_NODES_DIR]);
	item->act = show_log;
	return 0;
}
