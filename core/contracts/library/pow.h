/* Powers of doubles, the same on every machine. */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_POW_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_POW_H

/* x to the power y by the classic algorithm of Sun's freely distributable math library, operation by
 * operation: not correctly rounded (error below 0.7 ulp), and exactly what the reference contracts compute
 * (contracts.md 0.4). */
double contract_pow(double x, double y);

#endif
