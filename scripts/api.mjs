// What each entry of each package exports, as text beside it: packages/*/api/*.api.md. A change of the public interface
// shows in review, and one that was not written down fails.
//   node scripts/api.mjs [--write]
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { readJson, root } from './run.mjs'

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
const silent = { logLevel: ExtractorLogLevel.None, addToApiReportFile: false }
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  types: ['node'],
}

const changed = []
for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name)
  for (const [entry, target] of Object.entries(readJson(`packages/${name}/package.json`).exports ?? {})) {
    const declarations = target.import?.types
    if (declarations === undefined) continue
    const reports = join(folder, 'api')
    mkdirSync(reports, { recursive: true })
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: join(folder, 'package.json'),
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: join(folder, declarations),
        newlineKind: 'lf',
        apiReport: {
          enabled: true,
          reportFileName: `${entry === '.' ? 'index' : entry.slice(2)}.api.md`,
          reportFolder: reports,
          reportTempFolder: join(folder, '.turbo/api'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
        compiler: { overrideTsconfig: { compilerOptions, include: [join(folder, declarations)] } },
        messages: {
          compilerMessageReporting: { default: silent },
          extractorMessageReporting: { default: silent },
          tsdocMessageReporting: { default: silent },
        },
      },
    })
    const result = Extractor.invoke(config, {
      localBuild: values.write,
      messageCallback: (message) => {
        if (message.logLevel !== ExtractorLogLevel.Error) message.handled = true
      },
    })
    if (result.apiReportChanged) changed.push(join('packages', name, 'api'))
  }
}
if (changed.length > 0 && !values.write) {
  console.error(`The public interface is not as written in ${changed.join(', ')}: pnpm api writes it down anew.`)
  process.exitCode = 1
}
