/* The system's resolver, in whose place it stands: it says nothing of slow.example until it may, and knows no
 * nowhere.example. */
#ifndef EOSIOFS_TESTS_SLOW_NAME_H
#define EOSIOFS_TESTS_SLOW_NAME_H

#include <stdbool.h>

/* From now on it is silent of slow.example. Whoever calls this is not to ask for it: he would wait. */
void slow_name_begin(void);
void slow_name_may_answer(bool may);
/* Waits until it was asked so often since it began. */
void slow_name_await(unsigned times);
/* Whether the caller of slow_name_begin() asked. */
bool slow_name_kept_waiting(void);

#endif
