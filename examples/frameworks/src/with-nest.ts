import 'reflect-metadata'
import { CacheService } from '@holdfast/cache-core'
import { CacheModule, InjectCache } from '@holdfast/cache-di/nestjs'
import { Inject, Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { config } from './config.js'
import { Products } from './products.js'

@Injectable()
class Shop {
  constructor(
    @Inject(Products) readonly products: Products,
    @InjectCache('sessions') readonly sessions: CacheService,
  ) {}
}

@Module({
  imports: [CacheModule.forRoot(config)],
  providers: [
    { provide: Products, inject: [CacheService], useFactory: (cache: CacheService) => new Products(cache) },
    Shop,
  ],
})
class AppModule {}

export async function withNest<T>(use: (products: Products) => Promise<T>): Promise<T> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false })
  try {
    const { products, sessions } = app.get(Shop)
    await sessions.set('alice', { cart: ['tea'] })
    return await use(products)
  } finally {
    await app.close()
  }
}
