import { defineConfig, type Options } from 'tsup'
import { library } from '../../tsup.base.js'

// The CJS build needs a stand-in for import.meta.url, from where the packages of the backends are looked up.
export default defineConfig({ ...(library({ index: 'src/index.ts' }) as Options), shims: true })
