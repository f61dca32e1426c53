export { type FromKeyvOptions, fromKeyv, type KeyvAdapter } from './from-keyv.js'
export { type KeyvStorage, type KeyvStorageOptions, keyvStorage } from './keyv-storage.js'
