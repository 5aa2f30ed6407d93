/* A contract that does what it should not, an action each: tests/mount/contract.bats says how each must end.
 */
#include "core/contracts/library/send.h"

#define PAGE 65536
static uint8_t page[PAGE];
static uint64_t number;
static volatile uint32_t counter;

void *memset(void *to, int byte, size_t length);

static void fill(uint32_t pages)
{
	__builtin_wasm_memory_grow(0, pages);
	for (uint32_t at = 4 * PAGE; at < pages * PAGE; at += 4096)
		*(volatile char *)(uintptr_t)at = 1;
}

/* 8 kB of stack are less than that. */
static uint64_t deepest(uint64_t count)
{
	volatile uint64_t kept[4];
	kept[count & 3] = count;
	return count ? deepest(count - 1) + kept[count & 3] : 0;
}

static __attribute__((noinline)) uint64_t called(uint64_t count)
{
	return count ? called(count - 1) * 3 + counter : 0;
}

static void send(uint64_t self, uint64_t action, uint32_t bytes)
{
	struct writer data = {0};
	while (data.length < bytes)
		write_u8(&data, 1);
	send_action(self, action, self, 0, &data);
}

static void defer(uint64_t self, uint64_t action, uint64_t id)
{
	const uint64_t sender_id[2] = {id, 0};
	struct writer transaction = {0}, none = {0};
	write_u32(&transaction, 0);
	write_u16(&transaction, 0);
	write_u32(&transaction, 0);
	for (int i = 0; i < 4; i++) /* no limits, no delay, no context-free action */
		write_u8(&transaction, 0);
	write_u8(&transaction, 1);
	write_action(&transaction, self, action, self, 0, &none);
	write_u8(&transaction, 0);
	send_deferred(sender_id, self, transaction.data, (uint32_t)transaction.length, 0);
}

#define ACTION(name) static void do_##name(uint64_t self)

ACTION(deep)
{
	(void)self;
	deepest(100000);
}

ACTION(calls)
{
	(void)self;
	called(200);
}

ACTION(toomanycalls)
{
	(void)self;
	called(260);
}

ACTION(grow)
{
	(void)self;
	while (__builtin_wasm_memory_grow(0, 1) != SIZE_MAX)
		;
	*(volatile char *)(528 * PAGE - 1) = 1;
}

ACTION(fill)
{
	(void)self;
	fill(500);
}

ACTION(shrink)
{
	(void)self;
	for (;;) {
		fill(500);
		__builtin_wasm_memory_grow(0, (uint32_t)-500);
	}
}

ACTION(loop)
{
	(void)self;
	for (;;)
		counter++;
}

ACTION(flood)
{
	(void)self;
	for (;;)
		prints_l(page, PAGE);
}

ACTION(drip)
{
	(void)self;
	for (;;)
		prints("a");
}

ACTION(hash)
{
	(void)self;
	fill(500);
	for (;;)
		sha512((void *)0, 500 * PAGE, page);
}

ACTION(pairs)
{
	(void)self;
	fill(500);
	for (;;)
		alt_bn128_pair((void *)0, 192 * 100000);
}

ACTION(rounds)
{
	(void)self;
	for (;;)
		blake2_f(0xffffffff, page, 64, page + 64, 128, page + 192, 8, page + 200, 8, 1, page + 300, 64);
}

ACTION(notify)
{
	(void)self;
	for (uint64_t i = 1;; i++)
		require_recipient(i << 20);
}

ACTION(tables)
{
	for (uint64_t i = 0;; i++)
		db_store_i64(i, name("t"), self, 1, "x", 1);
}

ACTION(bomb)
{
	for (;;)
		send(self, name("bomb"), 0);
}

ACTION(bombs)
{
	for (;;)
		send(self, name("nothing"), 4000);
}

ACTION(timers)
{
	for (uint64_t i = 0;; i++)
		defer(self, name("nothing"), i);
}

ACTION(timer)
{
	defer(self, name("loop"), 1);
}

ACTION(outofmemory)
{
	(void)self;
	for (;;)
		contract_allocate(1 << 20);
}

ACTION(nostring)
{
	(void)self;
	prints((char *)(uintptr_t)0x7fffffff);
}

ACTION(badpointer)
{
	(void)self;
	sha256((void *)0xfffffff0u, 0x20, page);
}

ACTION(badlength)
{
	(void)self;
	sha256((void *)16, 0xffffffff, page);
}

ACTION(message)
{
	(void)self;
	eosio_assert_message(false, page, 0xffffffff);
}

ACTION(longmessage)
{
	(void)self;
	memset(page, 'm', PAGE);
	page[PAGE - 1] = 0;
	eosio_assert(false, (const char *)page);
}

ACTION(unaligned)
{
	(void)self;
	sha512("abc", 3, page + 1);
	printhex(page + 1, 4);
}

ACTION(noiterator)
{
	(void)self;
	db_get_i64(-1, page, 10);
}

ACTION(neveritr)
{
	(void)self;
	db_get_i64(0x7fffffff, page, 10);
}

ACTION(enditerator)
{
	(void)self;
	db_remove_i64(INT32_MIN);
}

ACTION(enditerators)
{
	(void)self;
	db_previous_i64(-100, &number);
}

ACTION(removed)
{
	int32_t row = db_store_i64(self, name("t"), self, 1, "x", 1);
	db_remove_i64(row);
	db_update_i64(row, self, "y", 1);
}

ACTION(nan)
{
	double d = 0;
	d /= d;
	db_idx_double_store(self, name("d"), self, 1, &d);
}

ACTION(words)
{
	db_idx256_lowerbound(self, self, name("q"), (void *)page, 3, &number);
}

ACTION(garbage)
{
	(void)self;
	memset(page, 0xff, 64);
	send_inline(page, 64);
}

ACTION(garbageauth)
{
	(void)self;
	memset(page, 0xff, 64);
	check_transaction_authorization(page, 64, page, 64, page, 64);
}

ACTION(garbagekey)
{
	(void)self;
	recover_key(page, page, 66, page, 34);
}

ACTION(privilege)
{
	set_privileged(self, true);
}

ACTION(result)
{
	(void)self;
	set_action_return_value(page, PAGE);
}

ACTION(exit)
{
	(void)self;
	prints("bye");
	eosio_exit(5);
}

void apply(uint64_t receiver, uint64_t code, uint64_t action);
void apply(uint64_t receiver, uint64_t code, uint64_t action)
{
#define ROW(action) {#action, do_##action}
	static const struct {
		const char *name;
		void (*run)(uint64_t self);
	} rows[] = {
		ROW(deep), ROW(calls), ROW(toomanycalls), ROW(grow), ROW(fill), ROW(shrink), ROW(loop),
		ROW(flood), ROW(drip), ROW(hash), ROW(pairs), ROW(rounds), ROW(notify), ROW(tables), ROW(bomb),
		ROW(bombs), ROW(timers), ROW(timer), ROW(outofmemory), ROW(nostring), ROW(badpointer),
		ROW(badlength), ROW(message), ROW(longmessage), ROW(unaligned), ROW(noiterator),
		ROW(neveritr), ROW(enditerator), ROW(enditerators), ROW(removed), ROW(nan), ROW(words),
		ROW(garbage), ROW(garbageauth), ROW(garbagekey), ROW(privilege), ROW(result), ROW(exit),
	};
	char text[NAME_LENGTH + 1];
	name_write(text, action);
	for (size_t i = 0; code == receiver && i < sizeof rows / sizeof *rows; i++)
		if (equal_text(rows[i].name, text))
			rows[i].run(receiver);
}
