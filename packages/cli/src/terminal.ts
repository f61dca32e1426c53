import type { Readable } from 'node:stream'
import { styleText } from 'node:util'

/** What a command sees of the process. */
export interface Terminal {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

export type Paint = (style: Style, text: string) => string

/** Colours for a person at a terminal. `NO_COLOR` forbids them, `FORCE_COLOR` wants them anywhere. */
export function paintFor({ stdout, env }: Terminal): Paint {
  const { NO_COLOR, FORCE_COLOR, TERM } = env
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  const coloured = !NO_COLOR && (forced || (stdout.isTTY === true && TERM !== 'dumb' && FORCE_COLOR === undefined))
  // Whether the stream takes colours was just decided; newer versions of Node would look again.
  return coloured ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}

/** A name or a value may hold what a terminal obeys. */
export const plain = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
