import { withoutCredentials } from '@holdfast/cache-core'
import type { BackendConfig, CacheConfig } from './types.js'

const HIDDEN = '***'

/**
 * A configuration that may be printed: user names, passwords and TLS material are `***`, and URLs keep only what says
 * where the server is. No caches can be made of it.
 */
export function redactConfig({ backends, service }: CacheConfig): CacheConfig {
  return { backends: backends.map(redactBackend), service }
}

function redactBackend(backend: BackendConfig): BackendConfig {
  const { redisUrl, redisUsername, redisPassword, redisSentinel, redisTls } = backend
  return {
    ...backend,
    ...(redisUrl !== undefined && { redisUrl: redactUrl(redisUrl) }),
    ...(redisUsername !== undefined && { redisUsername: HIDDEN }),
    ...(redisPassword !== undefined && { redisPassword: HIDDEN }),
    ...(redisSentinel !== undefined && { redisSentinel: hide(redisSentinel, ['username', 'password']) }),
    ...(typeof redisTls === 'object' && { redisTls: hide(redisTls, ['ca', 'cert', 'key']) }),
  }
}

/** The client also takes options, passwords among them, from what follows the question mark. */
const redactUrl = (url: string): string => withoutCredentials(url).replace(/[?#].*$/s, `?${HIDDEN}`)

const hide = <T extends object>(settings: T, names: readonly string[]): T =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      names.includes(name) && value !== undefined ? HIDDEN : value,
    ]),
  ) as T
