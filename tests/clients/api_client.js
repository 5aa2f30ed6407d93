// The API client that @wharfkit/antelope has, and @greymass/eosio before it.
'use strict'
const assert = require('assert')
const { url, key, balances, run } = require('./client')

module.exports = (library, send) => {
	const { APIClient, FetchProvider, PrivateKey, SignedTransaction, Transaction, Action, APIError } = library
	const api = new APIClient({ provider: new FetchProvider(url, { fetch }) })
	const abis = {}

	const abi = async (name) => (abis[name] = abis[name] || (await api.v1.chain.get_abi(name)).abi)
	const transact = async (actions) => {
		const info = await api.v1.chain.get_info()
		const made = []
		for (const action of actions)
			made.push(Action.from(action, await abi(action.account)))
		const transaction = Transaction.from({ ...info.getTransactionHeader(), actions: made })
		const signature = PrivateKey.from(key).signDigest(transaction.signingDigest(info.chain_id))
		const answer = await send(api, SignedTransaction.from({ ...transaction, signatures: [signature] }))
		assert.strictEqual(String(answer.transaction_id), String(transaction.id))
		return answer.transaction_id
	}
	return run({
		info: () => api.v1.chain.get_info(),
		account: (name) => api.v1.chain.get_account(name),
		block: (number) => api.v1.chain.get_block(number),
		abi,
		rows: async () => (await api.v1.chain.get_table_rows(balances)).rows,
		balance: async (name) => String((await api.v1.chain.get_currency_balance('eosio.token', name, 'SYS'))[0]),
		transact,
		failure: (error) => {
			assert.ok(error instanceof APIError, `not an APIError: ${error}`)
			return { code: error.code, message: error.details.map((one) => one.message).join('\n') }
		},
	})
}
