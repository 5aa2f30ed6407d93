// What every client does here: reads, creates an account, transfers, votes, and is told of a failure in its own type. A client is an
// object of functions; each is given ACTOR, whose active key KEY is.
'use strict'
const assert = require('assert')

const { URL: url, CHAIN_ID: chainId, KEY: key, ACTOR: actor, OTHER: other, NEW: created, PUBLIC: publicKey } = process.env

const auth = [{ actor, permission: 'active' }]
const authority = { threshold: 1, keys: [{ key: publicKey, weight: 1 }], accounts: [], waits: [] }
const transfer = (quantity, memo) => ({ account: 'eosio.token', name: 'transfer', authorization: auth, data: { from: actor, to: other, quantity, memo } })

const newAccount = [
	{ account: 'eosio', name: 'newaccount', authorization: auth, data: { creator: actor, name: created, owner: authority, active: authority } },
	{ account: 'eosio', name: 'buyrambytes', authorization: auth, data: { payer: actor, receiver: created, bytes: 4096 } },
	{
		account: 'eosio', name: 'delegatebw', authorization: auth,
		data: { from: actor, receiver: created, stake_net_quantity: '1.0000 SYS', stake_cpu_quantity: '1.0000 SYS', transfer: false },
	},
]
const vote = { account: 'eosio', name: 'voteproducer', authorization: auth, data: { voter: actor, proxy: '', producers: ['producer1111'] } }

const units = (text) => Math.round(parseFloat(text) * 10000)

// client: balance(account), info(), account(name), block(number), abi(name), rows(), transact(actions) giving a transaction's id, and
// failure(error) giving the chain's code and message out of what transact() threw.
async function run(client) {
	const info = await client.info()
	assert.match(String(info.chain_id), /^[0-9a-f]{64}$/)
	assert.ok(Number(info.head_block_num) > 1)

	const account = await client.account(actor)
	assert.strictEqual(String(account.account_name), actor)
	assert.ok(Number(account.ram_quota) > 0)
	assert.deepStrictEqual(account.permissions.map((one) => String(one.perm_name)).sort(), ['active', 'owner'])

	const block = await client.block(Number(info.head_block_num))
	assert.strictEqual(Number(block.block_num), Number(info.head_block_num))
	assert.strictEqual(String(block.id), String(info.head_block_id))

	const abi = await client.abi('eosio.token')
	assert.ok(abi.actions.some((action) => String(action.name) === 'transfer'))

	const rows = await client.rows()
	assert.ok(rows.some((row) => /^\d+\.\d{4} SYS$/.test(String(row.balance))))

	await client.transact(newAccount)
	assert.strictEqual(String((await client.account(created)).account_name), created)

	const before = units(await client.balance(other))
	const id = await client.transact([transfer('1.2345 SYS', `creates ${created}`)])
	assert.match(String(id), /^[0-9a-f]{64}$/)
	assert.strictEqual(units(await client.balance(other)) - before, 12345)

	await client.transact([vote, transfer('0.0001 SYS', created)])
	assert.deepStrictEqual((await client.account(actor)).voter_info.producers.map(String), ['producer1111'])

	const failed = await client.transact([transfer('99999999.0000 SYS', created)]).then(() => undefined, (error) => error)
	assert.ok(failed, 'an overdrawn transfer succeeded')
	const { code, message } = client.failure(failed)
	assert.strictEqual(Number(code), 3050003)
	assert.match(message, /^assertion failure with message: overdrawn balance$/m)

	const unknown = await client.account('nosuchperson').then(() => undefined, (error) => error)
	assert.ok(unknown, 'an account that is not there was found')
	assert.match(JSON.stringify(client.failure(unknown)), /unknown key/)
}

const balances = { code: 'eosio.token', scope: actor, table: 'accounts', json: true, limit: 10 }

module.exports = {
	url, chainId, key, actor, other, balances,
	run: (client) => run(client).catch((error) => {
		console.error(error)
		process.exitCode = 1
	}),
}
