import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DefaultTheme, defineConfig } from 'vitepress'

const root = fileURLToPath(new URL('../..', import.meta.url))

const titleOf = (path: string): string => /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? path

const page = (path: string, text = titleOf(path)): DefaultTheme.SidebarItem => ({
  text: text.replaceAll('`', ''),
  link: `/${path.replace(/README\.md$/, '').replace(/\.md$/, '')}`,
})

const pagesIn = (folder: string): DefaultTheme.SidebarItem[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md') && !/^(README|index)\.md$/.test(name))
    .map((name) => page(`${folder}/${name}`))

const folders = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []))

/** The first ones are where a reader starts. */
const PACKAGES = ['cache-core', 'cache-memory', 'cache-redis']

const readmesIn = (folder: string, first: readonly string[] = []): DefaultTheme.SidebarItem[] =>
  [...new Set([...first, ...folders(folder)])].map((name) => page(`${folder}/${name}/README.md`))

const reference = readdirSync(join(root, 'docs/reference/@holdfast'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .sort()
  .map((name) => page(`docs/reference/@holdfast/${name}`, name.replace(/\.md$/, '')))

// The pages are the files of the repository where they are, so that their links hold in both.
export default defineConfig({
  srcDir: '..',
  srcExclude: ['**/node_modules/**', 'benchmarks/**', 'test/**', '.changeset/**', '**/dist/**'],
  rewrites: (id) => id.replace(/(^|\/)README\.md$/, '$1index.md'),
  title: 'Holdfast',
  description: 'A cache for Node.js services that never returns an invalidated value',
  lang: 'en',
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    config: (markdown) => {
      markdown.core.ruler.push('files-to-pages', ({ tokens }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type !== 'link_open') continue
          const [path = '', anchor] = String(token.attrGet('href')).split('#')
          if (path === '' || /^[a-z]+:/.test(path)) continue
          const there = /\.\w+$/.test(path) || path.endsWith('/') ? path : `${path}/`
          token.attrSet('href', there.replace(/README\.md$/, 'index.md') + (anchor === undefined ? '' : `#${anchor}`))
        }
      })
    },
  },
  // The pages lie outside of this folder, and find its packages all the same.
  vite: {
    resolve: {
      alias: [{ find: /^vue(?=\/|$)/, replacement: join(root, 'docs/node_modules/vue') }],
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/docs/guide/freshness' },
      { text: 'Reference', link: '/docs/reference/' },
      { text: 'Benchmarks', link: '/docs/guide/benchmarks' },
    ],
    sidebar: [
      { text: 'Start', items: [page('README.md', 'Holdfast'), ...readmesIn('packages', PACKAGES)] },
      { text: 'Guide', items: pagesIn('docs/guide') },
      { text: 'Coming from', items: pagesIn('docs/migrate') },
      { text: 'Examples', items: readmesIn('examples') },
      { text: 'Reference', collapsed: true, items: reference },
      { text: 'Decisions', collapsed: true, items: pagesIn('docs/decisions') },
    ],
  },
})
