import { library } from '../../tsup.base.js'

export default library({ index: 'src/index.ts', codecs: 'src/codecs/index.ts', testing: 'src/testing/index.ts' })
