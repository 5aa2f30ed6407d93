/* The functions that do an intrinsic's work, by the list core/contracts/intrinsics.def: NAME's is
 * intrinsic_NAME. Contracts of this program call them as they are, WebAssembly through call.c. */
#ifndef EOSIOFS_CORE_ENGINE_INTRINSIC_FUNCTIONS_H
#define EOSIOFS_CORE_ENGINE_INTRINSIC_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTRINSIC(group, since, result, name, ...) PROTOTYPE(result, intrinsic_##name, __VA_ARGS__);
#define COMPILER_INTRINSIC(group, since, result, name, ...) PROTOTYPE(result, intrinsic_##name, __VA_ARGS__);
#include "core/contracts/prototypes.def"
#include "core/contracts/intrinsics.def"

#endif
