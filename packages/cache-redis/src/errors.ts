import { CacheError, type CacheErrorCode, isCacheError, type Outcome, withoutCredentials } from '@holdfast/cache-core'
import { withoutArguments } from './without-arguments.js'

interface Diagnosis {
  readonly pattern: RegExp
  readonly code: CacheErrorCode
  readonly outcome: Outcome
  readonly retryable: boolean
  readonly remedy: string
}

/** How the server and the client say what went wrong, most particular first. */
const DIAGNOSES: readonly Diagnosis[] = [
  {
    pattern: /^(NOAUTH|WRONGPASS|NOPERM)|invalid (username-password pair|password)/,
    code: 'E_AUTH',
    outcome: 'not-applied',
    retryable: false,
    remedy: 'Check user, password and the ACL rules of this user',
  },
  {
    pattern: /^OOM/,
    code: 'E_OOM',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Give the server more memory, or an evicting maxmemory-policy',
  },
  {
    pattern: /^READONLY/,
    code: 'E_READONLY',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Connect to the primary',
  },
  {
    pattern: /^(MISCONF|NOREPLICAS)/,
    code: 'E_MISCONF',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Look at the persistence and replication of the server',
  },
  {
    pattern: /^(TRYAGAIN|CROSSSLOT|MOVED|ASK)|Too many Cluster redirections|access a non local key/,
    code: 'E_CLUSTER',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Try again when the slots have settled',
  },
  {
    pattern: /^(LOADING|MASTERDOWN|CLUSTERDOWN|BUSY)/,
    code: 'E_UNAVAILABLE',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'The server is not ready yet; try again',
  },
  {
    pattern: /Command timed out|Socket timeout/,
    code: 'E_TIMEOUT',
    outcome: 'unknown',
    retryable: true,
    remedy: 'The server did not answer in time',
  },
  {
    pattern:
      /Stream isn't writeable|Cluster isn't ready|Cluster is ended|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable/,
    code: 'E_UNAVAILABLE',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Check that the server runs and can be reached',
  },
  {
    pattern: /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connect ETIMEDOUT/,
    code: 'E_UNAVAILABLE',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Check host and port, and that the server runs',
  },
  {
    pattern: /certificate|SSL routines|TLS/,
    code: 'E_UNAVAILABLE',
    outcome: 'not-applied',
    retryable: true,
    remedy: 'Check the option tls: whether the server speaks TLS, and which certificates are trusted',
  },
  {
    pattern: /Connection is closed|max retries per request|ECONNRESET|EPIPE|ETIMEDOUT|Command aborted/,
    code: 'E_UNAVAILABLE',
    outcome: 'unknown',
    retryable: true,
    remedy: 'The connection broke; it is being made again',
  },
  {
    pattern: /^(WRONGTYPE|NOSCRIPT)|ERR .*script/i,
    code: 'E_SCRIPT',
    outcome: 'not-applied',
    retryable: false,
    remedy: 'Something else writes under this prefix, or the server does not allow scripts',
  },
  {
    pattern: /unknown command/,
    code: 'E_PROTOCOL',
    outcome: 'not-applied',
    retryable: false,
    remedy: 'The server, or a proxy before it, must be Redis 6.2 or later and must not hide commands',
  },
]
const UNKNOWN: Omit<Diagnosis, 'pattern'> = {
  code: 'E_PROTOCOL',
  outcome: 'unknown',
  retryable: false,
  remedy: 'See the cause',
}

/** Any failure of the client or the server as the one error it stands for. It holds no password and no value. */
export function asCacheError(cause: unknown, op: string, key?: string): CacheError {
  if (isCacheError(cause)) return cause
  const text = withoutCredentials(textOf(cause))
  const reason = reasonIn(text)
  const { code, outcome, retryable, remedy } = DIAGNOSES.find(({ pattern }) => pattern.test(reason)) ?? UNKNOWN
  return new CacheError(code, `Redis: ${op} failed: ${text.replace(/\.$/, '') || 'no reason given'}. ${remedy}.`, {
    op,
    key,
    outcome,
    retryable,
    cause: withoutArguments(cause),
  })
}

/** A cluster client that gave up says why at the end. */
const reasonIn = (text: string): string =>
  /^Too many Cluster redirections\. Last error: (?:\w*Error: )?(.*)/s.exec(text)?.[1] ?? text

/** The server lost its scripts, or never had them. */
export const isScriptUnknown = (cause: unknown): boolean => reasonIn(textOf(cause)).startsWith('NOSCRIPT')

export const timedOut = (op: string, ms: number, key?: string, outcome: Outcome = 'unknown'): CacheError =>
  new CacheError(
    'E_TIMEOUT',
    `Redis: ${op} took longer than ${ms} ms. ${outcome === 'unknown' ? 'It may still take effect' : 'It was not done'}.`,
    { op, key, outcome, retryable: true },
  )

/** What became of a command while it waited for a connection that can be used. */
export function notSent(reason: unknown, op: string, key?: string): CacheError {
  const cause = asCacheError(reason, op, key)
  if (cause.outcome === 'not-applied') return cause
  const code = cause.code === 'E_TIMEOUT' ? 'E_UNAVAILABLE' : cause.code
  const { retryable } = cause
  return new CacheError(code, `Redis: ${op} was not sent: ${cause.message}`, { op, key, retryable, cause })
}

export const notAnswering = (op: string, key?: string): CacheError =>
  new CacheError(
    'E_UNAVAILABLE',
    `Redis: ${op} was not sent: the commands before it got no answer. It is tried again in a moment.`,
    { op, key, retryable: true },
  )

function textOf(cause: unknown): string {
  // A refused connection to a name with several addresses is an AggregateError without a text of its own.
  if (cause instanceof AggregateError && cause.errors.length > 0) return textOf(cause.errors[0])
  if (!(cause instanceof Error)) return String(cause)
  const code = (cause as NodeJS.ErrnoException).code
  return cause.message !== '' ? cause.message : (code ?? '')
}
