/* Base64 with its padding (nettle). */
#ifndef EOSIOFS_CORE_BASE_BASE64_H
#define EOSIOFS_CORE_BASE_BASE64_H

#include "core/base/text.h"

/* Appends the digits. */
void base64_print(struct text *out, const void *data, size_t length);

#endif
