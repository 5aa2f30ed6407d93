// eosjs, and enf-eosjs, which goes on with it.
'use strict'
const assert = require('assert')
const { url, key, chainId, balances, run } = require('./client')

// header(rpc): what of a transaction's head is said here; the rest follows from `options`.
module.exports = ({ Api, JsonRpc, RpcError }, { JsSignatureProvider }, options, header = () => ({})) => {
	const rpc = new JsonRpc(url, { fetch })
	const api = new Api({ rpc, chainId, signatureProvider: new JsSignatureProvider([key]), textDecoder: new TextDecoder(), textEncoder: new TextEncoder() })

	return run({
		info: () => rpc.get_info(),
		account: (name) => rpc.get_account(name),
		block: (number) => rpc.get_block(number),
		abi: async (name) => (await rpc.get_abi(name)).abi,
		rows: async () => (await rpc.get_table_rows(balances)).rows,
		balance: async (name) => (await rpc.get_currency_balance('eosio.token', name, 'SYS'))[0],
		transact: async (actions) => (await api.transact({ ...(await header(rpc)), actions }, options)).transaction_id,
		failure: (error) => {
			assert.ok(error instanceof RpcError, `not an RpcError: ${error}`)
			// send_transaction2 gives a trace with the failure in it: a sentence's values stand beside it
			const { processed, error: refused } = error.json
			if (processed)
				return { code: processed.except.code, message: processed.except.stack.map((one) => one.format.replace('${s}', one.data.s)).join('\n') }
			return { code: refused.code, message: refused.details.map((one) => one.message).join('\n') }
		},
	})
}
