import type { Progress } from './database.js'

/** One line that fills up on a terminal; a line per quarter elsewhere. */
export function progressLine(what: string): (progress: Progress) => void {
  let quarters = 0
  return ({ loaded, total }) => {
    const line = `${what}: ${loaded.toLocaleString('en')} of ${total.toLocaleString('en')}`
    if (process.stdout.isTTY) {
      process.stdout.write(`\r${line}${loaded === total ? '\n' : ''}`)
    } else if (Math.floor((loaded / total) * 4) > quarters) {
      quarters = Math.floor((loaded / total) * 4)
      console.log(line)
    }
  }
}
