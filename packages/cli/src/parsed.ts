import { UsageError } from './usage.js'

/** What Node says of arguments that it does not understand, as wrong usage. */
export function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}
