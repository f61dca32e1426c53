import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const tsx = fileURLToPath(new URL('../node_modules/tsx/dist/cli.mjs', import.meta.url))
const start = (...ways: string[]) =>
  promisify(execFile)(process.execPath, [tsx, 'src/main.ts', ...ways], { cwd: folder })

it.each(['nest', 'inversify', 'tsyringe', 'awilix', 'plain'])('%s', { timeout: 60_000 }, async (way) => {
  const { stdout, stderr } = await start(way)
  expect(stdout).toBe(`${way}: a thousand callers took 1 look, and the new price was seen at once\n`)
  expect(stderr).toBe('')
})

it('a way that is not known is refused', { timeout: 60_000 }, async () => {
  await expect(start('guice')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('nest, inversify') })
})
