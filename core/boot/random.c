/* The Mersenne Twister (Matsumoto and Nishimura's MT19937), and Python's ways of drawing from it. */
#include "core/boot/random.h"

#include "core/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SHIFT = 397 };

static void seed_by_number(struct random *random, uint32_t seed)
{
	random->words[0] = seed;
	for (uint32_t i = 1; i < RANDOM_WORDS; i++)
		random->words[i] = 1812433253u * (random->words[i - 1] ^ (random->words[i - 1] >> 30)) + i;
	random->next = RANDOM_WORDS;
}

/* The reference's init_by_array: Python seeds with the number's 32-bit digits, lowest first. */
void random_seed(struct random *random, uint64_t seed)
{
	uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, *words = random->words;
	uint32_t digits = key[1] ? 2 : 1, i = 1, j = 0;

	seed_by_number(random, 19650218);
	for (size_t k = RANDOM_WORDS; k > 0; k--) {
		words[i] = (words[i] ^ ((words[i - 1] ^ (words[i - 1] >> 30)) * 1664525u)) + key[j] + j;
		if (++i == RANDOM_WORDS) {
			words[0] = words[RANDOM_WORDS - 1];
			i = 1;
		}
		if (++j == digits)
			j = 0;
	}
	for (size_t k = RANDOM_WORDS - 1; k > 0; k--) {
		words[i] = (words[i] ^ ((words[i - 1] ^ (words[i - 1] >> 30)) * 1566083941u)) - i;
		if (++i == RANDOM_WORDS) {
			words[0] = words[RANDOM_WORDS - 1];
			i = 1;
		}
	}
	words[0] = 0x80000000u;
}

static void refill(struct random *random)
{
	uint32_t *words = random->words;
	for (size_t i = 0; i < RANDOM_WORDS; i++) {
		uint32_t y = (words[i] & 0x80000000u) | (words[(i + 1) % RANDOM_WORDS] & 0x7fffffffu);
		words[i] = words[(i + SHIFT) % RANDOM_WORDS] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
	}
	random->next = 0;
}

static uint32_t next_word(struct random *random)
{
	if (random->next == RANDOM_WORDS)
		refill(random);
	uint32_t y = random->words[random->next++];
	y ^= y >> 11;
	y ^= (y << 7) & 0x9d2c5680u;
	y ^= (y << 15) & 0xefc60000u;
	return y ^ (y >> 18);
}

double random_unit(struct random *random)
{
	uint32_t high = next_word(random) >> 5, low = next_word(random) >> 6;

	return ((double)high * 67108864.0 + (double)low) * (1.0 / 9007199254740992.0);
}

double random_pareto(struct random *random, double alpha)
{
	return pow(1.0 - random_unit(random), -1.0 / alpha) - 1.0;
}

size_t random_below(struct random *random, size_t limit)
{
	unsigned bits = 0;
	size_t drawn;
	while (limit >> bits)
		bits++;
	do
		drawn = next_word(random) >> (32 - bits);
	while (drawn >= limit);
	return drawn;
}

/* From a pool that shrinks: for samples that are not small beside their population. */
static void sample_pool(struct random *random, size_t *out, size_t population, size_t count)
{
	size_t *pool = memory_allocate(population, sizeof *pool);

	for (size_t i = 0; i < population; i++)
		pool[i] = i;
	for (size_t i = 0; i < count; i++) {
		size_t j = random_below(random, population - i);
		out[i] = pool[j];
		pool[j] = pool[population - i - 1];
	}
	free(pool);
}

/* Draws again what was drawn already. */
static void sample_set(struct random *random, size_t *out, size_t population, size_t count)
{
	bool *drawn = memory_allocate(population, sizeof *drawn);

	for (size_t i = 0; i < count; i++) {
		do
			out[i] = random_below(random, population);
		while (drawn[out[i]]);
		drawn[out[i]] = true;
	}
	free(drawn);
}

void random_sample(struct random *random, size_t *out, size_t population, size_t count)
{
	/* Python's rule for which of the two it uses; the draws differ. */
	double set_size = 21;

	if (count > 5)
		set_size += pow(4, ceil(log((double)count * 3) / log(4)));
	if (count > 0 && (double)population <= set_size)
		sample_pool(random, out, population, count);
	else if (count > 0)
		sample_set(random, out, population, count);
}
