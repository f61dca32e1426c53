import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

export const program = fileURLToPath(new URL('../src/bin.ts', import.meta.url))
export const tsconfig = fileURLToPath(new URL('../../../tsconfig.json', import.meta.url))
export const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

interface Around {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs the program as a process of its own, with nothing in its environment but what is given. */
export async function holdfast(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, input = '' }: Around = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', tsx, program, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', TSX_TSCONFIG_PATH: tsconfig, ...env },
  })
  // It need not wait for an input that it did not ask for.
  child.stdin.on('error', () => undefined).end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, out, err }
}

/** Writes these files into a folder of their own and returns its path. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}
