import { library } from '../../tsup.base.js'

export default library({
  index: 'src/index.ts',
  nest: 'src/nest/index.ts',
  inversify: 'src/inversify/index.ts',
  tsyringe: 'src/tsyringe/index.ts',
  awilix: 'src/awilix/index.ts',
})
