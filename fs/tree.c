/* THE TABLE. A file of the tree exists because a row stands here; what a row says is what README, the manual and the tests know of it. Rows are
 * in the order in which help shows them; a folder's row stands before those of what is in it. Handlers are named after path and verb. */
#include "fs/chain.h"
#include "fs/contracts.h"
#include "fs/create_account.h"
#include "fs/defaults.h"
#include "fs/errors.h"
#include "fs/nodes.h"
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

	{.pattern = "chain", .kind = ROW_FOLDER, .help = "the chain's state at a glance"},
	{.pattern = "chain/info.json", .kind = ROW_READ_ONLY, .read = chain_info_json_read, .help = "get_info"},
	{.pattern = "chain/global.json", .kind = ROW_READ_ONLY, .read = chain_global_json_read, .help = "the system contract's global state"},
	{.pattern = "chain/rammarket.json", .kind = ROW_READ_ONLY, .read = chain_rammarket_json_read, .help = "the RAM market"},
	{.pattern = "chain/params.json", .kind = ROW_READ_ONLY, .read = chain_params_json_read, .help = "the chain's limits and prices"},
	{.pattern = "chain/schedule.json", .kind = ROW_READ_ONLY, .read = chain_schedule_json_read,
	 .help = "who produces: the active, the pending and the proposed schedule"},
	{.pattern = "chain/genesis.json", .kind = ROW_READ_ONLY, .read = chain_genesis_json_read, .help = "how this chain began, as nodeos reads it"},
	{.pattern = "chain/head", .kind = ROW_READ_ONLY, .read = chain_head_read, .help = "the latest block's number"},
	{.pattern = "chain/lib", .kind = ROW_READ_ONLY, .read = chain_lib_read, .help = "the last irreversible block's number"},
	{.pattern = "chain/id", .kind = ROW_READ_ONLY, .read = chain_id_read, .help = "the chain's id"},
	{.pattern = "chain/time", .kind = ROW_READ_ONLY, .read = chain_time_read, .help = "the latest block's time (UTC)"},
	{.pattern = "chain/producer", .kind = ROW_READ_ONLY, .read = chain_producer_read, .help = "who produced the latest block"},
	{.pattern = "chain/supply", .kind = ROW_READ_ONLY, .read = chain_supply_read, .help = "how many core tokens there are"},
	{.pattern = "chain/ram_price", .kind = ROW_READ_ONLY, .read = chain_ram_price_read, .help = "what a KiB of RAM costs now, without the fee"},
	{.pattern = "chain/ranking", .kind = ROW_READ_ONLY, .read = chain_ranking_read, .help = "producers by votes, as cleos's listproducers"},
	{.pattern = "chain/stake_activated", .kind = ROW_READ_ONLY, .read = chain_stake_activated_read,
	 .help = "how much has voted of the 15 % after which elected producers take over"},
	{.pattern = "chain/features", .kind = ROW_VALUE, .slow = true, .read = chain_features_read, .write = chain_features_write, .usage = "NAME | DIGEST",
	 .help = "protocol features; a name or a digest activates one"},
	{.pattern = "chain/clock", .kind = ROW_VALUE, .slow = true, .live = true, .read = chain_clock_read, .write = chain_clock_write,
	 .usage = CHAIN_CLOCK_USAGE, .help = "chain time; moves it on, with every block in between or (skip) with none"},

	{.pattern = "nodes", .kind = ROW_FOLDER, .list = nodes_list, .help = "the nodes of the network"},
	{.pattern = "nodes/@node", .kind = ROW_FOLDER, .exists = nodes_exists, .help = "a node"},
	{.pattern = "nodes/@node/config.ini", .kind = ROW_READ_ONLY, .live = true, .read = nodes_config_ini_read,
	 .help = "its configuration, as nodeos reads it"},
	{.pattern = "nodes/@node/genesis.json", .kind = ROW_READ_ONLY, .read = nodes_genesis_json_read, .help = "the genesis it started from"},
	{.pattern = "nodes/@node/state", .kind = ROW_READ_ONLY, .live = true, .read = nodes_state_read, .help = "`running` or `stopped`"},
	{.pattern = "nodes/@node/head", .kind = ROW_READ_ONLY, .live = true, .read = nodes_head_read, .help = "its latest block"},
	{.pattern = "nodes/@node/lib", .kind = ROW_READ_ONLY, .live = true, .read = nodes_lib_read, .help = "its last irreversible block"},
	{.pattern = "nodes/@node/producers", .kind = ROW_READ_ONLY, .live = true, .read = nodes_producers_read, .help = "whose blocks it signs"},
	{.pattern = "nodes/@node/stderr", .kind = ROW_GROWING, .grow = nodes_stderr_grow, .help = "its log, in nodeos's form"},

	{.pattern = "contracts", .kind = ROW_FOLDER, .list = contracts_list, .help = "the contracts that ship with eosiofs"},
	{.pattern = "contracts/@bundle", .kind = ROW_FOLDER, .exists = contracts_exists, .list = contracts_files_list, .help = "one of them"},
	{.pattern = "contracts/@bundle/@bundle.wasm", .kind = ROW_READ_ONLY, .exists = contracts_files_exists, .read = contracts_wasm_read, .help = "its code"},
	{.pattern = "contracts/@bundle/@bundle.abi", .kind = ROW_READ_ONLY, .exists = contracts_files_exists, .read = contracts_abi_read, .help = "its ABI"},

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
