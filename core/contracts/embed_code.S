/* A contract's code as a struct bundle_code (bundle.h) under SYMBOL: the bytes of FILE, their number, and HASH, their SHA-256 as bytes. */
	.section .rodata
	.balign 8
1:
	.incbin FILE
2:
	.section .data.rel.ro, "aw"
	.balign 8
	.global SYMBOL
SYMBOL:
	.quad 1b
	.quad 2b - 1b
	.byte HASH

	.section .note.GNU-stack, "", %progbits
