'use strict'
require('./eosjs_client')(require('eosjs'), require('eosjs/dist/eosjs-jssig'), { blocksBehind: 3, expireSeconds: 30 })
