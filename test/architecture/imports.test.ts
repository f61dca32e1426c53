import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Who may import whom. A package not named here may import no other. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'cache-core': [],
  'cache-memory': ['cache-core'],
  'cache-redis': ['cache-core'],
  'cache-decorators': ['cache-core'],
  'cache-compat': ['cache-core'],
  'cache-keyv': ['cache-core'],
  'cache-request': ['cache-core'],
  'cache-config': ['cache-core', 'cache-memory', 'cache-redis'],
  cli: ['cache-core', 'cache-config'],
  'cache-di': ['cache-core', 'cache-config', 'cache-memory'],
}

/** The rooms of cache-core, each with those whose code it may use. Types alone bind nobody. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  contracts: [],
  pattern: [],
  entry: ['contracts'],
  options: ['contracts'],
  codecs: ['contracts', 'entry'],
  backend: ['contracts', 'entry', 'options', 'pattern'],
  engine: ['contracts', 'entry', 'options'],
  layers: ['contracts', 'entry', 'options', 'engine'],
  service: ['contracts', 'entry', 'options', 'pattern', 'backend', 'engine', 'layers'],
  testing: ['contracts', 'pattern'],
}

interface Import {
  readonly file: string
  readonly target: string
  readonly typeOnly: boolean
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))

function importsOf(file: string): Import[] {
  const found: Import[] = []
  const note = (target: ts.Expression | undefined, typeOnly: boolean): void => {
    if (target !== undefined && ts.isStringLiteral(target)) found.push({ file, target: target.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const named = node.importClause?.namedBindings
      const allTypes =
        named !== undefined &&
        ts.isNamedImports(named) &&
        !node.importClause?.name &&
        named.elements.every((one) => one.isTypeOnly)
      note(node.moduleSpecifier, node.importClause?.isTypeOnly === true || allTypes)
    } else if (ts.isExportDeclaration(node)) {
      note(node.moduleSpecifier, node.isTypeOnly)
    } else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')
    ) {
      note(node.arguments[0], false)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true))
  return found
}

const packageNames = readdirSync(join(root, 'packages'))
const shown = (file: string): string => relative(root, file).split(sep).join('/')

describe('the direction of dependency', () => {
  it('names every package', () => {
    expect([...packageNames].sort()).toEqual(Object.keys(PACKAGES).sort())
  })

  it.each(packageNames)('%s imports only the packages it may, and what it declares', (name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const wrong: string[] = []
    for (const { file, target } of sources(join(root, 'packages', name, 'src')).flatMap(importsOf)) {
      if (target.startsWith('.') || target.startsWith('node:')) continue
      const ours = /^@holdfast\/([^/]+)/.exec(target)?.[1]
      const packageName = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/')
      const allowed = declared.includes(packageName) && (ours === undefined || PACKAGES[name]?.includes(ours))
      if (!allowed) wrong.push(`${shown(file)} imports ${target}`)
    }
    expect(wrong).toEqual([])
  })

  it.each([
    ['nestjs', /^(@nestjs\/|rxjs)/],
    ['inversify', /^inversify/],
    ['tsyringe', /^tsyringe/],
    ['awilix', /^awilix/],
  ])('%s is known in the room that is named after it, and nowhere else', (room, framework) => {
    const source = join(root, 'packages/cache-di/src')
    const wrong = sources(source)
      .filter((file) => !relative(source, file).startsWith(`${room}${sep}`))
      .flatMap(importsOf)
      .filter(({ target }) => framework.test(target))
    expect(wrong).toEqual([])
  })

  it('cache-core imports nothing but itself and Node', () => {
    const outside = sources(join(root, 'packages/cache-core/src'))
      .flatMap(importsOf)
      .filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
    expect(outside).toEqual([])
  })

  it('rooms of cache-core look only where they may', () => {
    const source = join(root, 'packages/cache-core/src')
    const wrong: string[] = []
    for (const { file, target, typeOnly } of sources(source).flatMap(importsOf)) {
      if (!target.startsWith('.') || typeOnly) continue
      const [room, inside] = relative(source, file).split(sep)
      const [to, toInside] = relative(source, resolve(dirname(file), target)).split(sep)
      if (inside === undefined || toInside === undefined || room === to) continue
      if (!ROOMS[room as string]?.includes(to as string)) wrong.push(`${shown(file)} looks into ${to}`)
    }
    expect(wrong).toEqual([])
  })

  it('nothing imports examples, tests or another package by path', () => {
    const wrong = packageNames
      .flatMap((name) =>
        sources(join(root, 'packages', name, 'src'))
          .flatMap(importsOf)
          .map((one) => ({ ...one, home: join(root, 'packages', name, 'src') })),
      )
      .filter(
        ({ file, target, home }) => target.startsWith('.') && !resolve(dirname(file), target).startsWith(home + sep),
      )
      .map(({ file, target }) => `${shown(file)} imports ${target}`)
    expect(wrong).toEqual([])
  })
})
