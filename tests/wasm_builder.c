/* Modules, section by section. */
#include "tests/wasm_builder.h"

static void builder_release(struct builder *builder)
{
	for (int i = 0; i < SECTIONS; i++)
		bytes_release(&builder->sections[i]);
	*builder = (struct builder){0};
}

uint8_t type_byte(char letter)
{
	return letter == 'i' ? 0x7f : letter == 'l' ? 0x7e : letter == 'f' ? 0x7d : 0x7c;
}

void put_leb(struct bytes *out, uint64_t value)
{
	int64_t left = (int64_t)value;
	for (bool more = true; more;) {
		uint8_t byte = left & 0x7f;
		left >>= 7;
		more = !((left == 0 && !(byte & 0x40)) || (left == -1 && (byte & 0x40)));
		bytes_put_u8(out, (uint8_t)(byte | (more ? 0x80 : 0)));
	}
}

void put_op(struct bytes *out, uint8_t opcode, uint32_t immediate)
{
	bytes_put_u8(out, opcode);
	bytes_put_varuint32(out, immediate);
}

void put_i32(struct bytes *out, uint32_t value)
{
	bytes_put_u8(out, 0x41);
	put_leb(out, (uint64_t)(int64_t)(int32_t)value);
}

uint32_t build(struct builder *builder, int section, const void *data, size_t length)
{
	bytes_put(&builder->sections[section], data, length);
	return builder->counts[section]++;
}

/* A type by its letters, as struct wasm_host_function has them. */
static uint32_t build_type(struct builder *builder, const char *letters)
{
	struct bytes *out = &builder->sections[BUILD_TYPE];
	size_t count = strcspn(letters, ":");
	bytes_put_u8(out, 0x60);
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_u8(out, type_byte(letters[i]));
	bytes_put_u8(out, letters[count + 1] != 'v');
	if (letters[count + 1] != 'v')
		bytes_put_u8(out, type_byte(letters[count + 1]));
	return builder->counts[BUILD_TYPE]++;
}

uint32_t build_import(struct builder *builder, const char *module, const char *field, const char *letters)
{
	struct bytes *out = &builder->sections[BUILD_IMPORT];
	uint32_t type = build_type(builder, letters);
	bytes_put_counted(out, module, strlen(module));
	bytes_put_counted(out, field, strlen(field));
	bytes_put_u8(out, 0);
	bytes_put_varuint32(out, type);
	return builder->counts[BUILD_IMPORT]++;
}

/* A function of a type, with locals by their letters; gives its number, imports counted. The body lacks its
 * `end`. */
static uint32_t build_typed(struct builder *builder, uint32_t type, const char *locals, const void *body,
                            size_t length)
{
	struct bytes code = {0};
	bytes_put_varuint32(&builder->sections[BUILD_FUNCTION], type);
	bytes_put_varuint32(&code, (uint32_t)strlen(locals));
	for (; *locals; locals++) {
		bytes_put_varuint32(&code, 1);
		bytes_put_u8(&code, type_byte(*locals));
	}
	bytes_put(&code, body, length);
	bytes_put_u8(&code, 0x0b);
	bytes_put_counted(&builder->sections[BUILD_CODE], code.data, code.length);
	bytes_release(&code);
	builder->counts[BUILD_CODE]++;
	return builder->counts[BUILD_IMPORT] + builder->counts[BUILD_FUNCTION]++;
}

uint32_t build_function(struct builder *builder, const char *letters, const char *locals, const void *body,
                        size_t length)
{
	return build_typed(builder, build_type(builder, letters), locals, body, length);
}

void build_export(struct builder *builder, const char *name, uint8_t kind, uint32_t index)
{
	struct bytes *out = &builder->sections[BUILD_EXPORT];
	bytes_put_counted(out, name, strlen(name));
	bytes_put_u8(out, kind);
	bytes_put_varuint32(out, index);
	builder->counts[BUILD_EXPORT]++;
}

void build_finish(struct builder *builder, struct bytes *out)
{
	bytes_put(out, "\0asm\1\0\0", 8);
	for (int i = 1; i < SECTIONS; i++) {
		struct bytes section = {0};
		if (!builder->counts[i])
			continue;
		if (i != BUILD_START)
			bytes_put_varuint32(&section, builder->counts[i]);
		bytes_put(&section, builder->sections[i].data, builder->sections[i].length);
		bytes_put_u8(out, (uint8_t)i);
		bytes_put_counted(out, section.data, section.length);
		bytes_release(&section);
	}
	builder_release(builder);
}

struct wasm_rules test_rules(enum wasm_mode mode, wasm_find_import *find)
{
	return (struct wasm_rules){.mode = mode, .limits = TEST_LIMITS, .nesting = true, .entry = "apply",
	                           .entry_signature = "lll:v", .find_import = find};
}
