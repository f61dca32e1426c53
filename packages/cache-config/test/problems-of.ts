import { type ConfigSource, type LoadOptions, loadConfig } from '@holdfast/cache-config'
import { isCacheError } from '@holdfast/cache-core'

/** The lines of the one error that loading ends with. */
export function problemsOf(source: ConfigSource, options: LoadOptions = { env: {} }): string[] {
  try {
    loadConfig(source, options)
  } catch (error) {
    if (!isCacheError(error, 'E_CONFIG')) throw error
    const [, ...lines] = error.message.split('\n- ')
    return lines
  }
  return []
}
