import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.turbo', 'generated', 'reference', '.vitepress'])

function pages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name)
    if (one.isDirectory()) return SKIPPED.has(one.name) ? [] : pages(path)
    return one.name.endsWith('.md') ? [path] : []
  })
}

/** Headings as they are linked to. */
const anchorsOf = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )

it('no page points to what is not there', () => {
  const dead: string[] = []
  for (const page of pages(root)) {
    const text = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '')
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? page : resolve(dirname(page), file)
      const there = existsSync(path) && (anchor === undefined || anchorsOf(path).includes(anchor))
      if (!there) dead.push(`${relative(root, page)}: ${target}`)
    }
  }
  expect(dead).toEqual([])
})

it('every page of the guide and of migrations is linked from the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const all = ['docs/guide', 'docs/migrate'].flatMap((folder) => pages(join(root, folder)))
  expect(all.map((page) => relative(root, page)).filter((page) => !readme.includes(`(${page})`))).toEqual([])
})
