// The API reference from the docstrings: docs/reference, one page per entry of a package. Any warning fails it.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application } from 'typedoc'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = join(root, 'docs/reference')

const entries = readdirSync(join(root, 'packages'))
  .filter((name) => name !== 'cli')
  .flatMap((name) =>
    Object.keys(JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')).exports)
      .filter((entry) => !entry.endsWith('.json'))
      .map((entry) => join(root, 'packages', name, 'src', entry, 'index.ts')),
  )

const app = await Application.bootstrapWithPlugins({
  name: 'Reference',
  entryPoints: entries,
  tsconfig: join(root, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  out,
  readme: 'none',
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  githubPages: false,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  entryFileName: 'index',
  outputFileStrategy: 'modules',
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  enumMembersFormat: 'table',
})
const project = await app.convert()
if (project === undefined) process.exit(1)
// `cache-core/src/testing` is imported as `@holdfast/cache-core/testing`.
for (const module of project.children ?? []) module.name = `@holdfast/${module.name.replace('/src', '')}`
rmSync(out, { recursive: true, force: true })
await app.generateOutputs(project)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1)
