import { library } from '../../tsup.base.js'

export default library({
  index: 'src/index.ts',
  nestjs: 'src/nestjs/index.ts',
  inversify: 'src/inversify/index.ts',
  tsyringe: 'src/tsyringe/index.ts',
  awilix: 'src/awilix/index.ts',
})
