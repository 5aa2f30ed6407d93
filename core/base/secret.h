/* Secrets in text that people see. */
#ifndef EOSIOFS_CORE_BASE_SECRET_H
#define EOSIOFS_CORE_BASE_SECRET_H

#include "core/base/text.h"

/* Puts *** in the place of every word that may be a private key (WIF, PVT_…) or a wallet's password (PW
 * and a WIF): also one that was mistyped, or has other letters and digits around it. Public keys,
 * signatures, digests and names stay. */
void secret_mask(struct text *text);

#endif
