import 'reflect-metadata'
import { CacheService } from '@holdfast/cache-core'
import { cacheToken, registerCaches } from '@holdfast/cache-di/tsyringe'
import { inject, injectable, container as root } from 'tsyringe'
import { config } from './config.js'
import { Products } from './products.js'

@injectable()
class Shop {
  constructor(
    @inject(Products) readonly products: Products,
    @inject(cacheToken('sessions')) readonly sessions: CacheService,
  ) {}
}

export async function withTsyringe<T>(use: (products: Products) => Promise<T>): Promise<T> {
  const container = root.createChildContainer()
  await registerCaches(container, config)
  container.register(Products, { useFactory: (from) => new Products(from.resolve(CacheService)) })
  try {
    const { products, sessions } = container.resolve(Shop)
    await sessions.set('alice', { cart: ['tea'] })
    return await use(products)
  } finally {
    await container.dispose()
  }
}
