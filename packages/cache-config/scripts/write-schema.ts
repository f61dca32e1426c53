import { writeFileSync } from 'node:fs'
import { jsonSchema } from '../src/json-schema.js'

writeFileSync(new URL('../configSchema.json', import.meta.url), `${JSON.stringify(jsonSchema(), null, 2)}\n`)
