/* Reading a recording: gzip, JSON lines, and the order of steps and deferred transactions in each block
 * (golden/README.md). */
#include "tests/golden/recording.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/types/abi/abi.h"
#include "core/types/time.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int read_whole(struct text *out, const char *path, struct error *error)
{
	int result = 0;
	gzFile file = gzopen(path, "rb");
	if (!file)
		return error_set(error, errno ? errno : ENOENT, "cannot open %s: %s", path, strerror(errno));
	char *buffer = memory_allocate(1, 1 << 16);
	for (;;) {
		int count = gzread(file, buffer, 1 << 16);
		if (count < 0) {
			result = error_set(error, EINVAL, "%s is no gzip file", path);
			break;
		}
		if (count == 0)
			break;
		text_append_bytes(out, buffer, (size_t)count);
	}
	free(buffer);
	gzclose(file);
	return result;
}

static uint32_t member_number(const struct json *object, const char *name)
{
	uint64_t value = 0;
	if (json_uint64(&value, json_member(object, name)) || value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

static int member_slot(uint32_t *slot, const struct json *object, const char *name, struct error *error)
{
	const char *text = json_string(json_member(object, name));
	int64_t us;
	if (!text)
		return error_set(error, EINVAL, "the recording has no time \"%s\" where one should stand", name);
	int result = time_point_parse(&us, text, error);
	if (result == 0)
		*slot = slot_from_us(us);
	return result;
}

static int read_genesis(struct recording *recording, const struct json *line, struct error *error)
{
	struct text text = TEXT_EMPTY;
	json_print(&text, json_member(line, "genesis"));
	int result = genesis_parse(&recording->genesis, text_string(&text), text.length, error);
	if (result == 0) {
		struct checksum256 id = genesis_chain_id(&recording->genesis);
		struct checksum256_text printed = checksum256_text(&id);
		const char *expected = json_string(json_member(line, "chain_id"));
		if (!expected || strcmp(expected, printed.text))
			result = error_set(error, EINVAL, "the genesis makes chain id %s, recorded is %s", printed.text,
			                   expected ? expected : "none");
	}
	text_release(&text);
	return result;
}

static int read_keys(struct recording *recording, const struct json *line, struct error *error)
{
	const struct json *keys = json_member(line, "keys");
	recording->keys = memory_allocate(json_count(keys) + 1, sizeof *recording->keys);
	for (const struct json *key = json_first(keys); key; key = json_next(key)) {
		struct recording_key *out = &recording->keys[recording->keys_count++];
		const char *private = json_string(key);
		int result = public_key_parse(&out->public, json_name(key), error);
		if (result == 0)
			result = private_key_parse(&out->private, private ? private : "", error);
		if (result)
			return result;
	}
	return 0;
}

/* --- bytes that steps only name --- */

static void add_code(struct recording *recording, const void *data, size_t length)
{
	memory_grow(&recording->codes, &recording->codes_capacity, recording->codes_count + 1,
	            sizeof *recording->codes);
	struct recording_code *code = &recording->codes[recording->codes_count++];
	*code = (struct recording_code){.hash = hash_sha256(data, length)};
	bytes_put(&code->bytes, data, length);
}

const struct bytes *recording_find_code(const struct recording *recording, const char *sha256)
{
	struct checksum256 hash;
	if (checksum256_parse(&hash, sha256))
		return NULL;
	for (size_t i = 0; i < recording->codes_count; i++)
		if (checksum256_equal(&recording->codes[i].hash, &hash))
			return &recording->codes[i].bytes;
	return NULL;
}

static int read_codes(struct recording *recording, const struct json *line, struct error *error)
{
	add_code(recording, "", 0);
	for (const struct json *code = json_first(json_member(line, "codes")); code; code = json_next(code)) {
		const char *hex = json_string(code) ? json_string(code) : "";
		size_t digits = strlen(hex);
		uint8_t *data = memory_allocate(digits / 2 + 1, 1);
		int result = digits % 2 || hex_parse(data, hex, digits)
		                 ? error_set(error, EINVAL, "a code is no hexadecimal")
		                 : 0;
		if (result == 0)
			add_code(recording, data, digits / 2);
		free(data);
		if (result)
			return result;
	}
	return 0;
}

static int add_abi(struct recording *recording, const struct text *text, struct error *error)
{
	struct bytes packed = {0};
	struct abi *abi;
	int result = abi_parse(&abi, text_string(text), text->length, error);
	if (result)
		return result;
	abi_pack(&packed, abi);
	add_code(recording, packed.data, packed.length);
	bytes_release(&packed);
	abi_release(abi);
	return 0;
}

int recording_read_codes(struct recording *recording, const char *folder, struct error *error)
{
	struct text path = TEXT_EMPTY, text = TEXT_EMPTY;
	glob_t files;
	int result = 0;
	text_printf(&path, "%s/*/*.[aw][ba][is]*", folder);
	if (glob(text_string(&path), 0, NULL, &files)) {
		result = error_set(error, ENOENT, "%s holds no contracts", folder);
		goto out;
	}
	for (size_t i = 0; i < files.gl_pathc && result == 0; i++) {
		const char *end = strrchr(files.gl_pathv[i], '.');
		text_clear(&text);
		result = read_whole(&text, files.gl_pathv[i], error);
		if (result == 0 && !strcmp(end, ".wasm"))
			add_code(recording, text_string(&text), text.length);
		else if (result == 0 && !strcmp(end, ".abi"))
			result = add_abi(recording, &text, error);
	}
	globfree(&files);
out:
	text_release(&text);
	text_release(&path);
	return result;
}

/* Data shown as {sha256, size} is too long to stand in the recording. */
static bool data_is_cut(const struct recording *recording, const struct json *data)
{
	for (const struct json *field = json_first(data); field; field = json_next(field)) {
		const char *sha256 = json_string(json_member(field, "sha256"));
		if (sha256 && json_member(field, "size") && !recording_find_code(recording, sha256))
			return true;
	}
	return false;
}

static void read_step(struct recording *recording, const struct json *line, size_t *capacity)
{
	uint32_t number = member_number(line, "step");
	if (number > 1000000)
		return;
	memory_grow(&recording->steps, capacity, number + 1, sizeof *recording->steps);
	while (recording->steps_count <= number)
		recording->steps[recording->steps_count++] = (struct recording_step){0};
	struct recording_step *step = &recording->steps[number];
	*step = (struct recording_step){
		.number = number, .json = line, .refused = json_member(line, "error") != NULL};
	for (const struct json *action = json_first(json_member(line, "actions")); action;
	     action = json_next(action))
		if (data_is_cut(recording, json_member(action, "data")))
			step->cut = true;
}

static int read_block(struct recording *recording, const struct json *line, const char *kind,
                      size_t *capacity, struct error *error)
{
	uint32_t number = member_number(line, kind);
	if (number == 0 || number > 1000000)
		return error_set(error, EINVAL, "the recording numbers a block %u", number);
	memory_grow(&recording->blocks, capacity, number + 1, sizeof *recording->blocks);
	while (recording->blocks_count <= number)
		recording->blocks[recording->blocks_count++] = (struct recording_block){0};
	struct recording_block *block = &recording->blocks[number];
	block->number = number;
	if (!strcmp(kind, "signed_block")) {
		block->signed_json = line;
		return 0;
	}
	block->json = line;
	return member_slot(&block->slot, line, "time", error);
}

static void read_checkpoint(struct recording *recording, const struct json *line, size_t *capacity)
{
	memory_grow(&recording->checkpoints, capacity, recording->checkpoints_count + 1,
	            sizeof *recording->checkpoints);
	const char *name = json_string(json_member(line, "checkpoint"));
	recording->checkpoints[recording->checkpoints_count++] = (struct recording_checkpoint){
		.json = line, .head_block_num = member_number(line, "head_block_num"), .name = name ? name : ""};
}

static void add_event(struct recording *recording, struct recording_block *block, size_t *capacity,
                      struct recording_event event)
{
	if (event.kind == EVENT_STEP)
		recording->steps[event.step].placed = true;
	memory_grow(&block->events, capacity, block->events_count + 1, sizeof *block->events);
	block->events[block->events_count++] = event;
}

/* The steps refused while this block was the next one, up to a step number. */
static void add_refused(struct recording *recording, struct recording_block *block, size_t *capacity,
                        uint32_t *next, uint32_t until)
{
	for (; *next < until && *next < recording->steps_count; (*next)++) {
		struct recording_step *step = &recording->steps[*next];
		uint32_t head;
		struct error ignored;
		if (!step->json)
			continue;
		if (!step->refused)
			break;
		if (member_slot(&head, step->json, "head", &ignored) || head >= block->slot)
			break;
		add_event(recording, block, capacity, (struct recording_event){.kind = EVENT_STEP, .step = *next});
	}
}

/* The order of a block: its receipts; a refused step stands right before the step that came after it. */
static int order_block(struct recording *recording, struct recording_block *block, uint32_t *next,
                       struct error *error)
{
	size_t capacity = 0;
	const struct json *deferred = json_first(json_member(block->json, "deferred"));
	const struct json *step = json_first(json_member(block->json, "steps"));
	const struct json *receipt = json_first(json_member(block->signed_json, "transactions"));
	for (; receipt; receipt = json_next(receipt)) {
		if (json_string(json_member(receipt, "trx"))) {
			add_event(recording, block, &capacity,
			          (struct recording_event){.kind = EVENT_DEFERRED,
			                                   .step = member_number(deferred, "step"),
			                                   .receipt = receipt});
			deferred = json_next(deferred);
			continue;
		}
		uint64_t number = 0;
		if (json_uint64(&number, step) || number >= recording->steps_count || !recording->steps[number].json)
			return error_set(error, EINVAL, "block %u holds a transaction of no step", block->number);
		add_refused(recording, block, &capacity, next, (uint32_t)number);
		add_event(recording, block, &capacity,
		          (struct recording_event){.kind = EVENT_STEP, .step = (uint32_t)number, .receipt = receipt});
		*next = (uint32_t)number + 1;
		step = json_next(step);
	}
	add_refused(recording, block, &capacity, next, UINT32_MAX);
	return 0;
}

/* The end of the JSON value at `at`. */
static const char *value_end(const char *at)
{
	size_t depth = 0;
	for (; *at; at++) {
		if (*at == '"') {
			for (at++; *at && *at != '"'; at++)
				at += *at == '\\';
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if (*at == '}' || *at == ']') {
			if (!depth--)
				return at;
		}
		if (!depth && *at == ',')
			return at;
		if (!depth && (at[1] == ',' || at[1] == '}'))
			return at + 1;
	}
	return at;
}

/* Numbers lose digits and zeroes as JSON: a body that is no text is taken out of its line. */
static char *body_of(const struct json *line, const char *text)
{
	static const char word[] = "\"body\":";
	const struct json *body = json_member(line, "body");
	const char *from = strstr(text, word);
	if (json_string(body) && *json_string(body) && text[from - text + (long)sizeof word - 1] == '"')
		return memory_copy_string(json_string(body));
	if (json_string(body) || !from || json_type(body) == JSON_NULL)
		return NULL;
	from += sizeof word - 1;
	const char *end = value_end(from);
	char *out = memory_allocate((size_t)(end - from) + 1, 1);
	memcpy(out, from, (size_t)(end - from));
	return out;
}

static void read_request(struct recording *recording, const struct json *line, const char *text,
                         size_t capacities[2])
{
	memory_grow(&recording->requests, &capacities[0], recording->requests_count + 1,
	            sizeof *recording->requests);
	memory_grow(&recording->bodies, &capacities[1], recording->requests_count + 1, sizeof *recording->bodies);
	recording->bodies[recording->requests_count] = body_of(line, text);
	recording->requests[recording->requests_count++] = line;
}

static int read_line(struct recording *recording, const struct json *line, const char *text,
                     size_t capacities[5], struct error *error)
{
	if (json_member(line, "genesis"))
		return read_genesis(recording, line, error);
	if (json_member(line, "keys"))
		return read_keys(recording, line, error);
	if (json_member(line, "codes"))
		return read_codes(recording, line, error);
	if (json_member(line, "checkpoint"))
		read_checkpoint(recording, line, &capacities[2]);
	else if (json_member(line, "signed_block"))
		return read_block(recording, line, "signed_block", &capacities[1], error);
	else if (json_member(line, "block"))
		return read_block(recording, line, "block", &capacities[1], error);
	else if (json_member(line, "request") || json_member(line, "section"))
		read_request(recording, line, text, &capacities[3]);
	else if (json_member(line, "step") && json_member(line, "actions"))
		read_step(recording, line, &capacities[0]);
	return 0;
}

/* Consoles hold NULs, our JSON strings cannot: both sides of a comparison have the sign for NUL in its place.
 */
void recording_mask_nul(struct text *text, size_t from)
{
	for (char *at = text->data + from; (at = strstr(at, "\\u0000")) != NULL; at += 6)
		memcpy(at, "\\u2400", 6);
}

int recording_read(struct recording *recording, const char *path, struct error *error)
{
	int result = 0;
	struct text text = TEXT_EMPTY;
	size_t capacities[5] = {0};
	result = read_whole(&text, path, error);
	if (result)
		goto out;
	recording_mask_nul(&text, 0);
	for (const char *at = text_string(&text), *end = at + text.length; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end;
		struct json *line;
		struct text clean = TEXT_EMPTY;
		text_append_bytes(&clean, at, (size_t)(stop - at));
		result = json_parse(&line, text_string(&clean), clean.length, error);
		if (result) {
			text_release(&clean);
			goto out;
		}
		memory_grow(&recording->lines, &recording->lines_capacity, recording->lines_count + 1,
		            sizeof *recording->lines);
		recording->lines[recording->lines_count++] = line;
		result = read_line(recording, line, text_string(&clean), capacities, error);
		text_release(&clean);
		if (result)
			goto out;
		at = stop + 1;
	}
	uint32_t next = 1;
	for (size_t i = 1; i < recording->blocks_count; i++) {
		struct recording_block *block = &recording->blocks[i];
		if (!block->json || !block->signed_json) {
			result = error_set(error, EINVAL, "%s lacks block %zu", path, i);
			goto out;
		}
		result = order_block(recording, block, &next, error);
		if (result)
			goto out;
	}
	if (recording->blocks_count < 2)
		result = error_set(error, EINVAL, "%s is no recording: it has no blocks", path);
out:
	text_release(&text);
	return result;
}

void recording_release(struct recording *recording)
{
	for (size_t i = 0; i < recording->lines_count; i++)
		json_release(recording->lines[i]);
	for (size_t i = 0; i < recording->blocks_count; i++)
		free(recording->blocks[i].events);
	for (size_t i = 0; i < recording->codes_count; i++)
		bytes_release(&recording->codes[i].bytes);
	free(recording->codes);
	free(recording->lines);
	free(recording->keys);
	free(recording->steps);
	free(recording->blocks);
	free(recording->checkpoints);
	for (size_t i = 0; i < recording->requests_count; i++)
		free(recording->bodies[i]);
	free(recording->bodies);
	free(recording->requests);
	*recording = (struct recording){0};
}

const struct private_key *recording_private_key(const struct recording *recording,
                                                const struct public_key *public)
{
	for (size_t i = 0; i < recording->keys_count; i++)
		if (public_key_compare(&recording->keys[i].public, public) == 0)
			return &recording->keys[i].private;
	return NULL;
}

const struct recording_step *recording_step_of_id(const struct recording *recording, const char *id)
{
	for (size_t i = 0; i < recording->steps_count; i++) {
		const char *recorded = json_string(json_member(recording->steps[i].json, "id"));
		if (recorded && !strcmp(recorded, id))
			return &recording->steps[i];
	}
	return NULL;
}
