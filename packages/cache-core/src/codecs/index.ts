export { type CompressionOptions, compressed } from './compressed.js'
export { type EncryptionKey, type EncryptionOptions, encrypted } from './encrypted.js'
