import { readFileSync } from 'node:fs'

/** The code of a page: everything in `ts` fences is one module, files are fences that begin with `# <name>`. */
export interface Page {
  readonly code: string
  readonly files: ReadonlyMap<string, string>
}

const FENCE = /^```(\w+)[^\n]*\n([\s\S]*?)^```/gm

export function readPage(path: string): Page {
  const code: string[] = []
  const files = new Map<string, string>()
  for (const [, language, body] of readFileSync(path, 'utf8').matchAll(FENCE)) {
    if (language === 'ts') code.push(body as string)
    const name = language === 'yaml' ? /^# (\S+)/.exec(body as string)?.[1] : undefined
    if (name !== undefined) files.set(name, body as string)
  }
  return { code: code.join('\n'), files }
}
