import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

const apt = 'apt-get'
const servicePolicy = '/usr/sbin/policy-rc.d'

/**
 * Installs a server from Debian's packages when `npm test` allows it and we are root there. True when apt did.
 * A policy that was not there before keeps the package from starting its service.
 */
export function install(server: 'redis-server' | 'memcached'): boolean {
  if (process.env['HOLDFAST_TEST_REDIS_INSTALL'] !== '1') return false
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false

  console.error(`Installing ${server} with apt-get ...`)
  const ownPolicy = !existsSync(servicePolicy)
  if (ownPolicy) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return [['update'], ['install', '-y', '--no-install-recommends', server]].every(aptGet)
  } finally {
    if (ownPolicy) rmSync(servicePolicy)
  }
}

function aptGet(args: string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stdout, stderr } = spawnSync(apt, ['-q', ...args], { env, encoding: 'utf8' })
  if (status !== 0) console.error(`${apt} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`)
  return status === 0
}
