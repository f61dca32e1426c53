/** Where a client keeps the failure behind a failure. */
const BEHIND = ['cause', 'errors', 'lastNodeError'] as const
const MAX_DEPTH = 5

/**
 * The client puts the failed command with all of its arguments on its errors: the password after AUTH and HELLO, the
 * value after a write. Whoever logs the cause of an error of ours would log them, so only the command's name stays.
 */
export function withoutArguments<T>(error: T, depth = 0): T {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return error
  const told = error as { command?: { name?: unknown } } & Record<string, unknown>
  if (Array.isArray(error)) for (const one of error) withoutArguments(one, depth + 1)
  if (typeof told.command === 'object' && told.command !== null && !Object.isFrozen(told))
    told.command = { name: told.command.name }
  for (const name of BEHIND) withoutArguments(told[name], depth + 1)
  return error
}
