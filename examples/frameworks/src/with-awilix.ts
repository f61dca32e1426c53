import { type CacheCradle, registerCaches } from '@holdfast/cache-di/awilix'
import { asClass, createContainer, InjectionMode } from 'awilix'
import { config } from './config.js'
import { Products } from './products.js'

export async function withAwilix<T>(use: (products: Products) => Promise<T>): Promise<T> {
  const container = createContainer<CacheCradle & { products: Products }>({ injectionMode: InjectionMode.CLASSIC })
  await registerCaches(container, config)
  // The constructor's parameter is called `cache`.
  container.register('products', asClass(Products).singleton())
  try {
    return await use(container.cradle.products)
  } finally {
    await container.dispose()
  }
}
