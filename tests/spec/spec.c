/* spec FILE.json…: runs scripts of the WebAssembly specification's test suite, as wast2json writes them,
 * and says of each what came out otherwise. Modules that nodeos refuses, for it knows neither tables,
 * memories and globals from outside nor what came after WebAssembly 1.0, are left out with all that is
 * asked of them; so is text that is no module. */
#include "core/base/encoding/json.h"
#include "core/base/system/file.h"
#include "core/engine/wasm/machine.h"
#include "tests/wasm_builder.h"

#include <stdio.h>
#include <stdlib.h>

enum { MODULES = 64, DEPTH = 1000, FILE_MAXIMUM = 64 << 20 };

struct instance {
	char name[64]; /* "": the current one only */
	struct wasm_module *module; /* NULL: nodeos refuses it */
	struct wasm_machine *machine;
};

struct script {
	char folder[4096], name[64];
	struct instance instances[MODULES], *current;
	size_t count, passed, left_out, differences;
};

static uint64_t left;

static bool stop(void *context, uint32_t work)
{
	(void)context;
	left = left > work ? left - work : 0;
	return !left;
}

static const struct wasm_run usual = {65536, DEPTH, stop, NULL};

/* --- what modules import --- */

static void print(struct wasm_machine *machine, const struct wasm_host_function *function,
                  uint64_t *arguments)
{
	(void)machine, (void)function, (void)arguments;
}

static const struct wasm_host_function *find_import(struct wasm_name module, struct wasm_name field)
{
	static const struct {
		const char *name;
		struct wasm_host_function function;
	} prints[] = {{"print", {":v", print}},          {"print_i32", {"i:v", print}},
	              {"print_i64", {"l:v", print}},     {"print_f32", {"f:v", print}},
	              {"print_f64", {"d:v", print}},     {"print_i32_f32", {"if:v", print}},
	              {"print_f64_f64", {"dd:v", print}}};
	for (size_t i = 0;
	     module.length == 8 && !memcmp(module.text, "spectest", 8) && i < sizeof prints / sizeof *prints; i++)
		if (field.length == strlen(prints[i].name) && !memcmp(field.text, prints[i].name, field.length))
			return &prints[i].function;
	return NULL;
}

/* --- modules --- */

static int load(const struct script *script, struct wasm_module **out, const char *name, enum wasm_mode mode,
                struct wasm_fault *fault)
{
	const struct wasm_rules rules = test_rules(mode, find_import);
	struct text path = TEXT_EMPTY, code = TEXT_EMPTY;
	struct error error = {0};
	text_printf(&path, "%s/%s", script->folder, name);
	if (file_load(&code, path.data, FILE_MAXIMUM, &error)) {
		fprintf(stderr, "%s\n", error.sentence);
		exit(2);
	}
	int result = wasm_module_create(out, text_string(&code), code.length, &rules, fault);
	text_release(&path);
	text_release(&code);
	return result;
}

/* What nodeos has not: see the top. */
static bool is_beyond(const struct wasm_fault *fault)
{
	switch (fault->reason) {
	case WASM_FAULT_IMPORT_KIND:
	case WASM_FAULT_IMPORT_UNKNOWN:
	case WASM_FAULT_IMPORT_SIGNATURE:
	case WASM_FAULT_INITIALIZER_OPCODE:
	case WASM_FAULT_INITIALIZER_GLOBAL: case WASM_FAULT_IMPORT_MUTABLE: return true;
	default: return false;
	}
}

/* Where nodeos itself does otherwise (wasm.md), by the lines of Debian's binaryen 108. */
static const struct {
	const char *script;
	int line;
	const char *rule;
} exceptions[] = {
	{"binary-leb128", 65, "eos-vm reads the number of a type's results as one byte"},
	{"conversions", 125, "W.7: i32.trunc_f64_s traps at anything below -2147483648"},
	{"conversions", 131, "W.7: the same"},
	{"old_import", 49, "W.2: an imported function may be a table's element"},
	{"unreached-invalid", 690, "eos-vm: br_if gives no operand a type that unreachable code has not got"},
	{"unreached-invalid", 701, "the same"},
};

static bool is_exception(struct script *script, int line)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (exceptions[i].line == line && !strcmp(exceptions[i].script, script->name)) {
			printf("# line %d, as nodeos does: %s\n", line, exceptions[i].rule);
			return true;
		}
	return false;
}

static void differs(struct script *script, const struct json *command, const char *what, const char *more)
{
	int64_t line = 0;
	json_int64(&line, json_member(command, "line"));
	if (is_exception(script, (int)line))
		return;
	printf("# line %d: %s: %s%s\n", (int)line, json_string(json_member(command, "type")), what, more);
	script->differences++;
}

static void end_instance(struct instance *instance)
{
	if (instance->machine)
		wasm_machine_destroy(instance->machine);
	if (instance->module)
		wasm_module_destroy(instance->module);
	*instance = (struct instance){0};
}

/* A machine each, for what they hold lasts as long as the script. */
static void take_module(struct script *script, const struct json *command)
{
	const char *name = json_string(json_member(command, "name"));
	struct instance *instance = &script->instances[script->count % MODULES];
	struct wasm_fault fault = {0};
	char sentence[256];
	end_instance(instance);
	script->count++;
	snprintf(instance->name, sizeof instance->name, "%s", name ? name : "");
	script->current = instance;
	if (load(script, &instance->module, json_string(json_member(command, "filename")), WASM_STORED, &fault)) {
		instance->module = NULL;
		wasm_fault_print(sentence, sizeof sentence, &fault, false);
		if (is_beyond(&fault))
			script->left_out++;
		else
			differs(script, command, "refused: ", sentence);
		return;
	}
	instance->machine = wasm_machine_create();
	left = UINT64_C(1) << 40;
	if (wasm_machine_begin(instance->machine, instance->module, &usual) != WASM_DONE)
		differs(script, command, "it does not begin", "");
	else
		script->passed++;
}

static struct instance *find_instance(struct script *script, const struct json *action)
{
	const char *name = json_string(json_member(action, "module"));
	for (size_t i = 0; name && i < MODULES; i++)
		if (!strcmp(script->instances[i].name, name))
			return &script->instances[i];
	return name ? NULL : script->current;
}

/* --- actions --- */

static const struct wasm_export_entry *find_export(const struct wasm_module *module, const char *name)
{
	for (size_t i = 0; i < module->exports.count; i++) {
		const struct wasm_export_entry *entry = &module->exports.at[i];
		if (entry->name.length == strlen(name) &&
		    !memcmp(module->names.at + entry->name.first, name, entry->name.length))
			return entry;
	}
	return NULL;
}

static uint64_t bits_of(const struct json *value)
{
	uint64_t bits = 0;
	json_uint64(&bits, json_member(value, "value"));
	return bits;
}

/* false: it is of what nodeos has not. */
static bool act(struct script *script, const struct json *action, enum wasm_end *end, uint64_t *result)
{
	struct instance *instance = find_instance(script, action);
	const char *type = json_string(json_member(action, "type")),
	           *field = json_string(json_member(action, "field"));
	const struct wasm_export_entry *entry = instance && instance->module
	                                            ? find_export(instance->module, field)
	                                            : NULL;
	uint64_t arguments[32];
	uint32_t count = 0;
	if (!entry)
		return false;
	*end = WASM_DONE;
	if (!strcmp(type, "get")) {
		*result = instance->machine->globals.at[entry->index];
		return true;
	}
	for (const struct json *at = json_first(json_member(action, "args")); at; at = json_next(at))
		arguments[count++] = bits_of(at);
	left = UINT64_C(1) << 40;
	*end = wasm_machine_call(instance->machine, entry->index, arguments, count);
	*result = instance->machine->stack[0];
	return true;
}

static bool equals(const struct json *expected, uint64_t bits)
{
	const char *type = json_string(json_member(expected, "type")),
	           *value = json_string(json_member(expected, "value"));
	bool wide = type[1] == '6';
	uint64_t quiet = wide ? UINT64_C(0x7ff8) << 48 : 0x7fc00000,
	         sign = wide ? UINT64_C(1) << 63 : UINT64_C(1) << 31;
	if (!wide)
		bits = (uint32_t)bits;
	if (!strcmp(value, "nan:canonical"))
		return (bits & ~sign) == quiet;
	if (!strcmp(value, "nan:arithmetic"))
		return (bits & quiet) == quiet;
	return bits == bits_of(expected);
}

/* W.7: these give a NaN as it came, signaling or not. */
static bool is_nan_kept(const struct json *command, uint64_t bits)
{
	static const char *const keeping[] = {"min", "max", "ceil", "floor", "trunc", "nearest"};
	const struct json *action = json_member(command, "action");
	const char *field = json_string(json_member(action, "field"));
	bool kept = false;
	for (const struct json *at = json_first(json_member(action, "args")); at; at = json_next(at)) {
		const char *type = json_string(json_member(at, "type"));
		uint64_t infinite = type[1] == '6' ? UINT64_C(0x7ff0) << 48 : 0x7f800000, argument = bits_of(at);
		kept |= (argument & infinite) == infinite && argument == (type[1] == '6' ? bits : (uint32_t)bits);
	}
	bool keeps = false;
	for (size_t i = 0; i < sizeof keeping / sizeof *keeping; i++)
		keeps |= !strcmp(field, keeping[i]);
	return kept && keeps;
}

static void check_return(struct script *script, const struct json *command)
{
	const struct json *expected = json_first(json_member(command, "expected"));
	char got[64];
	enum wasm_end end;
	uint64_t result;
	if (!act(script, json_member(command, "action"), &end, &result)) {
		script->left_out++;
	} else if (end != WASM_DONE) {
		differs(script, command, "it traps", "");
	} else if (expected && !equals(expected, result) && !is_nan_kept(command, result)) {
		snprintf(got, sizeof got, "%llx", (unsigned long long)result);
		differs(script, command, "it gives ", got);
	} else {
		script->passed++;
	}
}

static void check_trap(struct script *script, const struct json *command)
{
	enum wasm_end end;
	uint64_t result;
	if (!act(script, json_member(command, "action"), &end, &result))
		script->left_out++;
	else if (end == WASM_DONE)
		differs(script, command, "it does not trap: ", json_string(json_member(command, "text")));
	else
		script->passed++;
}

static void check_refused(struct script *script, const struct json *command)
{
	const char *kind = json_string(json_member(command, "module_type"));
	struct wasm_module *module;
	struct wasm_fault fault = {0};
	if (kind && !strcmp(kind, "text")) {
		script->left_out++;
	} else if (load(script, &module, json_string(json_member(command, "filename")), WASM_CONFIGURABLE,
	                &fault)) {
		script->passed++;
	} else {
		wasm_module_destroy(module);
		differs(script, command, "it is taken: ", json_string(json_member(command, "text")));
	}
}

/* It is accepted, and every run of it fails. */
static void check_uninstantiable(struct script *script, const struct json *command)
{
	struct wasm_machine *machine;
	struct wasm_module *module;
	struct wasm_fault fault = {0};
	if (load(script, &module, json_string(json_member(command, "filename")), WASM_STORED, &fault)) {
		script->left_out++;
		return;
	}
	machine = wasm_machine_create();
	left = UINT64_C(1) << 40;
	if (wasm_machine_begin(machine, module, &usual) == WASM_DONE)
		differs(script, command, "it begins: ", json_string(json_member(command, "text")));
	else
		script->passed++;
	wasm_machine_destroy(machine);
	wasm_module_destroy(module);
}

/* --- scripts --- */

static const struct {
	const char *type;
	void (*run)(struct script *script, const struct json *command);
} commands[] = {{"module", take_module},
                {"action", check_return},
                {"assert_return", check_return},
                {"assert_trap", check_trap},
                {"assert_exhaustion", check_trap},
                {"assert_invalid", check_refused},
                {"assert_malformed", check_refused},
                {"assert_unlinkable", check_refused},
                {"assert_uninstantiable", check_uninstantiable}};

static void run_command(struct script *script, const struct json *command)
{
	const char *type = json_string(json_member(command, "type"));
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(commands[i].type, type))
			commands[i].run(script, command);
}

static int run_script(const char *path, struct script *script)
{
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	struct json *json = NULL;
	const char *slash = strrchr(path, '/');
	*script = (struct script){0};
	snprintf(script->folder, sizeof script->folder, "%.*s", slash ? (int)(slash - path) : 1,
	         slash ? path : ".");
	snprintf(script->name, sizeof script->name, "%.*s", (int)strcspn(slash ? slash + 1 : path, "."),
	         slash ? slash + 1 : path);
	int result = file_load(&text, path, FILE_MAXIMUM, &error);
	if (result == 0)
		result = json_parse(&json, text_string(&text), text.length, &error);
	if (result)
		fprintf(stderr, "%s: %s\n", path, error.sentence);
	for (const struct json *at = json_first(json_member(json, "commands")); at; at = json_next(at))
		run_command(script, at);
	for (size_t i = 0; i < MODULES; i++)
		end_instance(&script->instances[i]);
	json_release(json);
	text_release(&text);
	return result;
}

int main(int count, char **arguments)
{
	int failed = count < 2;
	printf("1..%d\n", count - 1);
	for (int i = 1; i < count; i++) {
		static struct script script;
		bool good = !run_script(arguments[i], &script) && !script.differences;
		printf("%sok %d - %s: %zu as the specification says, %zu left out, %zu otherwise\n",
		       good ? "" : "not ", i, script.name, script.passed, script.left_out, script.differences);
		failed |= !good;
	}
	return failed;
}
