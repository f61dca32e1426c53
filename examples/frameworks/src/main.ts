import type { Products } from './products.js'
import { withAwilix } from './with-awilix.js'
import { withInversify } from './with-inversify.js'
import { withNest } from './with-nest.js'
import { withPlain } from './with-plain.js'
import { withTsyringe } from './with-tsyringe.js'

const WAYS: Readonly<Record<string, (use: (products: Products) => Promise<void>) => Promise<void>>> = {
  nest: withNest,
  inversify: withInversify,
  tsyringe: withTsyringe,
  awilix: withAwilix,
  plain: withPlain,
}

/** Looks at a price a thousand times, then after it was changed. */
async function day(products: Products): Promise<void> {
  await Promise.all(Array.from({ length: 1000 }, () => products.price('tea')))
  const before = products.looked
  await products.setPrice('tea', 4)
  const price = await products.price('tea')
  if (before !== 1 || price !== 4) throw new Error(`${before} looks, then a price of ${price}: not as promised`)
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(WAYS)
for (const name of names) {
  const way = WAYS[name]
  if (way === undefined) {
    console.error(`There is no ${name}. Known are ${Object.keys(WAYS).join(', ')}.`)
    process.exit(2)
  }
  await way(day)
  console.log(`${name}: a thousand callers took 1 look, and the new price was seen at once`)
}
