/* Account eosio's ABI at genesis, as data, and its bytes. */
#include "core/types/abi/eosio.h"

#include "core/types/abi/abi.h"

#include <stdlib.h>

static const char json[] =
	"{\"version\":\"eosio::abi/1.0\",\"types\":[{\"new_type_name\":\"account_name\",\"type\":\"name\"},"
	"{\"new_type_name\":\"permission_name\",\"type\":\"name\"},{\"new_type_name\":\"action_name\",\"type\":\"name\"},"
	"{\"new_type_name\":\"table_name\",\"type\":\"name\"},{\"new_type_name\":\"transaction_id_type\",\"type\":\"checksum256\"},"
	"{\"new_type_name\":\"block_id_type\",\"type\":\"checksum256\"},"
	"{\"new_type_name\":\"weight_type\",\"type\":\"uint16\"}],\"structs\":[{\"name\":\"permission_level\",\"base\":\"\",\"fields\":["
	"{\"name\":\"actor\",\"type\":\"account_name\"},{\"name\":\"permission\",\"type\":\"permission_name\"}]},"
	"{\"name\":\"action\",\"base\":\"\",\"fields\":[{\"name\":\"account\",\"type\":\"account_name\"},"
	"{\"name\":\"name\",\"type\":\"action_name\"},{\"name\":\"authorization\",\"type\":\"permission_level[]\"},"
	"{\"name\":\"data\",\"type\":\"bytes\"}]},{\"name\":\"extension\",\"base\":\"\",\"fields\":[{\"name\":\"type\",\"type\":\"uint16\"},"
	"{\"name\":\"data\",\"type\":\"bytes\"}]},{\"name\":\"transaction_header\",\"base\":\"\",\"fields\":["
	"{\"name\":\"expiration\",\"type\":\"time_point_sec\"},{\"name\":\"ref_block_num\",\"type\":\"uint16\"},"
	"{\"name\":\"ref_block_prefix\",\"type\":\"uint32\"},{\"name\":\"max_net_usage_words\",\"type\":\"varuint32\"},"
	"{\"name\":\"max_cpu_usage_ms\",\"type\":\"uint8\"},{\"name\":\"delay_sec\",\"type\":\"varuint32\"}]},"
	"{\"name\":\"transaction\",\"base\":\"transaction_header\",\"fields\":[{\"name\":\"context_free_actions\",\"type\":\"action[]\"},"
	"{\"name\":\"actions\",\"type\":\"action[]\"},{\"name\":\"transaction_extensions\",\"type\":\"extension[]\"}]},"
	"{\"name\":\"producer_key\",\"base\":\"\",\"fields\":[{\"name\":\"producer_name\",\"type\":\"account_name\"},"
	"{\"name\":\"block_signing_key\",\"type\":\"public_key\"}]},{\"name\":\"producer_schedule\",\"base\":\"\",\"fields\":["
	"{\"name\":\"version\",\"type\":\"uint32\"},{\"name\":\"producers\",\"type\":\"producer_key[]\"}]},"
	"{\"name\":\"block_header\",\"base\":\"\",\"fields\":[{\"name\":\"timestamp\",\"type\":\"uint32\"},"
	"{\"name\":\"producer\",\"type\":\"account_name\"},{\"name\":\"confirmed\",\"type\":\"uint16\"},"
	"{\"name\":\"previous\",\"type\":\"block_id_type\"},{\"name\":\"transaction_mroot\",\"type\":\"checksum256\"},"
	"{\"name\":\"action_mroot\",\"type\":\"checksum256\"},{\"name\":\"schedule_version\",\"type\":\"uint32\"},"
	"{\"name\":\"new_producers\",\"type\":\"producer_schedule?\"},{\"name\":\"header_extensions\",\"type\":\"extension[]\"}]},"
	"{\"name\":\"key_weight\",\"base\":\"\",\"fields\":[{\"name\":\"key\",\"type\":\"public_key\"},"
	"{\"name\":\"weight\",\"type\":\"weight_type\"}]},{\"name\":\"permission_level_weight\",\"base\":\"\",\"fields\":["
	"{\"name\":\"permission\",\"type\":\"permission_level\"},{\"name\":\"weight\",\"type\":\"weight_type\"}]},"
	"{\"name\":\"wait_weight\",\"base\":\"\",\"fields\":[{\"name\":\"wait_sec\",\"type\":\"uint32\"},"
	"{\"name\":\"weight\",\"type\":\"weight_type\"}]},{\"name\":\"authority\",\"base\":\"\",\"fields\":["
	"{\"name\":\"threshold\",\"type\":\"uint32\"},{\"name\":\"keys\",\"type\":\"key_weight[]\"},"
	"{\"name\":\"accounts\",\"type\":\"permission_level_weight[]\"},{\"name\":\"waits\",\"type\":\"wait_weight[]\"}]},"
	"{\"name\":\"newaccount\",\"base\":\"\",\"fields\":[{\"name\":\"creator\",\"type\":\"account_name\"},"
	"{\"name\":\"name\",\"type\":\"account_name\"},{\"name\":\"owner\",\"type\":\"authority\"},"
	"{\"name\":\"active\",\"type\":\"authority\"}]},{\"name\":\"setcode\",\"base\":\"\",\"fields\":["
	"{\"name\":\"account\",\"type\":\"account_name\"},{\"name\":\"vmtype\",\"type\":\"uint8\"},{\"name\":\"vmversion\",\"type\":\"uint8\"},"
	"{\"name\":\"code\",\"type\":\"bytes\"}]},{\"name\":\"setabi\",\"base\":\"\",\"fields\":["
	"{\"name\":\"account\",\"type\":\"account_name\"},{\"name\":\"abi\",\"type\":\"bytes\"}]},"
	"{\"name\":\"updateauth\",\"base\":\"\",\"fields\":[{\"name\":\"account\",\"type\":\"account_name\"},"
	"{\"name\":\"permission\",\"type\":\"permission_name\"},{\"name\":\"parent\",\"type\":\"permission_name\"},"
	"{\"name\":\"auth\",\"type\":\"authority\"}]},{\"name\":\"deleteauth\",\"base\":\"\",\"fields\":["
	"{\"name\":\"account\",\"type\":\"account_name\"},{\"name\":\"permission\",\"type\":\"permission_name\"}]},"
	"{\"name\":\"linkauth\",\"base\":\"\",\"fields\":[{\"name\":\"account\",\"type\":\"account_name\"},"
	"{\"name\":\"code\",\"type\":\"account_name\"},{\"name\":\"type\",\"type\":\"action_name\"},"
	"{\"name\":\"requirement\",\"type\":\"permission_name\"}]},{\"name\":\"unlinkauth\",\"base\":\"\",\"fields\":["
	"{\"name\":\"account\",\"type\":\"account_name\"},{\"name\":\"code\",\"type\":\"account_name\"},"
	"{\"name\":\"type\",\"type\":\"action_name\"}]},{\"name\":\"canceldelay\",\"base\":\"\",\"fields\":["
	"{\"name\":\"canceling_auth\",\"type\":\"permission_level\"},{\"name\":\"trx_id\",\"type\":\"transaction_id_type\"}]},"
	"{\"name\":\"onerror\",\"base\":\"\",\"fields\":[{\"name\":\"sender_id\",\"type\":\"uint128\"},"
	"{\"name\":\"sent_trx\",\"type\":\"bytes\"}]},{\"name\":\"onblock\",\"base\":\"\",\"fields\":["
	"{\"name\":\"header\",\"type\":\"block_header\"}]}],\"actions\":[{\"name\":\"newaccount\",\"type\":\"newaccount\"},"
	"{\"name\":\"setcode\",\"type\":\"setcode\"},{\"name\":\"setabi\",\"type\":\"setabi\"},"
	"{\"name\":\"updateauth\",\"type\":\"updateauth\"},{\"name\":\"deleteauth\",\"type\":\"deleteauth\"},"
	"{\"name\":\"linkauth\",\"type\":\"linkauth\"},{\"name\":\"unlinkauth\",\"type\":\"unlinkauth\"},"
	"{\"name\":\"canceldelay\",\"type\":\"canceldelay\"},{\"name\":\"onerror\",\"type\":\"onerror\"},"
	"{\"name\":\"onblock\",\"type\":\"onblock\"}]}";

void abi_eosio_pack(struct bytes *out)
{
	struct abi *abi;
	if (abi_parse(&abi, json, sizeof json - 1, NULL) < 0)
		abort(); /* the text above is ours */
	abi_pack(out, abi);
	out->length--; /* nodeos's array predates action_results, whose empty section would be the last byte */
	abi_release(abi);
}
