import { toCamel, toSnake } from './naming.js'
import type { Problems } from './problems.js'
import { isMapping, type Path } from './values.js'

/** No setting is nested deeper; what is, refers to itself. */
const MAX_DEPTH = 16

/** Every key in snake case, nothing that is `undefined`. Lets `problems` know in which case the document is written. */
export function normaliseKeys(value: unknown, problems: Problems): unknown {
  let snakes = 0
  let camels = 0

  const walk = (part: unknown, path: Path): unknown => {
    if (path.length > MAX_DEPTH) {
      problems.add(path.slice(0, 3), 'nested too deeply')
      return undefined
    }
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]))
    if (!isMapping(part)) return part
    const result = new Map<string, unknown>()
    for (const [key, item] of Object.entries(part)) {
      if (item === undefined) continue
      const snake = toSnake(key)
      if (snake !== key) camels++
      else if (toCamel(key) !== key) snakes++
      if (result.has(snake)) problems.add([...path, snake], `given twice, as ${snake} and as ${toCamel(snake)}`)
      result.set(snake, walk(item, [...path, snake]))
    }
    return Object.fromEntries(result)
  }

  const normalised = walk(value, [])
  if (camels > snakes) problems.camel = true
  return normalised
}
