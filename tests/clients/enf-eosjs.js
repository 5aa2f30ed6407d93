'use strict'
// It refers to blocks by get_block_header_state, which knows reversible ones only: on a chain with one producer, three behind is none.
require('./eosjs_client')(require('enf-eosjs'), require('enf-eosjs/dist/eosjs-jssig'), {}, async (rpc) => {
	const info = await rpc.get_info()
	const block = await rpc.get_block(info.last_irreversible_block_num)
	const expiration = new Date(Date.parse(info.head_block_time + 'Z') + 30000).toISOString().slice(0, 19)
	return { expiration, ref_block_num: block.block_num & 0xffff, ref_block_prefix: block.ref_block_prefix }
})
