import { expect, it } from 'vitest'
import { readOptions } from '../src/options.js'

it('plays the day on a free port with all places', () => {
  expect(readOptions([])).toEqual({ help: false, serve: false, port: 0, rows: Number.POSITIVE_INFINITY })
})

it('serves on port 3000', () => {
  expect(readOptions(['--serve'])).toMatchObject({ serve: true, port: 3000 })
  expect(readOptions(['--serve', '--port', '8080', '--rows', '1000'])).toMatchObject({ port: 8080, rows: 1000 })
})

it.each([['--port', 'x'], ['--port', '65536'], ['--rows', '0'], ['--rows', '1e3'], ['--nonsense']])(
  'refuses %s %s',
  (...args) => {
    expect(() => readOptions(args.filter((arg) => arg !== undefined))).toThrow(args[0])
  },
)
