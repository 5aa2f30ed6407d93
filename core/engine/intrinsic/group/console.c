/* Intrinsics that print to the action's console. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

static struct text *console(void)
{
	return &apply_trace(intrinsic_enter(0))->console;
}

void intrinsic_prints(const char *string)
{
	text_append(console(), string);
}

void intrinsic_prints_l(const void *string, uint32_t length)
{
	text_append_bytes(console(), string, length);
}

void intrinsic_printi(int64_t value)
{
	text_printf(console(), "%lld", (long long)value);
}

void intrinsic_printui(uint64_t value)
{
	text_printf(console(), "%llu", (unsigned long long)value);
}

static void print_128(unsigned __int128 value, bool negative)
{
	char digits[41], *at = digits + sizeof digits - 1;
	*at = 0;
	do
		*--at = (char)('0' + (int)(value % 10));
	while (value /= 10);
	text_printf(console(), "%s%s", negative ? "-" : "", at);
}

void intrinsic_printi128(const void *value)
{
	unsigned __int128 number;
	memcpy(&number, value, sizeof number);
	bool negative = number >> 127;
	print_128(negative ? 0 - number : number, negative);
}

void intrinsic_printui128(const void *value)
{
	unsigned __int128 number;
	memcpy(&number, value, sizeof number);
	print_128(number, false);
}

void intrinsic_printsf(float value)
{
	text_printf(console(), "%.6e", (double)value);
}

void intrinsic_printdf(double value)
{
	text_printf(console(), "%.15e", value);
}

void intrinsic_printqf(const void *value)
{
	__float128 number;
	memcpy(&number, value, sizeof number);
	text_printf(console(), "%.18Le", (long double)number);
}

void intrinsic_printn(uint64_t name)
{
	text_append(console(), name_text(name).text);
}

void intrinsic_printhex(const void *data, uint32_t length)
{
	text_append_hex(console(), data, length);
}
