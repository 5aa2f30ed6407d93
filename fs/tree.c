/* THE TABLE. A file of the tree exists because a row stands here; what a row says is what README, the manual and the tests know of it. Rows are
 * in the order in which help shows them; a folder's row stands before those of what is in it. Handlers are named after path and verb. */
#include "fs/create_account.h"
#include "fs/defaults.h"
#include "fs/errors.h"
#include "fs/readme.h"
#include "fs/wallet.h"

#define NO_KEY_REMOVE "keys stay in the wallet"

const struct row tree_rows[] = {
	{.pattern = "README", .kind = ROW_READ_ONLY, .read = readme_read, .help = "how to use this tree"},
	{.pattern = "errors", .kind = ROW_GROWING, .grow = errors_grow, .grow_from = errors_grow_from,
	 .help = "the last 100 failed operations, newest last: time, process, path, errno, the chain's own words"},
	{.pattern = "log", .kind = ROW_GROWING, .grow = log_grow, .help = "every transaction that this mount sent, as cleos prints it"},
	{.pattern = "last_transaction", .kind = ROW_READ_ONLY, .live = true, .read = last_transaction_read,
	 .help = "the id of this mount's last transaction"},

	{.pattern = "create_account", .kind = ROW_VERB, .write = create_account_write, .usage = CREATE_ACCOUNT_USAGE,
	 .help = "creates an account; what is not said comes from defaults/"},
	{.pattern = "defaults", .kind = ROW_FOLDER, .help = "what a new account gets when nothing else is said"},
	{.pattern = "defaults/creator", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write, .help = "the account that creates and pays"},
	{.pattern = "defaults/key", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write,
	 .help = "`new` (a key in the wallet under the account's name) or a public key"},
	{.pattern = "defaults/stake_net", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write, .help = "tokens staked for its bandwidth"},
	{.pattern = "defaults/stake_cpu", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write, .help = "tokens staked for its CPU time"},
	{.pattern = "defaults/ram_bytes", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write, .help = "bytes of RAM bought for it"},
	{.pattern = "defaults/transfer", .kind = ROW_VALUE, .read = defaults_read, .write = defaults_write,
	 .help = "1: the stake becomes the new account's own; 0: it stays the creator's"},

	{.pattern = "wallet", .kind = ROW_FOLDER, .owner_only = true, .help = "the keys that sign what is written here"},
	{.pattern = "wallet/state", .kind = ROW_VALUE, .owner_only = true, .live = true, .read = wallet_state_read, .write = wallet_state_write,
	 .usage = "unlock PASSWORD", .help = "`locked` or `unlocked`; write `unlock PASSWORD` or `lock`"},
	{.pattern = "wallet/new_key", .kind = ROW_VERB, .owner_only = true, .write = wallet_new_key_write, .usage = "LABEL",
	 .help = "makes a key pair and keeps it under a label"},
	{.pattern = "wallet/import", .kind = ROW_VERB, .owner_only = true, .write = wallet_import_write, .usage = "PRIVATE_KEY",
	 .help = "takes a private key (WIF or PVT_K1_) into the wallet"},
	{.pattern = "wallet/keys", .kind = ROW_FOLDER, .owner_only = true, .list = wallet_keys_list, .help = "the public keys in the wallet"},
	{.pattern = "wallet/keys/@key", .kind = ROW_READ_ONLY, .owner_only = true, .live = true, .exists = wallet_keys_exists, .read = wallet_keys_read,
	 .instead_of_remove = NO_KEY_REMOVE, .help = "the permissions that use that key"},
	{.pattern = "wallet/labels", .kind = ROW_FOLDER, .owner_only = true, .list = wallet_labels_list, .help = "keys by the label they were made under"},
	{.pattern = "wallet/labels/@label", .kind = ROW_READ_ONLY, .owner_only = true, .live = true, .exists = wallet_labels_exists,
	 .read = wallet_labels_read, .instead_of_remove = NO_KEY_REMOVE, .help = "the public key made under that label"},
};
const size_t tree_rows_count = sizeof tree_rows / sizeof *tree_rows;
