/* What may be a secret is known by its looks: long, of digits and both cases. The sentences that quote what
 * a user wrote need not ask what it was. */
#include "core/base/secret.h"

#include "core/base/crypto/key.h"
#include "core/base/memory.h"

#include <string.h>

/* Of 51 random letters of base58 some 8 are digits, and 22 of either case. */
enum { SECRET_LENGTH = 32, BEGINNING_LENGTH = 12, DIGITS = 3, LETTERS = 4, WIF_LENGTH = 51 };

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_random(const char *word, size_t length, size_t digits_wanted, size_t letters_wanted)
{
	size_t digits = 0, upper = 0, lower = 0;
	for (size_t i = 0; i < length; i++) {
		digits += word[i] >= '0' && word[i] <= '9';
		upper += word[i] >= 'A' && word[i] <= 'Z';
		lower += word[i] >= 'a' && word[i] <= 'z';
	}
	return digits >= digits_wanted && upper >= letters_wanted && lower >= letters_wanted;
}

static bool is_wif(const char *word)
{
	char text[WIF_LENGTH + 1] = "";
	struct private_key key;

	memcpy(text, word, WIF_LENGTH);
	bool is = private_key_parse(&key, text, NULL) == 0;
	memory_wipe(&key, sizeof key);
	memory_wipe(text, sizeof text);
	return is;
}

static bool holds_private_key(const char *word, size_t length)
{
	for (size_t i = 0; i + WIF_LENGTH <= length; i++)
		if (word[i] == '5' && is_wif(word + i))
			return true;
	return memmem(word, length, "PVT_", strlen("PVT_")) != NULL;
}

static bool begins(const char *word, const char *const prefixes[])
{
	for (; *prefixes; prefixes++)
		if (strncmp(word, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

static bool is_secret(const char *word, size_t length)
{
	static const char *const public[] = {"EOS", "PUB_", "SIG_", NULL};
	static const char *const private[] = {"5H", "5J", "5K", "PW5", "PVT_", NULL};

	if (length < BEGINNING_LENGTH) /* most words */
		return false;
	/* A longer one may have been cut. */
	if (begins(word, private) && is_random(word, length, 2, 1))
		return true;
	return length >= SECRET_LENGTH && is_random(word, length, DIGITS, LETTERS) &&
	       (!begins(word, public) || holds_private_key(word, length));
}

void secret_mask(struct text *text)
{
	size_t kept = 0;
	for (size_t i = 0, length; i < text->length; i += length) {
		char *word = text->data + i;
		for (length = 0; i + length < text->length && is_word(word[length]);)
			length++;
		if (length > 0 && is_secret(word, length)) {
			memset(text->data + kept, '*', 3);
			kept += 3;
			continue;
		}
		if (length == 0)
			length = 1;
		memmove(text->data + kept, word, length);
		kept += length;
	}
	if (kept == text->length)
		return;
	memory_wipe(text->data + kept, text->length - kept);
	text->length = kept;
}
