import { toMs } from '@holdfast/cache-core'
import { z } from 'zod'

/**
 * The one description of a `cache` object, in snake case. Every field carries in its `error` what was expected, which
 * is all that a message needs besides the place and the value.
 */

export const MAPPING = 'a mapping'
export const LIST = 'a list'

/** As much as fits before a key in Redis; a name becomes such a prefix when there is no other. */
const LABEL = 'a string of 1 to 64 characters'

const label = () => z.string({ error: LABEL }).min(1, { error: LABEL }).max(64, { error: LABEL })

const text = (what = 'a non-empty string') => z.string({ error: what }).min(1, { error: what })

const whole = (from: number, to: number, what: string) =>
  z.int({ error: what }).min(from, { error: what }).max(to, { error: what })

const flag = (description: string) => z.boolean({ error: 'true or false' }).describe(description)

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: values.join(' or ') })

const isDuration = (value: unknown): boolean => {
  try {
    return toMs(value, '') > 0
  } catch {
    return false
  }
}

const DURATION_FORMS = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|h|d|w)$' },
  ],
}

const DURATION = "a positive number of seconds, or a string such as '250ms', '30s', '5m', '2h', '1d', '1w'"

const duration = (description: string, allowed = isDuration, what = DURATION) =>
  z
    .custom<number | string>(allowed, { error: what })
    .meta({ description: `${description} Seconds, or a string such as '5m'.`, ...DURATION_FORMS })

const isFiniteDuration = (value: unknown): boolean => isDuration(value) && value !== Number.POSITIVE_INFINITY

const lifetimes = {
  default_ttl: duration('How long a value is fresh when the call does not say.'),
  jitter: z
    .number({ error: 'a number from 0 up to but not including 1' })
    .min(0, { error: 'a number from 0 up to but not including 1' })
    .lt(1, { error: 'a number from 0 up to but not including 1' })
    .describe('Every lifetime is shortened by a random part of itself, up to this share of it.'),
  grace: duration('How long a stale value is kept, to be served when its loader fails.'),
}

const mapping = <S extends z.core.$ZodShape>(shape: S) => z.strictObject(shape, { error: MAPPING })

const serviceSchema = mapping({
  enable_protection: flag('One loader per key among everyone who shares the store. On by default.'),
  protection_lock_ttl: duration(
    "A loader's lease lapses this long after its process died. 30 by default.",
    isFiniteDuration,
    `${DURATION}, not Infinity`,
  ),
  protection_max_wait: duration("How long a caller waits for another process's loader. 10 by default."),
  protection_on_max_wait: choice(['load', 'stale', 'error']).describe('What a caller does after that.'),
  ...lifetimes,
}).partial()

const tlsSchema = mapping({
  ca: text('PEM text'),
  cert: text('PEM text'),
  key: text('PEM text'),
  servername: label(),
  reject_unauthorized: flag('On by default.'),
}).partial()

const isRedisUrl = (value: unknown): boolean => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, pathname } = new URL(value)
  return /^rediss?:$/.test(protocol) && /^\/?\d*$/.test(pathname)
}

const HOST = "the name or the address of a server, such as 'localhost', not a URL"

const maxSize = () => whole(1, Number.MAX_SAFE_INTEGER, 'a whole number of at least 1')

const policy = () => choice(['tinylfu', 'lru'])

const isolation = () => choice(['reference', 'clone', 'freeze'])

const nearSchema = mapping({
  max_size: maxSize().describe('How many copies are held. 10000 by default.'),
  ttl: duration('A copy is kept no longer than this. 30 by default.'),
  policy: policy().describe('Which copy leaves when there is no room. tinylfu by default.'),
  isolation: isolation().describe('What keeps changes of one caller from the others.'),
}).partial()

const SERVERS = "a list of servers, such as ['10.0.0.1:6379']"
const servers = () =>
  z
    .array(
      z
        .string({ error: "a server, such as '10.0.0.1:6379'" })
        .regex(/^(rediss?:\/\/)?[^/@\s]+:\d+\/?$/, { error: "a server, such as '10.0.0.1:6379'" }),
      {
        error: SERVERS,
      },
    )
    .min(1, { error: SERVERS })

const sentinelSchema = mapping({
  nodes: servers().describe('The sentinels.'),
  name: label().describe("What they call the primary. 'mymaster' by default."),
  username: label().describe('Of the sentinels themselves.'),
  password: text().describe('Of the sentinels themselves.'),
}).partial({ name: true, username: true, password: true })

export const backendSchema = mapping({
  name: label().describe('What the application asks for.'),
  type: choice(['memory', 'redis']).describe('memory by default.'),
  default: flag('The backend that is meant when no name is given.'),
  key_prefix: label().describe(
    "What every key in Redis begins with; the backend's name by default. No effect in memory.",
  ),
  ...lifetimes,
  max_size: maxSize().describe('Memory: how many entries are held. 10000 by default.'),
  policy: policy().describe('Memory: who leaves when there is no room. tinylfu by default.'),
  isolation: isolation().describe('Memory: what keeps changes of one caller from the others.'),
  near: z
    .union([z.boolean(), nearSchema], { error: 'true, false or a mapping of max_size, ttl, policy and isolation' })
    .describe('Redis: copies in process memory, which Redis keeps true.'),
  redis_host: z
    .string({ error: HOST })
    .regex(/^[^/@\s]+$/, { error: HOST })
    .describe('localhost by default.'),
  redis_port: whole(1, 65_535, 'a port from 1 to 65535').describe('6379 by default.'),
  redis_username: label(),
  redis_password: text(),
  redis_db: whole(0, Number.MAX_SAFE_INTEGER, 'a whole number of at least 0').describe('0 by default.'),
  redis_url: z
    .custom<string>(isRedisUrl, { error: 'a URL such as redis://localhost:6379/0 or rediss://localhost:6379' })
    .meta({ description: 'Instead of host and port.', type: 'string' }),
  redis_cluster: servers().describe('Some servers of a Redis Cluster. Instead of host and port.'),
  redis_sentinel: sentinelSchema.describe('The primary is the one these sentinels name. Instead of host and port.'),
  redis_tls: z.union([z.boolean(), tlsSchema], { error: 'true, false or a mapping of TLS settings' }),
  service: serviceSchema.describe('For this backend alone.'),
}).partial()

export const cacheSchema = mapping({
  backends: z.array(backendSchema, { error: LIST }),
  service: serviceSchema.describe('For all backends.'),
}).partial()

export type CacheDocument = z.infer<typeof cacheSchema>
