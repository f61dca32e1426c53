// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are placeholders of a configuration

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { main } from '../src/main.js'
import type { Terminal } from '../src/terminal.js'
import { folderWith, holdfast, program, tsconfig, tsx } from './holdfast.js'

vi.setConfig({ testTimeout: 30_000 })

/** A run within this process, before a terminal that says of itself what a test says. */
async function before(args: readonly string[], isTTY: boolean, env: Record<string, string> = {}, input = 'cache:\n') {
  const written = { out: '', err: '' }
  const terminal: Terminal = {
    stdin: Readable.from([input]),
    stdout: { isTTY, write: (text) => (written.out += text) },
    stderr: { isTTY, write: (text) => (written.err += text) },
    env,
  }
  return { code: await main(args, terminal), ...written }
}

describe('holdfast', () => {
  it.each([[['--help']], [['-h']], [['config', '--help']]])('%j shows the commands', async (args) => {
    const { code, out, err } = await before(args, false)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('config check <file>')
    expect(out).toContain('config schema')
  })

  it('--help after a command tells of that command', async () => {
    expect((await before(['config', 'check', '--help'], false)).out).toContain('--connect')
    expect((await before(['config', 'check', 'a.yaml', '-h'], false)).out).toContain('--connect')
    expect((await before(['config', 'schema', '-h'], false)).out).toMatch(/^Usage: holdfast config schema/)
  })

  it('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(await holdfast(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it.each([
    [[], 'Usage: holdfast'],
    [['config'], 'Usage: holdfast'],
    [['cofnig'], 'there is no command cofnig; there is config'],
    [['config', 'chekc'], 'there is no command config chekc; there are check and schema'],
    [['config', 'toString'], 'there is no command config toString'],
    [['config', 'check'], 'which file?'],
    [['config', 'check', 'a', 'b'], 'one file at a time, not also b'],
    [['config', 'check', 'a', '--jsno'], "Unknown option '--jsno'"],
    [['config', 'check', 'a', '--profile'], '--profile'],
    [['config', 'check', '-', '--profile', 'x'], 'standard input has none beside it'],
    [['config', 'check', 'a', '--env-file', '/none/at/all'], '/none/at/all cannot be read (ENOENT)'],
    [['config', 'schema', 'x'], "Unexpected argument 'x'"],
    [['--wat'], "Unknown option '--wat'"],
  ])('%j is wrong usage: told on standard error, with 2', async (args, said) => {
    const { code, out, err } = await before(args, false)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(said)
  })

  it('ends with 2 as a process, too', async () => {
    expect(await holdfast(['config', 'check'])).toMatchObject({ code: 2, out: '' })
  })

  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a terminal with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['both', false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('has colours for a person only: %s', async (_, isTTY, env, coloured) => {
    const { out } = await before(['config', 'check', '-'], isTTY, env as Record<string, string>)
    expect(out.includes('\u001b[')).toBe(coloured)
    const json = await before(['config', 'check', '-', '--json'], isTTY, env as Record<string, string>)
    expect(json.out).not.toContain('\u001b[')
  })

  // Not as a process: Node 20 reads this option for itself as well, wherever it stands.
  it('takes variables from files, of which the later one wins, and the environment over both', async () => {
    const folder = folderWith({ 'a.env': 'A=1\nB=1\nC=1\n', 'b.env': 'B=2\nC="2"\n' })
    const input = 'cache: { backends: [{ max_size: "${A}${B}${C}" }] }'
    const args = ['config', 'check', '-', '--json', '--env-file', `${folder}/a.env`, `--env-file=${folder}/b.env`]
    const { out } = await before(args, false, { C: '3' }, input)
    expect(JSON.parse(out)).toMatchObject({ ok: true, caches: [{ settings: { max_size: 123 } }] })
  })

  it('config schema prints the schema that is published', async () => {
    const published = createRequire(import.meta.url).resolve('@holdfast/cache-config/schema.json')
    expect(await holdfast(['config', 'schema'])).toEqual({ code: 0, out: readFileSync(published, 'utf8'), err: '' })
  })

  it('does not mind a reader that stops early', async () => {
    const folder = folderWith({
      'a.yaml': `cache: { backends: [${Array.from({ length: 5000 }, (_, i) => `{ name: n${i} }`)}] }`,
    })
    const script = `"$0" --import "$TSX" "$PROGRAM" config check a.yaml --json 2>err | head -c 10 >out; cat err`
    const env = { ...process.env, TSX: tsx, PROGRAM: program, TSX_TSCONFIG_PATH: tsconfig }
    expect(execFileSync('sh', ['-c', script, process.execPath], { cwd: folder, env, encoding: 'utf8' })).toBe('')
    expect(readFileSync(`${folder}/out`, 'utf8')).toBe('{\n  "ok": ')
  })
})
