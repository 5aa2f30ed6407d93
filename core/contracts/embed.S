/* A file as data: the bytes of FILE and a NUL under SYMBOL, their number (without the NUL) under SYMBOL_length. Assembled once per .abi. */
#define JOIN(a, b) a##b
#define LENGTH(symbol) JOIN(symbol, _length)

	.section .rodata
	.balign 8
	.global SYMBOL
SYMBOL:
	.incbin FILE
1:
	.byte 0
	.balign 8
	.global LENGTH(SYMBOL)
LENGTH(SYMBOL):
	.quad 1b - SYMBOL

	.section .note.GNU-stack, "", %progbits
