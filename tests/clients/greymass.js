'use strict'
require('./api_client')(require('@greymass/eosio'), (api, signed) => api.v1.chain.push_transaction(signed))
