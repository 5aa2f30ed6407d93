'use strict'
const { APIClient, APIError, FetchProvider } = require('@wharfkit/antelope')
const { Session } = require('@wharfkit/session')
const { ContractKit } = require('@wharfkit/contract')
const { WalletPluginPrivateKey } = require('@wharfkit/wallet-plugin-privatekey')
const { url, key, actor, run } = require('./client')

// A session signs and sends; contracts by name give tables and actions.
async function main() {
	const api = new APIClient({ provider: new FetchProvider(url, { fetch }) })
	const info = await api.v1.chain.get_info()
	const session = new Session({ chain: { id: String(info.chain_id), url }, actor, permission: 'active', walletPlugin: new WalletPluginPrivateKey(key) }, { fetch })
	const kit = new ContractKit({ client: api })
	const token = await kit.load('eosio.token')

	await run({
		info: () => api.v1.chain.get_info(),
		account: (name) => api.v1.chain.get_account(name),
		block: (number) => api.v1.chain.get_block(number),
		abi: async (name) => (await kit.load(name)).abi,
		rows: () => token.table('accounts', actor).all(),
		balance: async (name) => String((await token.table('accounts', name).get()).balance),
		transact: async (actions) => {
			const made = actions.map((action) => (action.account === 'eosio.token' ? token.action(action.name, action.data, { authorization: action.authorization }) : action))
			const done = await session.transact({ actions: made })
			return done.response.transaction_id
		},
		// A session makes an Error of the first detail and keeps no code; what was only read fails as the API client has it.
		failure: (error) => {
			if (!(error instanceof APIError))
				return { code: /^assertion failure/.test(error.message) ? 3050003 : 0, message: error.message }
			return { code: error.code, message: error.details.map((one) => one.message).join('\n') }
		},
	})
}
main().catch((error) => {
	console.error(error)
	process.exitCode = 1
})
