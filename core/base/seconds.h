/* A second in the units that times are counted in. */
#ifndef EOSIOFS_CORE_BASE_SECONDS_H
#define EOSIOFS_CORE_BASE_SECONDS_H

enum { SECOND_US = 1000000 };

#endif
