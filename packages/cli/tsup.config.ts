import { defineConfig, type Options } from 'tsup'
import { library } from '../../tsup.base.js'

// A program is run and never imported: one format, no declarations.
export default defineConfig({ ...(library({ holdfast: 'src/bin.ts' }) as Options), format: ['esm'], dts: false })
