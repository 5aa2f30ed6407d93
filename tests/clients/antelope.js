'use strict'
const library = require('@wharfkit/antelope')
const assert = require('assert')

// send_transaction2 answers 202 with the failure in the trace, which this client leaves to who asks.
require('./api_client')(library, async (api, signed) => {
	const computed = await api.v1.chain.compute_transaction(signed)
	assert.strictEqual(String(computed.transaction_id), String(signed.id))
	return api.v1.chain.send_transaction(signed)
})
