import 'reflect-metadata'
import { CacheService } from '@holdfast/cache-core'
import { registerCaches } from '@holdfast/cache-di/inversify'
import { Container, inject, injectable, named } from 'inversify'
import { config } from './config.js'
import { Products } from './products.js'

@injectable()
class Shop {
  constructor(
    @inject(Products) readonly products: Products,
    @inject(CacheService) @named('sessions') readonly sessions: CacheService,
  ) {}
}

export async function withInversify<T>(use: (products: Products) => Promise<T>): Promise<T> {
  const container = new Container()
  await registerCaches(container, config)
  container
    .bind(Products)
    .toResolvedValue((cache: CacheService) => new Products(cache), [CacheService])
    .inSingletonScope()
  container.bind(Shop).toSelf()
  try {
    const { products, sessions } = container.get(Shop)
    await sessions.set('alice', { cart: ['tea'] })
    return await use(products)
  } finally {
    await container.unbindAllAsync()
  }
}
