import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

// What needs the shared Redis; everything else is a unit test and runs without any server.
const redisTests = [
  'packages/cache-redis/test/**/*.test.ts',
  'packages/*/test/redis/**/*.test.ts',
  'packages/*/test/**/*.redis.test.ts',
  'test/redis-server/**/*.test.ts',
  'test/how-to/**/*.test.ts',
  'test/docs/**/*.test.ts',
  'test/freshness/**/*.test.ts',
  'test/near-far/**/*.test.ts',
  'test/acceptance/**/*.test.ts',
  'test/faults/**/*.test.ts',
]

const withRedis = {
  globalSetup: './test/redis-server/global-setup.ts',
  testTimeout: 30_000,
  hookTimeout: 90_000,
  sequence: { groupOrder: 1 },
}

export default defineConfig({
  // Tests run the sources, never a build: the same paths as in tsconfig.json.
  resolve: {
    alias: [
      { find: '@holdfast/cache-core/codecs', replacement: path('./packages/cache-core/src/codecs/index.ts') },
      { find: '@holdfast/cache-core/testing', replacement: path('./packages/cache-core/src/testing/index.ts') },
      {
        find: /^@holdfast\/cache-di\/(nestjs|inversify|tsyringe|awilix)$/,
        replacement: path('./packages/cache-di/src/$1/index.ts'),
      },
      { find: /^@holdfast\/([^/]+)$/, replacement: path('./packages/$1/src/index.ts') },
    ],
  },
  // Below esnext esbuild transforms standard decorators, which Node does not know yet.
  esbuild: { target: 'es2022' },
  test: {
    reporters: ['default', './test/reporters/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', ...redisTests],
          // First, and on every core: nothing here measures time. What needs Redis has the machine to itself.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'redis', include: redisTests, ...withRedis } },
      { extends: true, test: { name: 'examples', include: ['examples/*/test/**/*.test.ts'], ...withRedis } },
    ],
  },
})
