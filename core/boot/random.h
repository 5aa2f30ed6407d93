/* The generator of the boot script: Python's (the Mersenne Twister MT19937), seeded and drawn from in the
 * same way, so that a seed gives the funds and the votes that the script's own language would draw from
 * it. */
#ifndef EOSIOFS_CORE_BOOT_RANDOM_H
#define EOSIOFS_CORE_BOOT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum { RANDOM_WORDS = 624 };

struct random {
	uint32_t words[RANDOM_WORDS];
	size_t next;
};

void random_seed(struct random *random, uint64_t seed); /* random.seed(seed) */
double random_unit(struct random *random);              /* random.random(): [0, 1) in steps of 2^-53 */
/* numpy.random.pareto(alpha), which is random.paretovariate(alpha) - 1. */
double random_pareto(struct random *random, double alpha);
size_t random_below(struct random *random, size_t limit); /* random.randrange(limit); limit 1 to 2^31 */
/* random.sample(range(population), count): out holds count different numbers; count <= population. */
void random_sample(struct random *random, size_t *out, size_t population, size_t count);

#endif
